"""A desk on recorded data under a virtual clock, with a journal of its own."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.registry import ConnectorParts, create
from desk.bootstrap.assembly import Desk, assemble
from desk.bootstrap.feeds import replay_feed
from desk.bootstrap.lock import desk_lock
from desk.bootstrap.outside import Outside
from desk.bootstrap.settings import instruments
from desk.bootstrap.summing import summarize
from desk.bootstrap.venue import paper_settings
from desk.config.configuration import Configuration
from desk.config.storage import StorageLayout
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.states import TradingMode
from desk.feeds.replay import ReplayFeed, ReplayProgress, ReplaySource
from desk.journal.inline import InlineStore
from desk.journal.opening import Durability
from desk.journal.recorder import JournalRecorder
from desk.runtime.clock import VirtualClock
from desk.runtime.faults import FaultDesk
from desk.runtime.ids import SeededIds
from desk.runtime.recording import EntryListener
from desk.runtime.scheduler import ScheduleDriver
from desk.runtime.store_trouble import StoreTrouble
from desk.runtime.tally import RunSummary
from desk.runtime.tasks import TaskSupervisor
from desk.runtime.virtual_loop import VirtualLoop, run_virtual

_PROGRESS_EVERY_TICKS = 5_000
_SETTLE_MS = 60_000
_SILENCE_MS = 60_000

Progress = Callable[[ReplayProgress], None]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Say what is replayed, where its journal goes, and who listens."""

    configuration: Configuration
    sources: Sequence[ReplaySource]
    storage: StorageLayout
    seed: int
    on_entry: EntryListener
    on_progress: Progress
    log: Callable[[str, str], None]


def rehearse(rehearsal: Rehearsal) -> RunSummary:
    """Play the data to its end, let what is under way settle, and sum up.

    The journal of an earlier replay in the same folder is replaced; raises RefusedByState while another
    replay writes it.
    """
    rehearsal.storage.create()
    with desk_lock(rehearsal.storage):
        for path in rehearsal.storage.folder.glob("journal.sqlite3*"):
            path.unlink()
        return run_virtual(lambda loop: _play(rehearsal, loop))


async def _play(rehearsal: Rehearsal, loop: VirtualLoop) -> RunSummary:
    began = time.monotonic()
    clock = VirtualClock(loop, replay_feed(rehearsal.sources, VirtualClock(loop, 0)).first_ms())
    feed = replay_feed(rehearsal.sources, clock)
    store = InlineStore(rehearsal.storage.journal, clock, Durability.NORMAL)
    ledger = await store.open()
    trouble, faults = StoreTrouble(), FaultDesk(clock, rehearsal.log)
    journal = JournalRecorder(ledger, store, None, trouble.on_failure)
    supervisor = TaskSupervisor(faults.on_task_failure)
    desk = assemble(
        rehearsal.configuration,
        Outside(
            mode=TradingMode.REPLAY,
            clock=clock,
            ids=SeededIds(clock, rehearsal.seed),
            seed=rehearsal.seed,
            feed=feed,
            connector=_connector(rehearsal, clock, supervisor),
            ledger=ledger,
            journal=journal,
            journal_lag=lambda: store.lag.entries,
            trouble=trouble,
            clock_ns=lambda: 0,
            run_schedules=lambda driver: _schedules(driver, clock),
            reconcile_every_ms=None,
            faults=faults,
            spawner=supervisor,
            is_watched=False,
            silence_ms=_SILENCE_MS,
        ),
    )
    desk.recorder.listen(rehearsal.on_entry)
    await desk.core.start()
    await _ticks(desk, feed, rehearsal.on_progress)
    await clock.sleep_ms(_SETTLE_MS)
    summary = summarize(desk, journal.head_hash(), int((time.monotonic() - began) * 1000))
    await supervisor.stop(1000)
    await desk.core.close()
    await store.close()
    return summary


def _connector(rehearsal: Rehearsal, clock: VirtualClock, supervisor: TaskSupervisor) -> IAPIConnector:
    platform = rehearsal.configuration.platform
    parts = ConnectorParts(
        instruments=instruments(platform),
        clock=clock,
        spawner=supervisor,
        rng=random.Random(rehearsal.seed),
        account_file=None,
    )
    return create(paper_settings(platform), parts)


async def _schedules(driver: ScheduleDriver, clock: VirtualClock) -> None:
    await driver.run(clock.sleep_until_ms)


async def _ticks(desk: Desk, feed: ReplayFeed, on_progress: Progress) -> None:
    on_tick = desk.core.on_tick
    count = 0
    async for tick in feed.ticks():
        on_tick(tick)
        count += 1
        if count % _PROGRESS_EVERY_TICKS == 0:
            on_progress(feed.progress)
    on_progress(feed.progress)
