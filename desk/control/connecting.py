"""The way to a desk of another process, for as long as one command takes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from desk.config.storage import StorageLayout
from desk.contracts.ports.time import Spawner
from desk.control.place import SocketPlace
from desk.control.socket_client import SocketClient
from desk.runtime.tasks import TaskSupervisor

_END_WITHIN_MS = 1_000


async def connect(storage: StorageLayout, spawner: Spawner) -> SocketClient:
    """Reach the desk that lives in a folder; raises DeskUnreachable with the reason where none does."""
    client = SocketClient(SocketPlace(storage.control), spawner)
    await client.open()
    return client


@asynccontextmanager
async def connected(storage: StorageLayout) -> AsyncIterator[SocketClient]:
    """Give a client, and let go of it; it connects when it is first asked, and raises DeskUnreachable."""
    supervisor = TaskSupervisor(_unheard)
    client = SocketClient(SocketPlace(storage.control), supervisor)
    try:
        yield client
    finally:
        await client.close()
        await supervisor.stop(_END_WITHIN_MS)


def _unheard(name: str, error: BaseException) -> None:
    """Let a connection that failed pass: whoever asks next meets it."""
