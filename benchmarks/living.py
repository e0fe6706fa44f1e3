"""A desk by the machine's clock, with the store of a living one, that is handed its ticks one at a time."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from benchmarks.bench_desk import short
from benchmarks.fixtures import SYMBOL
from benchmarks.measuring import tell
from connectors.registry import ConnectorParts, ConnectorSettings, create
from desk.bootstrap.assembly import Desk, assemble
from desk.bootstrap.feeds import synthetic_feed
from desk.bootstrap.outside import Outside
from desk.bootstrap.settings import instruments
from desk.config.configuration import Configuration
from desk.contracts import events
from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.market import Tick
from desk.contracts.orders import OrderOutcome, OrderRequest
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.feed import Feed
from desk.contracts.ports.time import Clock, Spawner
from desk.journal.durable import DurableStore
from desk.journal.recorder import JournalRecorder
from desk.runtime.clock import WallClock
from desk.runtime.faults import FaultDesk
from desk.runtime.ids import SystemIds
from desk.runtime.scheduler import ScheduleDriver
from desk.runtime.store_trouble import StoreTrouble
from desk.runtime.tasks import TaskSupervisor

_PAUSE_MS = 1
_ORDER_WITHIN_S = 10


@dataclass(frozen=True, slots=True)
class Sent:
    """Hold when a tick came, and when the order it caused reached the connector, in nanoseconds."""

    began_ns: int
    reached_ns: int

    @property
    def microseconds(self) -> float:
        """How long the order took."""
        return (self.reached_ns - self.began_ns) / 1000


@asynccontextmanager
async def living(
    configured: Configuration,
    state: Path,
    settings: ConnectorSettings,
    on_reached: Callable[[], None] = lambda: None,
) -> AsyncIterator["LivingDesk"]:
    """Start a desk that trades through the connector of `settings`; stop it after."""
    clock = WallClock()
    faults = FaultDesk(clock, lambda event, text: tell(f"{event}: {text}"))
    supervisor, writers = TaskSupervisor(faults.on_task_failure), TaskSupervisor(faults.on_task_failure)
    store = DurableStore(state / "journal.sqlite3", clock, writers)
    ledger, trouble = await store.open(), StoreTrouble()
    connector = _connector(configured, settings, clock, supervisor)
    stamp = _Stamp(connector, on_reached)
    desk = assemble(
        configured,
        Outside(
            mode=connector.mode,
            clock=clock,
            ids=SystemIds(clock),
            seed=None,
            feed=_feed(configured, clock),
            connector=connector,
            ledger=ledger,
            journal=JournalRecorder(ledger, store, None, trouble.on_failure),
            journal_lag=lambda: store.lag.entries,
            trouble=trouble,
            clock_ns=time.perf_counter_ns,
            run_schedules=_no_schedules,
            reconcile_every_ms=None,
            faults=faults,
            spawner=supervisor,
        ),
    )
    await desk.core.start()
    yield LivingDesk(desk, stamp, store, clock)
    await supervisor.stop(2000)
    await desk.core.close()
    await store.close()
    await writers.stop(2000)


class LivingDesk:
    """Hand ticks to a desk, one at a time: the next when all that one has caused is over and durable."""

    def __init__(self, desk: Desk, stamp: "_Stamp", store: DurableStore, clock: Clock) -> None:
        self._core = desk.core
        self._stamp = stamp
        self._store = store
        self._clock = clock
        trader = _Trader(desk, SystemIds(clock), clock)
        desk.core.parts.bus.subscribe(events.TICK_RECEIVED, trader.on_tick, subscriber="bench")

    async def order(self, number: int) -> Sent:
        """Hand over one tick, and wait until all it caused is over."""
        price = Decimal(50_000 + number % 7)
        tick = Tick(SYMBOL, self._clock.now_ms(), price, price, price, Decimal(1), number)
        self._stamp.reached.clear()
        began_ns = time.perf_counter_ns()
        self._core.on_tick(tick)
        async with asyncio.timeout(_ORDER_WITHIN_S):
            await self._stamp.reached.wait()
            while self._core.parts.execution.flows.all() or self._store.lag.entries:
                await self._clock.sleep_ms(_PAUSE_MS)
        return Sent(began_ns, self._stamp.reached_ns)


class _Stamp:
    """Note the moment an order reaches the connector."""

    def __init__(self, connector: IAPIConnector, on_reached: Callable[[], None]) -> None:
        self.reached = asyncio.Event()
        self.reached_ns = 0
        self._on_reached = on_reached
        self._place = connector.place_order
        connector.place_order = self._stamped  # type: ignore[method-assign]

    async def _stamped(self, request: OrderRequest) -> OrderOutcome:
        if not self.reached.is_set():
            self.reached_ns = time.perf_counter_ns()
            self.reached.set()
            self._on_reached()
        return await self._place(request)


class _Trader:
    """Decide at every tick: open a trade, and close it at the next."""

    def __init__(self, desk: Desk, ids: SystemIds, clock: Clock) -> None:
        self._desk = desk
        self._ids = ids
        self._clock = clock

    def on_tick(self, tick: Tick) -> None:
        """Issue one directive."""
        held = self._desk.core.parts.ledger.open_positions()
        directive = short(self._ids, self._clock, tick)
        if held:
            directive = StrategyDirective.model_validate(
                directive.model_dump(exclude={"entry_directive", "exit_directive"})
                | {"scope": DirectiveScope.CLOSE_EXISTING, "target_trade_ids": (held[0].trade_id,)}
            )
        bus = self._desk.core.parts.bus
        bus.publish(events.STRATEGY_DIRECTIVE_ISSUED, directive, strategy_id="bench", cause=tick)


def _connector(
    configured: Configuration, settings: ConnectorSettings, clock: Clock, spawner: Spawner
) -> IAPIConnector:
    traded = instruments(configured.platform)
    return create(settings, ConnectorParts(traded, clock, spawner, random.Random(1), None))


def _feed(configured: Configuration, clock: Clock) -> Feed:
    """Return the feed that nobody plays: ticks are handed to the core one by one."""
    synthetic = configured.platform.feed.synthetic
    if synthetic is None:
        message = "the bench platform has a synthetic feed"
        raise RuntimeError(message)
    known = {one.symbol: one for one in instruments(configured.platform)}
    return synthetic_feed(synthetic, known, clock, 1)


async def _no_schedules(_driver: ScheduleDriver) -> None:
    return
