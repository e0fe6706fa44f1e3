"""What a screen draws, made by hand: figures, rows, snapshots and frames, each with sensible values."""

from dataclasses import replace
from decimal import Decimal
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

from desk.contracts.connection import StreamCondition
from desk.contracts.directives import Protection
from desk.contracts.history import ClosedTrade, History
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.market import Instrument
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.contracts.snapshot import (
    AccountView,
    AlarmRow,
    DirectiveRow,
    ExitProgress,
    FeedRow,
    Figure,
    Health,
    LogRow,
    OrderRow,
    PositionRow,
    PriceAlertRow,
    ScheduleRow,
    Snapshot,
    Source,
    TerminationRow,
    WorkerRow,
)
from desk.contracts.states import AlarmSeverity, DeskState, TradingMode, WorkerStatus
from desk.ui.viewmodels.frame import Frame, Writing
from tests.builders.market import BTC, ETH, START_MS, instrument

NOW_MS = START_MS
"""2023-11-14 22:14 UTC."""
BTC_PERPETUAL = "BTC/USDT:USDT"
STRATEGY = "breakout"


def figure(value: str | None = "1", age_ms: int | None = 0, source: Source = Source.DERIVED) -> Figure:
    return Figure(None if value is None else Decimal(value), source, age_ms)


def trade_id(number: int = 1) -> TradeId:
    return TradeId.at(NOW_MS, number)


def directive_id(number: int = 1) -> DirectiveId:
    return DirectiveId.at(NOW_MS, number)


def position(
    *,
    number: int = 1,
    symbol: str = BTC,
    side: PositionSide = PositionSide.LONG,
    size: str = "0.5",
    entry: str = "100",
    stop: str | None = "95",
    target: str | None = "110",
    protection: Protection = Protection.REQUIRED,
    strategy_id: str = STRATEGY,
    worker: str = "trend",
) -> Position:
    """Build an open trade; with a `stop` it rests at the venue for the whole size."""
    instrument_of = instrument(symbol)
    stop_price = None if stop is None else Decimal(stop)
    return Position(
        trade_id=trade_id(number),
        strategy_id=strategy_id,
        worker=worker,
        directive_id=directive_id(number),
        symbol=symbol,
        kind=instrument_of.kind,
        side=side,
        protection=protection,
        intended_at_ms=NOW_MS,
        opened_at_ms=NOW_MS,
        size_base=Decimal(size),
        max_size_base=Decimal(size),
        entry_price=Decimal(entry),
        fees_quote=Decimal("0.05"),
        planned_stop_price=stop_price,
        stop_price=stop_price,
        stop_size_base=Decimal(0) if stop is None else Decimal(size),
        initial_stop_price=stop_price,
        take_profit_price=None if target is None else Decimal(target),
    )


def position_row(
    held: Position | None = None,
    *,
    mark: str | None = "102",
    mark_age_ms: int = 100,
    naked_ms: int = 0,
    leverage: str | None = None,
    liquidation: str | None = None,
    funding: str | None = None,
    age_ms: int = 125_000,
) -> PositionRow:
    """Build the row of a trade as its mark makes it."""
    held = held or position()
    at = None if mark is None else Decimal(mark)
    stop = held.stop_price
    away = None if at is None or stop is None else (at - stop) * held.side.sign
    derived = (
        (None, None, None)
        if at is None
        else (
            held.unrealized_quote(at),
            held.r_multiple(at),
            None if away is None else away * held.size_base,
        )
    )
    unrealized, r_multiple, risk = (Figure(one, Source.DERIVED, mark_age_ms) for one in derived)
    return PositionRow(
        position=held,
        mark=Figure(at, Source.FEED, mark_age_ms),
        unrealized_quote=unrealized,
        r_multiple=r_multiple,
        stop_distance=Figure(None if away is None or at is None else away / at, Source.DERIVED, mark_age_ms),
        is_protected=held.is_protected,
        naked_ms=naked_ms,
        worker=held.worker,
        risk_quote=risk,
        leverage=figure(leverage),
        liquidation_price=figure(liquidation),
        funding_quote=figure(funding),
        age_ms=age_ms,
    )


def order_row(
    *,
    client_order_id: str = "d1e1",
    number: int = 1,
    symbol: str = BTC,
    side: str = "BUY",
    order_type: str = "LIMIT",
    leg: str = "entry",
    status: str = "OPEN",
    size: str = "0.5",
    filled: str = "0",
    price: str | None = "99.5",
    age_ms: int = 5_000,
    unknown_ms: int | None = None,
) -> OrderRow:
    return OrderRow(
        client_order_id=client_order_id,
        trade_id=trade_id(number),
        symbol=symbol,
        side=side,
        order_type=order_type,
        leg=leg,
        status=status,
        size_base=figure(size),
        filled_base=figure(filled),
        price=figure(price),
        age_ms=age_ms,
        strategy_id=STRATEGY,
        venue_order_id="4711",
        unknown_ms=unknown_ms,
        is_protective=leg in {"stop", "target"},
    )


def directive_row(
    *,
    number: int = 1,
    state: str = "executed",
    reason: str = "",
    rationale: str = "close above the 20 bar high",
    scope: str = "NEW_TRADE",
    worker: str = "trend",
    symbol: str = BTC,
    time_ms: int = NOW_MS,
) -> DirectiveRow:
    return DirectiveRow(
        directive_id=directive_id(number),
        time_ms=time_ms,
        worker=worker,
        scope=scope,
        symbol=symbol,
        rationale=rationale,
        state=state,
        reason=reason,
        strategy_id=STRATEGY,
        trade_ids=(trade_id(number),),
    )


def termination_row(
    *,
    number: int = 1,
    outcome: str = "success",
    final_state: str = "executed",
    reason: str = "1 order filled",
) -> TerminationRow:
    return TerminationRow(
        flow_id=directive_id(number),
        time_ms=NOW_MS,
        outcome=outcome,
        final_state=final_state,
        reason=reason,
        worker="trend",
        scope="NEW_TRADE",
        symbol=BTC,
        trade_ids=(trade_id(number),),
    )


def account_view(
    *, equity: str | None = "10234.50", day_pnl: str | None = "34.50", drawdown: str | None = "0.012"
) -> AccountView:
    return AccountView(
        currency="USDT",
        equity=figure(equity),
        cash=figure("9800.00"),
        realized=figure("12.10"),
        unrealized=figure("22.40"),
        fees=figure("3.21"),
        drawdown=figure(drawdown),
        balances=(
            ("BTC", figure("0.5", source=Source.LEDGER)),
            ("USDT", figure("9800", source=Source.LEDGER)),
        ),
        day_pnl=figure(day_pnl),
        exposure_gross=figure("6420.10"),
        exposure_net=figure("1200.00"),
        risk_open=figure("33.20"),
        drawdown_limit=Decimal("0.10"),
        position_limit=Decimal(20000),
        exposure_largest=figure("5000.00"),
    )


def feed_row(
    symbol: str = BTC, *, is_stale: bool = False, age_ms: int | None = 200, change: str | None = "0.0123"
) -> FeedRow:
    return FeedRow(
        symbol=symbol,
        bid=figure("101.99", age_ms, Source.FEED),
        ask=figure("102.01", age_ms, Source.FEED),
        last=figure("102.00", age_ms, Source.FEED),
        is_stale=is_stale,
        change=figure(change, age_ms),
        trend=tuple(Decimal(one) for one in (100, 101, 103, 99, 100, 104, 102)),
        ticks=42,
    )


def closed_trade(*, number: int = 1, realized: str = "12.5", slippage: str | None = "0.0004") -> ClosedTrade:
    return ClosedTrade(
        trade_id=trade_id(number),
        symbol=BTC,
        side=PositionSide.LONG,
        strategy_id=STRATEGY,
        worker="trend",
        opened_at_ms=NOW_MS - 3_600_000,
        closed_at_ms=NOW_MS - 60_000,
        size_base=Decimal("0.5"),
        entry_price=Decimal(100),
        exit_price=Decimal(125),
        realized_quote=Decimal(realized),
        fees_quote=Decimal("0.11"),
        r_multiple=Decimal("2.5"),
        slippage=None if slippage is None else Decimal(slippage),
        reason="target filled",
    )


def history(*closed: ClosedTrade) -> History:
    return History(equity=(), closed=closed, results=())


def schedule_row(name: str = "daily-buy", *, last_outcome: str = "executed") -> ScheduleRow:
    upcoming = tuple(NOW_MS + day * 86_400_000 for day in range(1, 4))
    return ScheduleRow(name, upcoming[0], NOW_MS - 86_400_000, last_outcome, upcoming, ("accumulate",))


def worker_row(
    name: str = "trend", *, status: WorkerStatus = WorkerStatus.RUNNING, errors: int = 0, reason: str = ""
) -> WorkerRow:
    return WorkerRow(name, STRATEGY, "OPPORTUNITY", status, errors, reason)


def alarm_row(
    number: int = 1,
    *,
    severity: AlarmSeverity = AlarmSeverity.CRITICAL,
    text: str = "BTC/USDT has no stop",
    is_acknowledged: bool = False,
) -> AlarmRow:
    return AlarmRow(f"ALM_{number}", NOW_MS, severity, text, is_acknowledged, BTC, trade_id())


def log_row(number: int = 1, *, kind: str = "fill", text: str = "bought 0.5 at 100") -> LogRow:
    return LogRow(NOW_MS - number, kind, text, directive_id(number), directive_id(number))


def price_alert_row(*, is_above: bool = True) -> PriceAlertRow:
    return PriceAlertRow("MAN_1", BTC, Decimal(120), is_above, NOW_MS)


class HealthValues(TypedDict, total=False):
    """What of a healthy desk may be said otherwise."""

    connector_latency_ms: int | None
    last_reconcile_age_ms: int | None
    journal_lag: int
    handler_errors: int
    naked_ms: int
    orders_in_minute: int
    orders_per_minute_limit: int | None
    clock_skew_ms: int | None
    core_lag_ms: int | None
    unknown_orders: int
    budget_left: Decimal | None
    banned_for_ms: int | None
    clock_skew_limit_ms: int | None
    streams: tuple[StreamCondition, ...]


def health(**otherwise: Unpack[HealthValues]) -> Health:
    healthy = Health(
        connector_name="paper",
        connector_latency_ms=12,
        last_reconcile_age_ms=4_000,
        journal_lag=0,
        handler_errors=0,
        naked_ms=0,
        open_flows=1,
        ticks=90_000,
        ticks_per_second=40,
        orders_in_minute=3,
        orders_per_minute_limit=60,
        clock_skew_ms=5,
        core_lag_ms=1,
    )
    return replace(healthy, **otherwise)


class SnapshotValues(TypedDict, total=False):
    """What of a quiet desk may be said otherwise."""

    time_ms: int
    state: DeskState
    state_reason: str
    mode: TradingMode
    positions: tuple[PositionRow, ...]
    orders: tuple[OrderRow, ...]
    directives: tuple[DirectiveRow, ...]
    terminations: tuple[TerminationRow, ...]
    account: AccountView
    feeds: tuple[FeedRow, ...]
    schedules: tuple[ScheduleRow, ...]
    workers: tuple[WorkerRow, ...]
    alarms: tuple[AlarmRow, ...]
    health: Health
    exit: ExitProgress | None
    instruments: tuple[Instrument, ...]
    strategies: tuple[str, ...]
    price_alerts: tuple[PriceAlertRow, ...]
    log: tuple[LogRow, ...]


def snapshot(**otherwise: Unpack[SnapshotValues]) -> Snapshot:
    """Build an active paper desk with two live feeds that holds nothing."""
    quiet = Snapshot(
        time_ms=NOW_MS,
        desk_id="desk-1",
        state=DeskState.ACTIVE,
        state_reason="",
        mode=TradingMode.PAPER,
        positions=(),
        orders=(),
        directives=(),
        terminations=(),
        account=account_view(),
        feeds=(feed_row(BTC), feed_row(ETH)),
        schedules=(),
        workers=(),
        alarms=(),
        health=health(),
        instruments=(instrument(BTC), instrument(ETH), instrument(BTC_PERPETUAL, "0.1")),
        strategies=(STRATEGY,),
    )
    return replace(quiet, **otherwise)


def frame(
    seen: Snapshot | None = None, *, unheard_ms: int = 0, unreachable: str = "", ascii_only: bool = False
) -> Frame:
    """Build a frame whose times are written in UTC."""
    writing = Writing(time_zone=ZoneInfo("UTC"), ascii_only=ascii_only)
    return Frame(seen or snapshot(), writing, unheard_ms=unheard_ms, unreachable=unreachable)


def busy_snapshot(positions: int = 8, rows: int = 30) -> Snapshot:
    """Build a desk at work: every list filled, one position naked, one stale, one short with leverage."""
    held = [
        position_row(position(number=1), mark="107.3"),
        position_row(position(number=2, symbol=ETH, stop=None), mark="99.2", naked_ms=12_000),
        position_row(
            position(number=3, symbol=BTC_PERPETUAL, side=PositionSide.SHORT, stop="104", target="90"),
            mark="103.4",
            leverage="5",
            liquidation="118.2",
            funding="-0.42",
        ),
    ]
    held += [
        position_row(position(number=one, symbol=BTC, entry=str(100 + one)), mark=str(100 + one % 9))
        for one in range(4, positions + 1)
    ]
    states = (
        ("executed", ""),
        ("refused", "exceeds max position"),
        ("executing", ""),
        ("failed", "timed out"),
    )
    return snapshot(
        positions=tuple(held[:positions]),
        orders=tuple(order_row(client_order_id=f"d{one}", number=one) for one in range(1, 9)),
        directives=tuple(
            directive_row(number=one, state=states[one % 4][0], reason=states[one % 4][1])
            for one in range(rows, 0, -1)
        ),
        terminations=tuple(
            termination_row(number=one, outcome=("success", "error")[one % 3 == 0])
            for one in range(rows, 0, -1)
        ),
        schedules=(schedule_row(),),
        workers=(
            worker_row(),
            worker_row("carry", status=WorkerStatus.PAUSED, reason="paused by the operator"),
        ),
        alarms=(alarm_row(),),
        price_alerts=(price_alert_row(),),
        log=tuple(log_row(one) for one in range(1, rows + 1)),
    )
