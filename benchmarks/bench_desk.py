"""A whole desk for measuring: virtual time, real SQLite, real planners, gate and matching."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fixtures import SYMBOL, TRADES
from connectors.registry import ConnectorParts, create
from desk.bootstrap.assembly import Desk, assemble
from desk.bootstrap.feeds import replay_feed
from desk.bootstrap.outside import Outside
from desk.bootstrap.settings import instruments
from desk.bootstrap.venue import paper_settings
from desk.config.configuration import Configuration
from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import DirectiveScope, EntryDirective, ExitDirective, StrategyDirective
from desk.contracts.ids import DirectiveId
from desk.contracts.market import ONE, Tick
from desk.contracts.ports.time import Clock, IdSource
from desk.contracts.sides import OrderSide
from desk.contracts.states import TradingMode
from desk.feeds.replay import ReplayFeed, ReplaySource
from desk.journal.inline import InlineStore
from desk.journal.opening import Durability
from desk.journal.recorder import JournalRecorder
from desk.runtime.clock import VirtualClock
from desk.runtime.faults import FaultDesk
from desk.runtime.ids import SeededIds
from desk.runtime.scheduler import ScheduleDriver
from desk.runtime.store_trouble import StoreTrouble
from desk.runtime.tasks import TaskSupervisor
from desk.runtime.virtual_loop import VirtualLoop, run_virtual

_STOP_SHARE = "0.15"


@dataclass(frozen=True, slots=True)
class BenchDesk:
    """Hold a desk and the feed it runs on."""

    desk: Desk
    feed: ReplayFeed
    clock: VirtualClock
    ids: SeededIds

    async def open_shorts(self, first: Tick, count: int = TRADES) -> None:
        """Open the trades whose stops will trail."""
        self.desk.core.on_tick(first)
        for _ in range(count):
            directive = short(self.ids, self.clock, first)
            self.desk.core.parts.bus.publish(
                events.STRATEGY_DIRECTIVE_ISSUED, directive, strategy_id="bench", cause=first
            )
        await self.clock.sleep_ms(1)
        held = len(self.desk.core.parts.ledger.open_positions())
        if held != count:
            message = f"{count} trades were asked for and {held} opened"
            raise RuntimeError(message)


def short(ids: IdSource, clock: Clock, tick: Tick) -> StrategyDirective:
    """Write the directive of one short."""
    return StrategyDirective(
        directive_id=ids.new(DirectiveId),
        strategy_id="bench",
        strategy_planner_id="bench",
        decided_at_ms=clock.now_ms(),
        causality=CausalityChain.born(tick.id),
        scope=DirectiveScope.NEW_TRADE,
        confidence=ONE,
        rationale="a trade to measure with",
        entry_directive=EntryDirective(symbol=SYMBOL, direction=OrderSide.SELL),
        exit_directive=ExitDirective.model_validate_json(f'{{"stop_loss_tolerance": "{_STOP_SHARE}"}}'),
    )


def with_desk(
    configuration: Configuration,
    data: Path,
    work: Callable[[BenchDesk], Awaitable[None]],
    folder: Path,
) -> None:
    """Run `work` beside a started desk whose journal is `folder`/journal.sqlite3, made anew."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("journal.sqlite3*"):
        old.unlink()
    run_virtual(lambda loop: _live(configuration, data, work, folder / "journal.sqlite3", loop))


async def _live(
    configuration: Configuration,
    data: Path,
    work: Callable[[BenchDesk], Awaitable[None]],
    journal_file: Path,
    loop: VirtualLoop,
) -> None:
    known = {one.symbol: one for one in instruments(configuration.platform)}
    sources = [ReplaySource(known[SYMBOL], data)]
    clock = VirtualClock(loop, replay_feed(sources, VirtualClock(loop, 0)).first_ms())
    feed = replay_feed(sources, clock)
    store = InlineStore(journal_file, clock, Durability.NORMAL)
    ledger = await store.open()
    trouble, faults = StoreTrouble(), FaultDesk(clock, _complain)
    supervisor, ids = TaskSupervisor(faults.on_task_failure), SeededIds(clock, 1)
    parts = ConnectorParts(tuple(known.values()), clock, supervisor, random.Random(1), None)
    outside = Outside(
        mode=TradingMode.REPLAY,
        clock=clock,
        ids=ids,
        seed=1,
        feed=feed,
        connector=create(paper_settings(configuration.platform), parts),
        ledger=ledger,
        journal=JournalRecorder(ledger, store, None, trouble.on_failure),
        journal_lag=lambda: store.lag.entries,
        trouble=trouble,
        clock_ns=lambda: 0,
        run_schedules=_no_schedules,
        reconcile_every_ms=None,
        faults=faults,
        spawner=supervisor,
        is_watched=False,  # as a rehearsal is: nobody looks at it, and a month passes in seconds
    )
    desk = assemble(configuration, outside)
    await desk.core.start()
    await work(BenchDesk(desk, feed, clock, ids))
    await supervisor.stop(1000)
    await desk.core.close()
    await store.close()


def _complain(event: str, text: str) -> None:
    message = f"{event}: {text}"
    raise RuntimeError(message)


async def _no_schedules(_driver: ScheduleDriver) -> None:
    return
