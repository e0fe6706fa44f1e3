"""A desk by the machine's clock: lock, journal, venue, feed, and a clean stop."""

import asyncio
import os
import random
import secrets
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from desk.bootstrap.account_lock import account_lock
from desk.bootstrap.alerts import OperatorLine, operator_line, told_operator
from desk.bootstrap.assembly import Desk, assemble
from desk.bootstrap.control import hosted_control
from desk.bootstrap.lock import desk_lock
from desk.bootstrap.outside import Outside
from desk.bootstrap.preflight import symbols_to_watch
from desk.bootstrap.settling import settled
from desk.bootstrap.summing import summarize
from desk.bootstrap.supervision import supervision
from desk.bootstrap.surroundings import Surroundings, surroundings_of
from desk.bootstrap.venue import connector_of
from desk.config.configuration import Configuration
from desk.config.storage import StorageLayout
from desk.contracts.ports.notifier import Notice, NoticeKind
from desk.contracts.problems import DeskError, InputRefused, Problem
from desk.contracts.states import AlarmSeverity, TradingMode
from desk.control.latch_file import LatchFile, write_latch
from desk.journal.durable import DurableStore
from desk.journal.recorder import JournalRecorder
from desk.journal.spool import Spool
from desk.ledger.ledger import Ledger
from desk.runtime.clock import WallClock
from desk.runtime.core_watchdog import CoreWatchdog
from desk.runtime.faults import FaultDesk
from desk.runtime.ids import SystemIds
from desk.runtime.notices import NoticeDesk
from desk.runtime.recording import EntryListener
from desk.runtime.store_trouble import StoreTrouble
from desk.runtime.tally import RunSummary
from desk.runtime.tasks import FailureListener, TaskSupervisor
from desk.runtime.vital_tasks import CORE, LATCH, SUPERVISOR, VitalTasks

_RECONCILE_EVERY_MS = 60_000
_STOP_WITHIN_MS = 2_000
_LOOK_FOR_LATCH_EVERY_S = 1
_BLOCKED_MS = 5_000
_BEAT_S = 0.5
_SEED_BITS = 32
_SWITCH_INTERVAL_S = 0.0005
"""How long the core may keep the interpreter from the thread that makes an order's intent durable."""


def _nothing(_: object) -> None:
    """Let a desk start and stop without a word."""


@dataclass(frozen=True, slots=True)
class LiveRun:
    """Say what runs, for how long at most, and who listens; `stop` ends it from outside.

    `on_opened` is given what earlier runs left, before `on_entry` hears of anything. `private_control` is
    where the socket of the desk's own screen lies while `control.enabled` is false.
    """

    configuration: Configuration
    duration_ms: int | None
    stop: asyncio.Event
    on_entry: EntryListener
    on_started: Callable[[Desk], None]
    log: Callable[[str, str], None]
    private_control: Path | None = None
    on_opened: Callable[[Ledger], None] = _nothing
    on_stopping: Callable[[Desk], None] = _nothing


async def run_live(run: LiveRun) -> RunSummary:
    """Run until stopped, then leave positions and stops as they are.

    Raises RefusedByState while another desk holds the folder or the account, InputRefused where the journal
    is no whole one, or a blueprint wants what the venue does not have, and CoreDied where a part of the desk
    ended that nothing can replace: then it is HALTED first, durably.
    """
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    around = surroundings_of(run.configuration)
    around.storage.create()
    with desk_lock(around.storage), account_lock(run.configuration.platform, around.storage):
        faults = FaultDesk(around.clock, run.log)
        line = _operator_line(run.configuration, around, faults)
        vital = VitalTasks(faults.on_task_failure, partial(_leave_latch, around.storage, run.log))
        tasks = TaskSupervisor(vital.on_failure)
        async with (
            told_operator(line, vital.on_failure),
            _opened_journal(around, vital.on_failure) as written,
        ):
            _refuse_another(run.configuration.platform.desk.id, around.storage, written.ledger)
            watched = await symbols_to_watch(
                run.configuration, around.storage, written.ledger, around.clock, tasks
            )
            desk = assemble(
                run.configuration, _outside(run.configuration, around, written, faults, tasks, watched)
            )
            run.on_opened(written.ledger)
            desk.recorder.listen(run.on_entry)
            desk.recorder.listen(NoticeDesk(line).on_entry)
            vital.connect(desk.core.parts.execution.state)
            return await _lived(run, _Living(desk, around, written, vital, tasks, line))


@dataclass(frozen=True, slots=True)
class _Living:
    """Hold a desk with what it lives in."""

    desk: Desk
    around: Surroundings
    written: "_Written"
    vital: VitalTasks
    tasks: TaskSupervisor
    line: OperatorLine


async def _lived(run: LiveRun, living: _Living) -> RunSummary:
    """Start the desk, run it to its end, and leave the venue, whatever happened."""
    began = time.monotonic()
    desk, vital = living.desk, living.vital
    try:
        await desk.core.start()
        is_open = run.configuration.platform.control.enabled
        folder = living.around.storage.control if is_open else run.private_control
        async with hosted_control(desk, folder, vital.on_failure):
            run.on_started(desk)
            living.line.notify(_started(desk))
            await _until_stopped(run, living)
            run.on_stopping(desk)
            await settled(desk)
        vital.check()
        wall_ms = int((time.monotonic() - began) * 1000)
        summary = summarize(desk, living.written.journal.head_hash(), wall_ms)
    except BaseException:
        with suppress(DeskError):  # what ended it is worth more than that it did not leave cleanly
            await _left(living)
        raise
    await _left(living)
    living.line.notify(_stopped(desk))
    return summary


async def _left(living: _Living) -> None:
    await living.desk.core.stop()
    await living.tasks.stop(_STOP_WITHIN_MS)
    await living.desk.core.close()


def _operator_line(configuration: Configuration, around: Surroundings, faults: FaultDesk) -> OperatorLine:
    """Make the line to the operator; a recording has nothing to tell him."""
    platform = configuration.platform
    asked = platform.notifications
    settings = asked.model_copy(update={"urls": ()}) if around.mode is TradingMode.REPLAY else asked
    return operator_line(settings, os.environ, WallClock(), platform.desk.id, faults.on_line_trouble)


def _started(desk: Desk) -> Notice:
    parts, state = desk.core.parts, desk.core.parts.execution.state
    count = len(parts.ledger.open_positions())
    text = f"the desk started: {state.current} on {parts.mode}, {count} positions"
    return Notice(NoticeKind.STARTS, AlarmSeverity.WARNING, text)


def _stopped(desk: Desk) -> Notice:
    count = len(desk.core.parts.ledger.open_positions())
    text = f"the desk was stopped: {count} positions stay at the venue, with their stops"
    return Notice(NoticeKind.STARTS, AlarmSeverity.WARNING, text)


def _leave_latch(storage: StorageLayout, log: Callable[[str, str], None], reason: str) -> None:
    """Halt the next start too, where the journal can keep nothing any more."""
    try:
        write_latch(storage.latch, reason, {})
    except OSError as error:
        log("latch not written", f"{storage.latch}: {error.strerror}")


def _refuse_another(desk_id: str, storage: StorageLayout, ledger: Ledger) -> None:
    """Keep a journal to its desk: the client ids of its orders are derived from the desk's id."""
    last = ledger.last_run()
    if last is not None and last.desk_id != desk_id:
        what = f"{desk_id} is not the desk of {storage.journal}: that is {last.desk_id}"
        remedy = f"write {last.desk_id}, or another storage.path"
        raise InputRefused(Problem("platform.yaml", None, "desk.id", what, remedy))


@dataclass(frozen=True, slots=True)
class _Written:
    """Hold an open journal."""

    ledger: Ledger
    journal: JournalRecorder
    store: DurableStore
    trouble: StoreTrouble


@asynccontextmanager
async def _opened_journal(around: Surroundings, on_failure: FailureListener) -> AsyncIterator[_Written]:
    """Open the journal with a writer that outlives everything that writes."""
    writers = TaskSupervisor(on_failure)
    store = DurableStore(around.storage.journal, around.clock, writers)
    ledger = await store.open()
    spool = Spool(around.storage.spool)
    trouble = StoreTrouble()
    try:
        yield _Written(ledger, JournalRecorder(ledger, store, spool, trouble.on_failure), store, trouble)
    finally:
        await store.close()
        spool.close()
        await writers.stop(_STOP_WITHIN_MS)


def _outside(
    configuration: Configuration,
    around: Surroundings,
    written: _Written,
    faults: FaultDesk,
    supervisor: TaskSupervisor,
    watched: Sequence[str],
) -> Outside:
    connector = connector_of(
        configuration.platform, around.storage, around.clock, supervisor, configuration.armed_by
    )
    return Outside(
        mode=around.mode or connector.mode,
        clock=around.clock,
        ids=SystemIds(around.clock),
        seed=None,
        feed=around.make_feed(connector, faults.on_feed_trouble, watched),
        connector=connector,
        ledger=written.ledger,
        journal=written.journal,
        journal_lag=lambda: written.store.lag.entries,
        trouble=written.trouble,
        clock_ns=time.perf_counter_ns,
        run_schedules=around.run_schedules,
        reconcile_every_ms=_RECONCILE_EVERY_MS,
        faults=faults,
        spawner=supervisor,
        latch=LatchFile(around.storage.latch, WallClock().monotonic_ms),
    )


async def _until_stopped(run: LiveRun, living: _Living) -> None:
    """Feed the core until it is told to stop, its time is over, its feed ends, or it dies."""
    desk, ended = living.desk, living.vital.ended
    rng = random.Random(secrets.randbits(_SEED_BITS))
    looking = supervision(desk, run.configuration.platform, living.around.storage.folder, rng, run.log)

    async def feed() -> None:
        await looking.feed.run()
        ended.set()

    async def watch() -> None:
        await run.stop.wait()
        ended.set()

    watchdog = CoreWatchdog(WallClock().monotonic_ms, _BLOCKED_MS, partial(_tell_blocked, run, living.line))
    watchdog.begin()
    living.tasks.spawn("pulse", _beat(watchdog))
    living.tasks.spawn(CORE, feed())
    living.tasks.spawn("stop", watch())
    living.tasks.spawn(LATCH, _obey_latch(desk))
    if desk.core.parts.mode is not TradingMode.REPLAY:
        living.tasks.spawn(SUPERVISOR, looking.supervisor.run())
    timeout_s = None if run.duration_ms is None else run.duration_ms / 1000
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await ended.wait()
    finally:
        watchdog.end()


async def _beat(watchdog: CoreWatchdog) -> None:
    while True:
        watchdog.beat()
        await asyncio.sleep(_BEAT_S)


def _tell_blocked(run: LiveRun, line: OperatorLine, blocked_ms: int, place: str) -> None:
    """Tell, on the watchdog's thread, that nobody looks after the desk; `desk flatten` still can."""
    text = f"the core has been blocked for {blocked_ms} ms: nothing it holds is looked after"
    run.log("core blocked", f"{text}; it is at {place}")
    line.shout(Notice(NoticeKind.HALTS, AlarmSeverity.CRITICAL, text))


async def _obey_latch(desk: Desk) -> None:
    """Look for the latch of `desk flatten` also while nobody asks for the state."""
    while True:
        desk.core.parts.view.state()
        await asyncio.sleep(_LOOK_FOR_LATCH_EVERY_S)
