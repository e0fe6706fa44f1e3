"""Journal entries to test with, short to write, and the stores they go through."""

import asyncio
from collections.abc import Coroutine
from decimal import Decimal
from pathlib import Path

from desk.contracts.assets import currencies_of
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import (
    DirectiveScope,
    EntryDirective,
    PeriodClaim,
    Protection,
    StrategyDirective,
)
from desk.contracts.execution import FlowCompletion, FlowOutcome
from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, FillId, TickId, TradeId
from desk.contracts.market import InstrumentKind, Tick
from desk.contracts.orders import (
    Leg,
    OrderRequest,
    OrderStatus,
    OrderType,
    OutcomeKind,
    VenueFill,
    VenueOrder,
)
from desk.contracts.problems import StoreFailed
from desk.contracts.records import (
    BalanceAdjusted,
    EntryKind,
    FillBooked,
    JournalEntry,
    OrderAnswered,
    OrderIntended,
    OrderSent,
    PeriodRecorded,
    TradeIntended,
    WorkerStateSaved,
)
from desk.contracts.sides import OrderSide, PositionSide
from desk.journal.inline import InlineStore
from desk.journal.opening import Durability
from desk.journal.recorder import JournalRecorder
from desk.journal.spool import Spool
from desk.ledger.ledger import Ledger
from desk.ledger.rows import Row
from desk.ledger.touched import RowKey

SPOT = "BTC/USDT"
PERP = "BTC/USDT:USDT"
START_MS = 1_700_000_000_000
TRADE = TradeId.at(START_MS, 1)
FLOW = DirectiveId.at(START_MS, 1)
EXECUTION = ExecutionDirectiveId.at(START_MS, 1)
BIRTH = TickId.at(START_MS, 1)


class HandClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.time_ms = 0

    def now_ms(self) -> int:
        return START_MS + self.time_ms

    def monotonic_ms(self) -> int:
        return self.time_ms

    async def sleep_ms(self, duration_ms: int) -> None:
        self.time_ms += duration_ms

    async def sleep_until_ms(self, time_ms: int) -> None:
        self.time_ms = max(self.time_ms, time_ms - START_MS)


class LoopSpawner:
    """Run background work on the loop of the test."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []

    def spawn(self, name: str, work: Coroutine[object, object, None]) -> None:
        self.tasks.append(asyncio.get_running_loop().create_task(_finish(work), name=name))


async def _finish(work: Coroutine[object, object, None]) -> None:
    await work


class Desk:
    """A ledger with its journal beside it, as one run of a desk has them."""

    def __init__(
        self, path: Path, *, spool_bytes: int | None = None, busy_timeout_ms: int = 0, fast: bool = False
    ) -> None:
        self.clock = HandClock()
        self.failures: list[StoreFailed] = []
        durability = Durability.NORMAL if fast else Durability.FULL
        self.store = InlineStore(path, self.clock, durability, busy_timeout_ms=busy_timeout_ms)
        self.ledger = self.store.load()
        self.spool = None if spool_bytes is None else Spool(path.with_suffix(".spool"), spool_bytes)
        self.recorder = JournalRecorder(self.ledger, self.store, self.spool, self.failures.append)

    def record(self, *entries: JournalEntry) -> None:
        self.recorder.record(*entries)

    def close(self) -> None:
        self.store.shut()
        if self.spool is not None:
            self.spool.close()


def fold(*entries: JournalEntry) -> Ledger:
    """Return a ledger that folded `entries`."""
    ledger = Ledger()
    for entry in entries:
        ledger.apply(entry)
    return ledger


def folded_rows(*entries: JournalEntry) -> dict[RowKey, Row]:
    """Return every projected row as it is after `entries`: the whole ledger, digit by digit."""
    ledger = Ledger()
    rows: dict[RowKey, Row] = {}
    for entry in entries:
        for key in ledger.apply(entry).rows:
            row = ledger.row(key)
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row
    return rows


def tick_received(number: int = 1, after_ms: int = 0, price: str = "100") -> JournalEntry:
    at = Decimal(price)
    tick = Tick(SPOT, START_MS + after_ms, at, at, at, Decimal(1), number)
    return JournalEntry(EntryKind.TICK_RECEIVED, tick.id, tick.time_ms, tick, symbol=SPOT)


def directive(flow: DirectiveId = FLOW, cause: TickId = BIRTH) -> StrategyDirective:
    return StrategyDirective(
        directive_id=flow,
        strategy_id="trend",
        strategy_planner_id="swot",
        decided_at_ms=START_MS,
        causality=CausalityChain.born(cause),
        scope=DirectiveScope.NEW_TRADE,
        confidence=Decimal("0.8"),
        rationale="the trend is up",
        entry_directive=EntryDirective(symbol=SPOT, direction=OrderSide.BUY),
    )


def directive_issued(flow: DirectiveId = FLOW, cause: TickId = BIRTH, after_ms: int = 0) -> JournalEntry:
    record = directive(flow, cause)
    return JournalEntry(
        EntryKind.DIRECTIVE_ISSUED, flow, START_MS + after_ms, record, flow, (cause,), worker="swot"
    )


def flow_ended(
    flow: DirectiveId = FLOW, outcome: FlowOutcome = FlowOutcome.SUCCESS, state: str = "executed"
) -> JournalEntry:
    record = FlowCompletion(
        flow_id=flow,
        outcome=outcome,
        final_state=state,
        reason=f"the flow is {state}",
        completed_at_ms=START_MS,
    )
    return JournalEntry(EntryKind.FLOW_ENDED, flow, START_MS, record, flow, (flow,))


def trade_intended(
    trade: TradeId = TRADE,
    side: PositionSide = PositionSide.LONG,
    symbol: str = PERP,
    flow: DirectiveId | None = FLOW,
    after_ms: int = 0,
    protection: Protection = Protection.REQUIRED,
    *,
    hold_for_ms: int | None = None,
) -> JournalEntry:
    kind = InstrumentKind.PERPETUAL if ":" in symbol else InstrumentKind.SPOT
    record = TradeIntended(
        trade, "trend", "swot", flow, symbol, kind, side, protection, Decimal(90), Decimal(120), EXECUTION,
        hold_for_ms,
    )  # fmt: skip
    return JournalEntry(
        EntryKind.TRADE_INTENDED, trade, START_MS + after_ms, record, flow, (flow,) if flow else (), trade
    )


def order_intended(
    order: str = "entry1",
    leg: Leg = Leg.ENTRY,
    side: OrderSide = OrderSide.BUY,
    size: str = "1",
    *,
    trade: TradeId = TRADE,
    symbol: str = PERP,
    stop: str | None = None,
    limit: str | None = None,
    reserved: str = "0",
    flow: DirectiveId = FLOW,
    after_ms: int = 0,
) -> JournalEntry:
    order_type = OrderType.STOP if stop else OrderType.LIMIT if limit else OrderType.MARKET
    request = OrderRequest(
        order,
        EXECUTION,
        leg,
        1,
        symbol,
        side,
        order_type,
        Decimal(size),
        limit_price=None if limit is None else Decimal(limit),
        stop_price=None if stop is None else Decimal(stop),
        reduce_only=leg is not Leg.ENTRY,
    )
    record = OrderIntended(request, trade, flow, "trend", "USDT", Decimal(reserved))
    return JournalEntry(
        EntryKind.ORDER_INTENDED, order, START_MS + after_ms, record, flow, (flow,), trade, symbol=symbol
    )


def order_sent(order: str = "entry1", after_ms: int = 0) -> JournalEntry:
    return JournalEntry(EntryKind.ORDER_SENT, order, START_MS + after_ms, OrderSent(order))


def order_answered(
    order: str = "entry1", outcome: OutcomeKind = OutcomeKind.ACCEPTED, reason: str = "", after_ms: int = 0
) -> JournalEntry:
    venue_order_id = f"v-{order}" if outcome is OutcomeKind.ACCEPTED else None
    record = OrderAnswered(order, outcome, venue_order_id, reason)
    return JournalEntry(EntryKind.ORDER_ANSWERED, order, START_MS + after_ms, record)


def order_observed(
    order: str = "entry1",
    status: OrderStatus = OrderStatus.OPEN,
    size: str = "1",
    filled: str = "0",
    *,
    after_ms: int = 0,
    stop: str | None = None,
    limit: str | None = None,
    side: OrderSide = OrderSide.BUY,
    symbol: str = PERP,
    reason: str = "",
) -> JournalEntry:
    record = VenueOrder(
        order,
        f"v-{order}",
        symbol,
        side,
        OrderType.STOP if stop else OrderType.LIMIT,
        status,
        Decimal(size),
        Decimal(filled),
        START_MS + after_ms,
        limit_price=None if limit is None else Decimal(limit),
        stop_price=None if stop is None else Decimal(stop),
        reason=reason,
    )
    return JournalEntry(EntryKind.ORDER_OBSERVED, order, START_MS + after_ms, record)


def fill_booked(
    number: int = 1,
    side: OrderSide = OrderSide.BUY,
    size: str = "1",
    price: str = "100",
    *,
    order: str | None = "entry1",
    trade: TradeId | None = TRADE,
    symbol: str = PERP,
    fee: str = "0.05",
    fee_currency: str = "USDT",
    after_ms: int | None = None,
    flow: DirectiveId | None = FLOW,
) -> JournalEntry:
    time_ms = START_MS + (number * 1000 if after_ms is None else after_ms)
    fill = VenueFill(
        str(number),
        f"v-{order}",
        order,
        symbol,
        side,
        Decimal(size),
        Decimal(price),
        Decimal(fee),
        fee_currency,
        time_ms,
        is_maker=False,
    )
    kind = InstrumentKind.PERPETUAL if ":" in symbol else InstrumentKind.SPOT
    base, quote = currencies_of(symbol)
    booked = FillBooked(FillId.at(time_ms, number), fill, kind, quote, base, trade, order, flow)
    return JournalEntry(
        EntryKind.FILL_BOOKED,
        booked.fill_id,
        time_ms,
        booked,
        flow,
        (order,) if order else (),
        trade,
        symbol=symbol,
    )


def balance_adjusted(delta: str = "1000", currency: str = "USDT", reason: str = "opening") -> JournalEntry:
    record = BalanceAdjusted(currency, Decimal(delta), reason)
    return JournalEntry(EntryKind.BALANCE_ADJUSTED, currency, START_MS, record)


def period_recorded(start_ms: int = START_MS, outcome: str = "CLAIMED", reason: str = "due") -> JournalEntry:
    claim = PeriodClaim(worker="dca", symbol=SPOT, schedule_name="weekly", period_start_ms=start_ms)
    record = PeriodRecorded(claim, outcome, reason, FLOW if outcome == "CLAIMED" else None)
    return JournalEntry(EntryKind.PERIOD_RECORDED, claim.key, start_ms, record, worker="dca", symbol=SPOT)


def worker_saved(key: str, value: str | None, worker: str = "trailing") -> JournalEntry:
    record = WorkerStateSaved("trend", worker, key, value)
    return JournalEntry(EntryKind.WORKER_STATE_SAVED, f"{worker}:{key}", START_MS, record, worker=worker)
