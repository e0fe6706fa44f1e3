"""The core in a process of its own: a screen that paints, hangs or dies cannot hold it up."""

import asyncio
import multiprocessing
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from desk.bootstrap.core_child import BEGIN, CoreEnded, CoreFailed, CoreOrder, CoreStarted, live_core
from desk.config.configuration import Configuration
from desk.config.storage import living_storage
from desk.contracts.ports.client import DeskClient, DeskUnreachable
from desk.contracts.problems import DeskError
from desk.control.connecting import reconnecting
from desk.control.place import SocketPlace

if TYPE_CHECKING:
    from desk.runtime.tally import RunSummary

_FORKED = multiprocessing.get_context("fork")
"""A fork keeps the configuration as it was read and checked; it is made before there are threads."""

_STOPS_WITHIN_S = 60
_SAID_AFTER_S = 2
_STOP = "stop"


class CoreProcess:
    """Run a desk beside the process that enters this; leaving it stops the desk in order.

    Enter it before anything starts a thread. Where this process is killed the desk stops in order too.
    Positions and stops stay at the venue.
    """

    def __init__(
        self, configuration: Configuration, duration_ms: int | None, tell: Callable[[str], None]
    ) -> None:
        """`tell` hears why leaving takes long, when there is no screen any more."""
        self._configuration = configuration
        self._duration_ms = duration_ms
        self._tell = tell
        self._started: Future[None] = Future()
        self._summary: Future[RunSummary] = Future()
        self._left_behind = ExitStack()

    def __enter__(self) -> Self:
        """Make ready; the client waits until the desk has started."""
        private = None if self._configuration.platform.control.enabled else self._private_folder()
        self._line, far_end = _FORKED.Pipe()
        order = CoreOrder(self._configuration, self._duration_ms, private)
        self._process = _FORKED.Process(target=live_core, args=(order, far_end, self._line), name="desk core")
        self._process.start()
        far_end.close()
        self._hearing = threading.Thread(target=self._hear, name="desk core's words")
        self._hearing.start()
        folder = private or living_storage(self._configuration.platform).control
        self.client: DeskClient = reconnecting(SocketPlace(folder), self._until_started)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the desk and wait until all it wrote is durable; one that hangs is killed."""
        with suppress(OSError):
            self._line.send(_STOP)
        self._process.join(_SAID_AFTER_S)
        if self._process.is_alive():
            self._tell(f"waiting for the desk to stop; if it hangs, it is killed after {_STOPS_WITHIN_S} s")
            self._process.join(_STOPS_WITHIN_S)
        if self._process.is_alive():
            self._process.kill()
        self._hearing.join()
        self._line.close()
        self._left_behind.close()

    def begin(self) -> None:
        """Start the desk; once is enough."""
        with suppress(OSError):
            self._line.send(BEGIN)

    def summary(self) -> "RunSummary":
        """Return the sum of the run; raises what ended it otherwise. Blocks until the core has ended."""
        return self._summary.result()

    def call_when_ended(self, told: Callable[[], None]) -> None:
        """Call `told`, on a thread of its own, when the core has ended."""
        self._summary.add_done_callback(lambda _: told())

    def _private_folder(self) -> Path:
        return Path(self._left_behind.enter_context(tempfile.TemporaryDirectory(prefix="desk-")))

    async def _until_started(self) -> None:
        await asyncio.shield(asyncio.wrap_future(self._started))

    def _hear(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                self._take(self._line.recv())
        self._process.join()
        if not self._started.done():
            self._started.set_exception(DeskUnreachable("the desk did not start"))
        if not self._summary.done():
            text = f"the core ended by {_how(self._process)}; positions and stops stay as they are"
            self._summary.set_exception(DeskError(text))

    def _take(self, word: object) -> None:
        match word:
            case CoreStarted():
                self._started.set_result(None)
            case CoreEnded(summary):
                self._summary.set_result(summary)
            case CoreFailed(failure):
                self._summary.set_exception(failure.error())


def _how(ended: BaseProcess) -> str:
    code = ended.exitcode or 0
    return f"signal {-code}" if code < 0 else f"exit code {code}"
