"""The process that runs the core for a screen: what it is told, what it tells, and how it ends."""

import asyncio
import os
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from desk.bootstrap.collector import SETTLES_AFTER_S, settle_collector
from desk.config.configuration import Configuration
from desk.contracts.problems import DeskError, RefusedByState
from desk.control.protocol import Failure, FailureKind

if TYPE_CHECKING:
    from desk.bootstrap.assembly import Desk
    from desk.runtime.log_file import LogFile
    from desk.runtime.tally import RunSummary


@dataclass(frozen=True, slots=True)
class CoreOrder:
    """Say what the core runs; `private_control` is where it listens if the desk has no control socket."""

    configuration: Configuration
    duration_ms: int | None
    private_control: Path | None


@dataclass(frozen=True, slots=True)
class CoreStarted:
    """Tell that the desk can be asked."""


@dataclass(frozen=True, slots=True)
class CoreEnded:
    """Tell that the desk stopped in order: all it wrote is durable."""

    summary: "RunSummary"


@dataclass(frozen=True, slots=True)
class CoreFailed:
    """Tell what kept the desk from starting, or ended it."""

    failure: Failure


CoreWord = CoreStarted | CoreEnded | CoreFailed
"""What the core says over its line."""

BEGIN = "begin"
"""What is said to the core once a screen stands; all else, and the end of the line, stops it."""


def live_core(order: CoreOrder, line: Connection, far_end: Connection) -> None:
    """Run a desk from BEGIN until it is told to stop, its time is over, or whoever started it is gone.

    It leads a session of its own: what is typed at the terminal, or its loss, does not reach it.
    """
    far_end.close()  # held by the screen alone, it closes when the screen dies
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _let_go_of_the_terminal()
    if not _may_begin(line):
        _say(line, CoreFailed(_failure(RefusedByState("the desk was left before it began"))))
        return
    from desk.bootstrap.log import opened_log

    log = opened_log(order.configuration)
    try:
        word: CoreWord = CoreEnded(asyncio.run(_run(order, line, log)))
    except BaseException as error:  # noqa: BLE001 - a process's boundary: whoever waits is told the error
        log.write("core ended", f"{type(error).__name__}: {error}")
        word = CoreFailed(_failure(error))
    finally:
        log.close()
    _say(line, word)


async def _run(order: CoreOrder, line: Connection, log: "LogFile") -> "RunSummary":
    from desk.bootstrap.live import LiveRun, run_live

    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def told_to_stop() -> None:
        loop.remove_reader(line.fileno())
        stop.set()

    def on_started(_: "Desk") -> None:
        loop.call_later(SETTLES_AFTER_S, settle_collector)
        _say(line, CoreStarted())

    loop.add_reader(line.fileno(), told_to_stop)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    return await run_live(
        LiveRun(
            configuration=order.configuration,
            duration_ms=order.duration_ms,
            stop=stop,
            on_entry=log.entry,
            on_started=on_started,
            log=log.write,
            private_control=order.private_control,
        )
    )


def _may_begin(line: Connection) -> bool:
    try:
        return bool(line.recv() == BEGIN)
    except EOFError:
        return False


def _let_go_of_the_terminal() -> None:
    """Keep what a library prints off the screen."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for taken in (1, 2):
        os.dup2(nowhere, taken)
    os.close(nowhere)


def _failure(error: BaseException) -> Failure:
    if isinstance(error, DeskError):
        return Failure.of(error)
    return Failure(FailureKind.FAILED, f"{type(error).__name__}: {error}")


def _say(line: Connection, word: CoreWord) -> None:
    try:
        line.send(word)
    except OSError:
        return  # whoever started this is gone, and with it whoever would hear
