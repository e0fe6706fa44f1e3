"""The control socket of a living desk."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from desk.bootstrap.assembly import Desk
from desk.bootstrap.doors import local_client
from desk.control.door import client_door
from desk.control.journal_asking import journal_door
from desk.control.place import SocketPlace
from desk.control.protocol import PROTOCOL, Greeting
from desk.control.socket_server import ControlServer
from desk.journal.pages import JournalPages
from desk.runtime.tasks import FailureListener


@asynccontextmanager
async def hosted_control(desk: Desk, folder: Path | None, on_failure: FailureListener) -> AsyncIterator[None]:
    """Let other processes reach a started desk meanwhile; raises RefusedByState where there is no socket.

    `folder` holds the socket, None for none.
    """
    if folder is None:
        yield
        return
    parts = desk.core.parts
    greeting = Greeting(PROTOCOL, parts.desk_id, os.getpid(), parts.mode)
    door = {**client_door(local_client(desk)), **journal_door(JournalPages(desk.questions))}
    server = ControlServer(door, greeting, parts.spawner, on_failure)
    await server.open(SocketPlace(folder))
    try:
        yield
    finally:
        await server.close()
