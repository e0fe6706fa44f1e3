"""Tick to order sent with the intent durable first, beside the bare cost of one durable commit."""

import asyncio
import os
import random
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import aiosqlite

from benchmarks.bench_desk import short
from benchmarks.fixtures import SYMBOL, configuration
from benchmarks.measuring import Figure, percentile, tell
from connectors.paper.connector import PaperConnector
from connectors.registry import ConnectorParts, create
from desk.bootstrap.assembly import Desk, Outside, assemble
from desk.bootstrap.feeds import synthetic_feed
from desk.bootstrap.settings import instruments
from desk.bootstrap.venue import paper_settings
from desk.config.configuration import Configuration
from desk.contracts import events
from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.market import Tick
from desk.contracts.orders import OrderOutcome, OrderRequest
from desk.contracts.ports.feed import Feed
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.states import TradingMode
from desk.journal.durable import DurableStore
from desk.journal.recorder import JournalRecorder
from desk.runtime.clock import WallClock
from desk.runtime.faults import FaultDesk
from desk.runtime.ids import SystemIds
from desk.runtime.scheduler import ScheduleDriver
from desk.runtime.store_trouble import StoreTrouble
from desk.runtime.tasks import TaskSupervisor

_ORDERS = 400
_WARM_UP = 50
_PREPARE = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE row (number, data)")
_PAUSE_MS = 1
_PAGE = bytes(4096)


class _Stamp:
    """Note the moment an order reaches the connector."""

    def __init__(self, connector: PaperConnector) -> None:
        self.reached = asyncio.Event()
        self.reached_ns = 0
        self._place = connector.place_order
        connector.place_order = self._stamped  # type: ignore[method-assign]

    async def _stamped(self, request: OrderRequest) -> OrderOutcome:
        if not self.reached.is_set():
            self.reached_ns = time.perf_counter_ns()
            self.reached.set()
        return await self._place(request)


def measure(folder: Path) -> list[Figure]:
    """Measure an order, a commit and an overwritten page in turns, in microseconds."""
    tell(f"tick to order sent, {_ORDERS} orders with a durable intent each")
    state = folder / "latency"
    state.mkdir(parents=True, exist_ok=True)
    page = os.open(state / "page.bin", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        return asyncio.run(_measure(configuration(folder), state, page))
    finally:
        os.close(page)


async def _measure(configured: Configuration, state: Path, page: int) -> list[Figure]:
    orders: list[float] = []
    commits: list[float] = []
    overwrites: list[float] = []
    rows = aiosqlite.connect(state / "commits.sqlite3", isolation_level=None)
    async with _living(configured, state) as desk, rows as database:
        for statement in _PREPARE:
            await database.execute(statement)
        for number in range(_ORDERS):
            orders.append(await desk.order_us(number))
            commits.append(await _commit_us(database, number))
            overwrites.append(_overwrite_us(page))
    return _figures(orders[_WARM_UP:], commits[_WARM_UP:], overwrites[_WARM_UP:])


def _figures(sent: list[float], committed: list[float], synced: list[float]) -> list[Figure]:
    base = percentile(committed, 0.5)
    return [
        Figure("tick → order sent, intent durable (FULL): p50 / p99", _pair(sent), "µs"),
        Figure("one durable commit through aiosqlite: p50 / p99", _pair(committed), "µs, same disk"),
        Figure("one overwritten page with fdatasync: p50 / p99", _pair(synced), "µs, same disk"),
        Figure(
            "tick → order sent against one durable commit", f"{percentile(sent, 0.5) / base:.2f} times", "p50"
        ),
        Figure(
            "tick → order sent against one fdatasync",
            f"{percentile(sent, 0.5) / percentile(synced, 0.5):.2f} times",
            "p50; goal through aiosqlite at most 3 times and goal 1",
        ),
    ]


def _pair(values: list[float]) -> str:
    return f"{percentile(values, 0.5):,.0f} / {percentile(values, 0.99):,.0f}"


@asynccontextmanager
async def _living(configured: Configuration, state: Path) -> AsyncIterator["_LivingDesk"]:
    """Start a desk by the machine's clock, with the store of a living one; stop it after."""
    clock = WallClock()
    faults = FaultDesk(clock, lambda event, text: tell(f"{event}: {text}"))
    supervisor, writers = TaskSupervisor(faults.on_task_failure), TaskSupervisor(faults.on_task_failure)
    store = DurableStore(state / "journal.sqlite3", clock, writers)
    ledger, trouble = await store.open(), StoreTrouble()
    connector = _paper(configured, clock, supervisor)
    stamp = _Stamp(connector)
    desk = assemble(
        configured,
        Outside(
            mode=TradingMode.PAPER,
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
    yield _LivingDesk(desk, stamp, store, clock)
    await supervisor.stop(2000)
    await desk.core.close()
    await store.close()
    await writers.stop(2000)


def _paper(configured: Configuration, clock: Clock, spawner: Spawner) -> PaperConnector:
    parts = ConnectorParts(instruments(configured.platform), clock, spawner, random.Random(1), None)
    connector = create(paper_settings(configured.platform), parts)
    if not isinstance(connector, PaperConnector):
        message = "the bench platform trades on paper"
        raise TypeError(message)
    return connector


def _feed(configured: Configuration, clock: Clock) -> Feed:
    """Return the feed that nobody plays: ticks are handed to the core one by one."""
    synthetic = configured.platform.feed.synthetic
    if synthetic is None:
        message = "the bench platform has a synthetic feed"
        raise RuntimeError(message)
    known = {one.symbol: one for one in instruments(configured.platform)}
    return synthetic_feed(synthetic, known, clock, 1)


class _LivingDesk:
    """Hand ticks to a desk, one at a time: the next when all that one has caused is over and durable."""

    def __init__(self, desk: Desk, stamp: _Stamp, store: DurableStore, clock: Clock) -> None:
        self._core = desk.core
        self._stamp = stamp
        self._store = store
        self._clock = clock
        trader = _Trader(desk, SystemIds(clock), clock)
        desk.core.parts.bus.subscribe(events.TICK_RECEIVED, trader.on_tick, subscriber="bench")

    async def order_us(self, number: int) -> float:
        """Hand over one tick; return the microseconds until its order reached the connector."""
        price = Decimal(50_000 + number % 7)
        tick = Tick(SYMBOL, self._clock.now_ms(), price, price, price, Decimal(1), number)
        self._stamp.reached.clear()
        began_ns = time.perf_counter_ns()
        self._core.on_tick(tick)
        async with asyncio.timeout(5):
            await self._stamp.reached.wait()
        while self._core.parts.execution.flows.all() or self._store.lag.entries:
            await self._clock.sleep_ms(_PAUSE_MS)
        return (self._stamp.reached_ns - began_ns) / 1000


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


async def _commit_us(database: aiosqlite.Connection, number: int) -> float:
    """Commit one row in one hop to the connection's thread, as the journal does."""
    began_ns = time.perf_counter_ns()
    await database._execute(_commit, database._conn, number)  # type: ignore[no-untyped-call]  # noqa: SLF001
    return (time.perf_counter_ns() - began_ns) / 1000


def _commit(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO row VALUES (?, ?)", (number, "x" * 400))
    connection.execute("COMMIT")


def _overwrite_us(page: int) -> float:
    """Overwrite one page and make it durable."""
    began_ns = time.perf_counter_ns()
    os.pwrite(page, _PAGE, 0)
    os.fdatasync(page)
    return (time.perf_counter_ns() - began_ns) / 1000


async def _no_schedules(_driver: ScheduleDriver) -> None:
    return
