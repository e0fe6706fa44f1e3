"""The control socket of a living desk, and the way to it from another process."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from desk.bootstrap.assembly import Desk
from desk.bootstrap.doors import local_client
from desk.config.platform import ControlSettings
from desk.config.storage import StorageLayout
from desk.contracts.ports.time import Spawner
from desk.control.door import client_door
from desk.control.place import SocketPlace
from desk.control.protocol import PROTOCOL, Greeting
from desk.control.socket_client import SocketClient
from desk.control.socket_server import ControlServer
from desk.runtime.tasks import FailureListener, TaskSupervisor

_END_WITHIN_MS = 1_000


@asynccontextmanager
async def hosted_control(
    desk: Desk, storage: StorageLayout, settings: ControlSettings, on_failure: FailureListener
) -> AsyncIterator[None]:
    """Let other processes reach a started desk meanwhile; raises RefusedByState where there is no socket."""
    if not settings.enabled:
        yield
        return
    parts = desk.core.parts
    greeting = Greeting(PROTOCOL, parts.desk_id, os.getpid(), parts.mode)
    server = ControlServer(client_door(local_client(desk)), greeting, parts.spawner, on_failure)
    await server.open(SocketPlace(storage.control))
    try:
        yield
    finally:
        await server.close()


async def connect(storage: StorageLayout, spawner: Spawner) -> SocketClient:
    """Reach the desk that lives in a folder; raises DeskUnreachable with the reason where none does."""
    client = SocketClient(SocketPlace(storage.control), spawner)
    await client.open()
    return client


@asynccontextmanager
async def connected(storage: StorageLayout, on_failure: FailureListener) -> AsyncIterator[SocketClient]:
    """Reach the desk for as long as one command takes; raises DeskUnreachable."""
    supervisor = TaskSupervisor(on_failure)
    try:
        client = await connect(storage, supervisor)
        try:
            yield client
        finally:
            await client.close()
    finally:
        await supervisor.stop(_END_WITHIN_MS)
