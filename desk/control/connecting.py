"""The way to a desk of another process: for as long as one command takes, or as a screen is open."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from desk.config.storage import StorageLayout
from desk.control.place import SocketPlace
from desk.control.socket_client import SocketClient
from desk.runtime.tasks import TaskSupervisor

_END_WITHIN_MS = 1_000


def reconnecting(
    place: SocketPlace, until_ready: Callable[[], Awaitable[None]] | None = None
) -> SocketClient:
    """Return a client that connects when it is asked, and anew where the desk went and came back.

    It waits for `until_ready` before it connects, and raises what that raises.
    """
    return SocketClient(place, TaskSupervisor(_unheard), until_ready)


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
