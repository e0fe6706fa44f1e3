"""The core on a thread and loop of its own, so that a screen in the same process cannot hold it up."""

import asyncio
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Self

from desk.bootstrap.collector import SETTLES_AFTER_S, settle_collector
from desk.config.configuration import Configuration
from desk.contracts.records import JournalEntry
from desk.control.threaded_client import CoreDoor, ThreadedClient

if TYPE_CHECKING:
    from desk.bootstrap.assembly import Desk
    from desk.runtime.tally import RunSummary

_SWITCH_INTERVAL_S = 0.0005
"""How long a painting screen may keep the interpreter from a core that has something to send."""


class CoreThread:
    """Run a desk beside the thread that enters this; leaving it stops the desk in order.

    Nothing of the core is read before `begin`, so that a screen can stand first. Positions and stops stay
    at the venue.
    """

    def __init__(
        self,
        configuration: Configuration,
        duration_ms: int | None,
        log: Callable[[str, str], None],
        on_entry: Callable[[JournalEntry], None],
    ) -> None:
        self._configuration = configuration
        self._duration_ms = duration_ms
        self._log = log
        self._on_entry = on_entry
        self._door: Future[CoreDoor] = Future()
        self._summary: Future[RunSummary] = Future()
        self._may_begin = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._is_stopping = False
        self._thread = threading.Thread(target=self._live, name="desk core")
        self.client = ThreadedClient(self._door)

    def __enter__(self) -> Self:
        """Make ready; the client waits until the desk has started."""
        self._interval_s = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_INTERVAL_S)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the desk and wait until all it wrote is durable."""
        self.stop()
        self._thread.join()
        sys.setswitchinterval(self._interval_s)

    def begin(self) -> None:
        """Start the desk; once is enough."""
        self._may_begin.set()

    def stop(self) -> None:
        """Ask the desk to stop; harmless where it has stopped already or never began."""
        self._is_stopping = True
        self._may_begin.set()
        loop, stop = self._loop, self._stop
        if loop is None or stop is None:
            return
        try:
            loop.call_soon_threadsafe(stop.set)
        except RuntimeError:
            return  # its loop is closed: it has ended

    def summary(self) -> "RunSummary":
        """Return the sum of the run; raises what ended it otherwise. Blocks until the core has ended."""
        return self._summary.result()

    def call_when_ended(self, told: Callable[[], None]) -> None:
        """Call `told` on the core's thread when the core has ended."""
        self._summary.add_done_callback(lambda _: told())

    def _live(self) -> None:
        self._may_begin.wait()
        try:
            self._summary.set_result(asyncio.run(self._run()))
        except BaseException as error:  # noqa: BLE001 - a thread's boundary: whoever waits is told the error
            if not self._door.done():
                self._door.set_exception(error)
            self._log("core ended", f"{type(error).__name__}: {error}")
            self._summary.set_exception(error)

    async def _run(self) -> "RunSummary":
        from desk.bootstrap.live import LiveRun, run_live

        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        if self._is_stopping:
            self._stop.set()
        return await run_live(
            LiveRun(
                configuration=self._configuration,
                duration_ms=self._duration_ms,
                stop=self._stop,
                on_entry=self._on_entry,
                on_started=self._started,
                log=self._log,
            )
        )

    def _started(self, desk: "Desk") -> None:
        from desk.bootstrap.doors import local_client

        loop = asyncio.get_running_loop()
        loop.call_later(SETTLES_AFTER_S, settle_collector)
        self._door.set_result(CoreDoor(loop, local_client(desk)))
