"""A desk by the machine's clock: lock, journal, venue, feed, and a clean stop."""

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from connectors.registry import ConnectorParts, create
from desk.bootstrap.assembly import Desk, Outside, assemble
from desk.bootstrap.feeds import synthetic_feed
from desk.bootstrap.lock import desk_lock
from desk.bootstrap.settings import instruments
from desk.bootstrap.summing import summarize
from desk.config.configuration import Configuration
from desk.config.market_settings import SyntheticSettings
from desk.config.platform import Platform
from desk.config.storage import StorageLayout
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.feed import Feed
from desk.contracts.ports.time import Clock
from desk.contracts.problems import InputRefused, Problem
from desk.contracts.states import TradingMode
from desk.journal.durable import DurableStore
from desk.journal.recorder import JournalRecorder
from desk.journal.spool import Spool
from desk.runtime.clock import WallClock
from desk.runtime.faults import FaultDesk
from desk.runtime.ids import SystemIds
from desk.runtime.recording import EntryListener
from desk.runtime.scheduler import ScheduleDriver, apscheduler_wakes
from desk.runtime.store_trouble import StoreTrouble
from desk.runtime.tally import RunSummary
from desk.runtime.tasks import TaskSupervisor

_RECONCILE_EVERY_MS = 60_000
_STOP_WITHIN_MS = 3_000
_SEQUENCE_BITS = 32


@dataclass(frozen=True, slots=True)
class LiveRun:
    """Say what runs, for how long at most, and who listens; `stop` ends it from outside."""

    configuration: Configuration
    duration_ms: int | None
    stop: asyncio.Event
    on_entry: EntryListener
    on_started: Callable[[Desk], None]
    log: Callable[[str, str], None]


async def run_live(run: LiveRun) -> RunSummary:
    """Run until stopped, then leave positions and stops as they are.

    Raises RefusedByState while another desk holds the folder, InputRefused where the journal is no whole one.
    """
    storage = run.configuration.storage
    storage.create()
    began = time.monotonic()
    with desk_lock(storage):
        async with _opened(run, storage) as (desk, journal):
            run.on_started(desk)
            await _until_stopped(run, desk)
            return summarize(desk, journal.head_hash(), int((time.monotonic() - began) * 1000))


@asynccontextmanager
async def _opened(run: LiveRun, storage: StorageLayout) -> AsyncIterator[tuple[Desk, JournalRecorder]]:
    """Open journal and venue, start the core; close all of it in the reverse order."""
    clock = WallClock()
    faults = FaultDesk(clock, run.log)
    supervisor = TaskSupervisor(faults.on_task_failure)
    writers = TaskSupervisor(faults.on_task_failure)
    store = DurableStore(storage.journal, clock, writers)
    ledger = await store.open()
    spool = Spool(storage.spool)
    trouble = StoreTrouble()
    journal = JournalRecorder(ledger, store, spool, trouble.on_failure)
    try:
        outside = Outside(
            mode=TradingMode.PAPER,
            clock=clock,
            ids=SystemIds(clock),
            seed=None,
            feed=_feed(run.configuration.platform, clock),
            connector=_connector(run.configuration.platform, storage, clock, supervisor),
            ledger=ledger,
            journal=journal,
            journal_lag=lambda: store.lag.entries,
            trouble=trouble,
            clock_ns=time.perf_counter_ns,
            run_schedules=_schedules,
            reconcile_every_ms=_RECONCILE_EVERY_MS,
            faults=faults,
            spawner=supervisor,
        )
        desk = assemble(run.configuration, outside)
        desk.recorder.listen(run.on_entry)
        await desk.core.start()
        try:
            yield desk, journal
        finally:
            await desk.core.stop()
            await supervisor.stop(_STOP_WITHIN_MS)
            await desk.core.close()
    finally:
        await store.close()
        spool.close()
        await writers.stop(_STOP_WITHIN_MS)


async def _until_stopped(run: LiveRun, desk: Desk) -> None:
    """Feed the core until it is told to stop, its time is over, or its feed ends."""
    feeding = asyncio.Event()

    async def feed() -> None:
        try:
            await desk.core.run()
        finally:
            feeding.set()

    desk.core.parts.spawner.spawn("feed", feed())
    waits = [run.stop.wait(), feeding.wait()]
    timeout_s = None if run.duration_ms is None else run.duration_ms / 1000
    tasks = [asyncio.ensure_future(one) for one in waits]  # noqa: TID251 - both are awaited or cancelled here
    await asyncio.wait(tasks, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


def _feed(platform: Platform, clock: Clock) -> Feed:
    known = {one.symbol: one for one in instruments(platform)}
    settings: SyntheticSettings | None = platform.feed.synthetic
    if platform.feed.name != "synthetic" or settings is None:
        remedy = "write synthetic, or use `desk replay` for recorded data"
        what = f"{platform.feed.name} cannot run by the machine's clock here"
        raise InputRefused(Problem("platform.yaml", None, "feed.name", what, remedy))
    return synthetic_feed(settings, known, clock, secrets.randbits(_SEQUENCE_BITS))


def _connector(
    platform: Platform, storage: StorageLayout, clock: Clock, supervisor: TaskSupervisor
) -> IAPIConnector:
    parts = ConnectorParts(
        instruments=instruments(platform),
        clock=clock,
        spawner=supervisor,
        rng=random.Random(secrets.randbits(_SEQUENCE_BITS)),
        account_file=storage.account,
    )
    return create(platform.connector.name, platform.connector.paper.model_dump(), parts)


async def _schedules(driver: ScheduleDriver) -> None:
    async with apscheduler_wakes(driver) as wait:
        await driver.run(wait)
