"""A desk by the machine's clock: lock, journal, venue, feed, and a clean stop."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from desk.bootstrap.account_lock import account_lock
from desk.bootstrap.assembly import Desk, Outside, RunSchedules, assemble
from desk.bootstrap.control import hosted_control
from desk.bootstrap.feeds import feed_of_now, replay_feed
from desk.bootstrap.lock import desk_lock
from desk.bootstrap.preflight import symbols_to_watch
from desk.bootstrap.settings import instruments
from desk.bootstrap.settling import settled
from desk.bootstrap.summing import summarize
from desk.bootstrap.venue import connector_of
from desk.config.configuration import Configuration
from desk.config.market_settings import ReplaySettings
from desk.config.storage import StorageLayout
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.feed import Feed
from desk.contracts.ports.time import Clock
from desk.contracts.problems import InputRefused, Problem
from desk.contracts.states import TradingMode
from desk.control.latch_file import LatchFile
from desk.feeds.csv_survey import survey
from desk.feeds.replay import ReplaySource
from desk.journal.durable import DurableStore
from desk.journal.recorder import JournalRecorder
from desk.journal.spool import Spool
from desk.ledger.ledger import Ledger
from desk.runtime.clock import PacedClock, WallClock
from desk.runtime.faults import FaultDesk
from desk.runtime.ids import SystemIds
from desk.runtime.recording import EntryListener
from desk.runtime.scheduler import ScheduleDriver, apscheduler_wakes
from desk.runtime.store_trouble import StoreTrouble
from desk.runtime.tally import RunSummary
from desk.runtime.tasks import TaskSupervisor

_RECONCILE_EVERY_MS = 60_000
_STOP_WITHIN_MS = 2_000
_SEQUENCE_BITS = 32
_LOOK_FOR_LATCH_EVERY_S = 1

MakeFeed = Callable[[IAPIConnector, Callable[[str], None], Sequence[str]], Feed]
"""From the connector, which may have prices of its own, who hears what is wrong with them, and of what."""


@dataclass(frozen=True, slots=True)
class LiveRun:
    """Say what runs, for how long at most, and who listens; `stop` ends it from outside.

    `private_control` is where the socket of the desk's own screen lies while `control.enabled` is false.
    """

    configuration: Configuration
    duration_ms: int | None
    stop: asyncio.Event
    on_entry: EntryListener
    on_started: Callable[[Desk], None]
    log: Callable[[str, str], None]
    private_control: Path | None = None


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """Hold what differs between prices of now and recorded ones at a pace; mode None is the connector's."""

    clock: Clock
    make_feed: MakeFeed
    mode: TradingMode | None
    storage: StorageLayout
    run_schedules: RunSchedules


async def run_live(run: LiveRun) -> RunSummary:
    """Run until stopped, then leave positions and stops as they are.

    Raises RefusedByState while another desk holds the folder or the account, InputRefused where the journal
    is no whole one, or a blueprint wants what the venue does not have.
    """
    around = _surroundings(run.configuration)
    around.storage.create()
    began = time.monotonic()
    with desk_lock(around.storage), account_lock(run.configuration.platform, around.storage):
        faults = FaultDesk(around.clock, run.log)
        supervisor = TaskSupervisor(faults.on_task_failure)
        async with _opened_journal(around, faults) as written:
            _refuse_another(run.configuration.platform.desk.id, around.storage, written.ledger)
            watched = await symbols_to_watch(
                run.configuration, around.storage, written.ledger, around.clock, supervisor
            )
            desk = assemble(
                run.configuration, _outside(run.configuration, around, written, faults, supervisor, watched)
            )
            desk.recorder.listen(run.on_entry)
            await desk.core.start()
            try:
                is_open = run.configuration.platform.control.enabled
                folder = around.storage.control if is_open else run.private_control
                async with hosted_control(desk, folder, faults.on_task_failure):
                    run.on_started(desk)
                    await _until_stopped(run, desk)
                    await settled(desk)
                wall_ms = int((time.monotonic() - began) * 1000)
                return summarize(desk, written.journal.head_hash(), wall_ms)
            finally:
                await desk.core.stop()
                await supervisor.stop(_STOP_WITHIN_MS)
                await desk.core.close()


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
async def _opened_journal(around: _Surroundings, faults: FaultDesk) -> AsyncIterator[_Written]:
    """Open the journal with a writer that outlives everything that writes."""
    writers = TaskSupervisor(faults.on_task_failure)
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
    around: _Surroundings,
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


async def _until_stopped(run: LiveRun, desk: Desk) -> None:
    """Feed the core until it is told to stop, its time is over, or its feed ends."""
    ended = asyncio.Event()

    async def feed() -> None:
        try:
            await desk.core.run()
        finally:
            ended.set()

    async def watch() -> None:
        await run.stop.wait()
        ended.set()

    desk.core.parts.spawner.spawn("feed", feed())
    desk.core.parts.spawner.spawn("stop", watch())
    desk.core.parts.spawner.spawn("latch", _obey_latch(desk))
    timeout_s = None if run.duration_ms is None else run.duration_ms / 1000
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await ended.wait()


async def _obey_latch(desk: Desk) -> None:
    """Look for the latch of `desk flatten` also while nobody asks for the state."""
    while True:
        desk.core.parts.view.state()
        await asyncio.sleep(_LOOK_FOR_LATCH_EVERY_S)


def _surroundings(configuration: Configuration) -> _Surroundings:
    platform = configuration.platform
    if platform.feed.name == "replay":
        return _replaying(configuration)
    clock = WallClock()
    make_feed = partial(feed_of_now, platform, clock, secrets.randbits(_SEQUENCE_BITS))
    return _Surroundings(clock, make_feed, None, configuration.storage, _schedules)


def _replaying(configuration: Configuration) -> _Surroundings:
    replay = configuration.platform.feed.replay or ReplaySettings()
    if replay.speed == "as_fast":
        remedy = "write how many times the recorded speed, or use `desk replay`"
        what = "as_fast needs a virtual clock, and this command runs by the machine's"
        raise InputRefused(Problem("platform.yaml", None, "feed.replay.speed", what, remedy))
    known = {one.symbol: one for one in instruments(configuration.platform)}
    sources = [ReplaySource(known[symbol], Path(file)) for symbol, file in replay.files.items()]
    for source in sources:
        survey(source.path)
    start_ms = replay_feed(sources, WallClock()).first_ms()
    paced = PacedClock(start_ms, float(replay.speed))  # a clock's speed is not money
    feed = replay_feed(sources, paced)
    run_schedules = partial(_paced_schedules, paced)
    return _Surroundings(
        paced, lambda *_: feed, TradingMode.REPLAY, configuration.storage.replay, run_schedules
    )


async def _paced_schedules(clock: PacedClock, driver: ScheduleDriver) -> None:
    await driver.run(clock.sleep_until_ms)


async def _schedules(driver: ScheduleDriver) -> None:
    async with apscheduler_wakes(driver) as wait:
        await driver.run(wait)
