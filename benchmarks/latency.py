"""Tick to order sent with the intent durable first, beside the bare cost of one durable commit."""

import asyncio
import os
import random
import sqlite3
import time
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
from desk.config.configuration import Configuration
from desk.contracts import events
from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.market import Tick
from desk.contracts.orders import OrderOutcome, OrderRequest
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
    """Measure both, interleaved by blocks, in microseconds."""
    tell(f"tick to order sent, {_ORDERS} orders with a durable intent each")
    (folder / "latency").mkdir(parents=True, exist_ok=True)
    return asyncio.run(_measure(folder))


async def _measure(folder: Path) -> list[Figure]:
    state = folder / "latency"
    sent = await _orders(configuration(folder), state)
    committed = await _commits(state / "commits.sqlite3")
    synced = _overwrites(state / "page.bin")
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


async def _orders(configured: Configuration, state: Path) -> list[float]:
    clock = WallClock()
    faults = FaultDesk(clock, lambda event, text: tell(f"{event}: {text}"))
    supervisor, writers = TaskSupervisor(faults.on_task_failure), TaskSupervisor(faults.on_task_failure)
    store = DurableStore(state / "journal.sqlite3", clock, writers)
    ledger = await store.open()
    trouble = StoreTrouble()
    known = {one.symbol: one for one in instruments(configured.platform)}
    parts = ConnectorParts(tuple(known.values()), clock, supervisor, random.Random(1), None)
    connector = create("paper", configured.platform.connector.paper.model_dump(), parts)
    if not isinstance(connector, PaperConnector):
        message = "the bench platform trades on paper"
        raise TypeError(message)
    stamped = _Stamp(connector)
    synthetic = configured.platform.feed.synthetic
    if synthetic is None:
        message = "the bench platform has a synthetic feed"
        raise RuntimeError(message)
    ids = SystemIds(clock)
    desk = assemble(
        configured,
        Outside(
            mode=TradingMode.PAPER,
            clock=clock,
            ids=ids,
            seed=None,
            feed=synthetic_feed(synthetic, known, clock, 1),
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
    trader = _Trader(desk, ids, clock)
    desk.core.parts.bus.subscribe(events.TICK_RECEIVED, trader.on_tick, subscriber="bench")
    taken = [await _one(desk, stamped, clock, number) for number in range(_ORDERS)]
    await supervisor.stop(2000)
    await desk.core.close()
    await store.close()
    await writers.stop(2000)
    return taken[_WARM_UP:]


class _Trader:
    """Decide at every tick: open a trade, and close it at the next."""

    def __init__(self, desk: Desk, ids: SystemIds, clock: WallClock) -> None:
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


async def _one(desk: Desk, stamped: _Stamp, clock: WallClock, number: int) -> float:
    """Hand one tick to the desk; return the microseconds until its order reached the connector."""
    price = Decimal(50_000 + number % 7)
    tick = Tick(SYMBOL, clock.now_ms(), price, price, price, Decimal(1), number)
    stamped.reached.clear()
    began_ns = time.perf_counter_ns()
    desk.core.on_tick(tick)
    async with asyncio.timeout(5):
        await stamped.reached.wait()
    while desk.core.parts.execution.flows.all():
        await clock.sleep_ms(_PAUSE_MS)
    return (stamped.reached_ns - began_ns) / 1000


async def _commits(path: Path) -> list[float]:
    """Commit one row at a time through aiosqlite, in one hop as the journal does; return microseconds."""
    taken = []
    async with aiosqlite.connect(path, isolation_level=None) as database:
        for pragma in ("journal_mode = WAL", "synchronous = FULL"):
            await database.execute(f"PRAGMA {pragma}")
        await database.execute("CREATE TABLE row (number INTEGER PRIMARY KEY, data TEXT)")
        for number in range(_ORDERS):
            began_ns = time.perf_counter_ns()
            await database._execute(_commit, database._conn, number)  # type: ignore[no-untyped-call]  # noqa: SLF001
            taken.append((time.perf_counter_ns() - began_ns) / 1000)
    return taken[_WARM_UP:]


def _commit(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO row VALUES (?, ?)", (number, "x" * 400))
    connection.execute("COMMIT")


def _overwrites(path: Path) -> list[float]:
    """Overwrite one page and make it durable; return microseconds."""
    taken = []
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        for _ in range(_ORDERS):
            began_ns = time.perf_counter_ns()
            os.pwrite(descriptor, _PAGE, 0)
            os.fdatasync(descriptor)
            taken.append((time.perf_counter_ns() - began_ns) / 1000)
    finally:
        os.close(descriptor)
    return taken[_WARM_UP:]


async def _no_schedules(_driver: ScheduleDriver) -> None:
    return
