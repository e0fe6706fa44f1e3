"""A desk without a screen, as `desk run` and `desk daemon` have it: signals, log, stream and summary."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from io import TextIOWrapper
from typing import TYPE_CHECKING

from desk.bootstrap.collector import SETTLES_AFTER_S, settle_collector
from desk.bootstrap.log import opened_log
from desk.cli.options import RunOptions
from desk.cli.outlet import Outlet
from desk.cli.output import ExitCode, complain
from desk.cli.stream import EventStream
from desk.cli.summary import say_summary
from desk.config.configuration import Configuration
from desk.contracts.problems import DeskError
from desk.contracts.records import DeskStateChanged, JournalEntry
from desk.contracts.states import TradingMode
from desk.runtime.clock import WallClock
from desk.runtime.log_file import LogFile
from desk.runtime.recording import EntryListener
from desk.runtime.systemd import ServiceManager, beat_for_ever

if TYPE_CHECKING:
    from desk.bootstrap.assembly import Desk

_OWNER_ONLY = 0o077
"""State, account and log are nobody else's business."""


def run_headless(
    configuration: Configuration,
    options: RunOptions,
    duration_ms: int | None,
    service: ServiceManager | None = None,
) -> int:
    """Run without a screen until a signal, the duration or the feed ends it.

    With `service` it is a daemon: its manager is told how it stands, and SIGHUP opens the log anew.
    """
    os.umask(_OWNER_ONLY)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # a program that reads must not wait for 8 KiB
    return asyncio.run(_run(configuration, options, duration_ms, service))


async def _run(
    configuration: Configuration,
    options: RunOptions,
    duration_ms: int | None,
    service: ServiceManager | None,
) -> int:
    from desk.bootstrap.live import LiveRun, run_live

    configuration.storage.create()
    log = opened_log(configuration)
    stop = _stop_signal(log.reopen if service is not None else None)
    monitoring = configuration.platform.orchestration.plan_execution.monitoring
    stream = EventStream(as_json=options.json, logs_executions=monitoring.log_all_executions)
    on_started, on_stopping = _told(service or ServiceManager(None), configuration, log)
    try:
        summary = await run_live(
            LiveRun(
                configuration=configuration,
                duration_ms=duration_ms,
                stop=stop,
                on_entry=_shown(stream, log),
                on_opened=stream.take_up,
                on_started=on_started,
                log=log.write,
                on_stopping=on_stopping,
            )
        )
    except DeskError as error:
        log.write("ended", str(error))
        raise
    finally:
        log.close()
    say_summary(summary, as_json=options.json, time_ms=WallClock().now_ms())
    return ExitCode.DONE


def _stop_signal(on_hangup: Callable[[], None] | None) -> asyncio.Event:
    """Return what a signal to stop sets; `on_hangup` is called at SIGHUP."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if on_hangup is not None:
        loop.add_signal_handler(signal.SIGHUP, on_hangup)
    return stop


def _told(
    manager: ServiceManager, configuration: Configuration, log: LogFile
) -> tuple[Callable[["Desk"], None], Callable[["Desk"], None]]:
    """Return who hears that the desk has started, and that it stops."""

    def on_started(desk: "Desk") -> None:
        asyncio.get_running_loop().call_later(SETTLES_AFTER_S, settle_collector)
        log.write("started", _tell_start(desk, configuration))
        manager.ready(standing(desk))
        desk.core.parts.spawner.spawn("beat", beat_for_ever(manager, WallClock(), partial(standing, desk)))

    def on_stopping(desk: "Desk") -> None:
        manager.stopping(f"stopping: {standing(desk)}")

    return on_started, on_stopping


def _shown(stream: EventStream, log: LogFile) -> EntryListener:
    """Return who logs and shows what is recorded."""

    def on_lost(error: OSError) -> None:
        log.write("output lost", f"nobody reads what the desk shows, and it goes on: {error}")

    outlets = (Outlet(stream.on_entry, on_lost), Outlet(_tell_state, on_lost))

    def on_entry(entry: JournalEntry) -> None:
        log.entry(entry)
        for outlet in outlets:
            outlet.on_entry(entry)

    return on_entry


def standing(desk: "Desk") -> str:
    """Say in one line how a desk stands."""
    parts, state = desk.core.parts, desk.core.parts.execution.state
    why = f" ({state.reason})" if state.reason else ""
    return f"{state.current}{why} on {parts.mode}, {len(parts.ledger.open_positions())} positions"


def _tell_state(entry: JournalEntry) -> None:
    if isinstance(entry.record, DeskStateChanged):
        change = entry.record
        what = f"{change.previous} is now {change.current}" if change.is_step else f"still {change.current}"
        complain(f"desk: {what}: {change.reason}")


def _tell_start(desk: "Desk", configuration: Configuration) -> str:
    """Say how the desk stands; return that for the log."""
    parts, stands, storage = desk.core.parts, standing(desk), configuration.storage
    journal = storage.replay.journal if parts.mode is TradingMode.REPLAY else storage.journal
    complain(f"desk {parts.desk_id} is {stands}; journal {journal}")
    if not configuration.blueprints:
        complain("no blueprint: nothing decides on new trades; name one by --blueprint")
    return stands
