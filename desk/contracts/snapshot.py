"""What a screen sees: an immutable picture of the desk, each number with its source and age."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from desk.contracts.connection import StreamCondition
from desk.contracts.market import Instrument
from desk.contracts.positions import Position
from desk.contracts.states import AlarmSeverity, DeskState, TradingMode, WorkerStatus


class Source(StrEnum):
    """Where a number comes from."""

    VENUE = "venue"
    LEDGER = "ledger"
    FEED = "feed"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class Figure:
    """Show one number: its value, None where it is not known, where it is from and how old it is."""

    value: Decimal | None
    source: Source
    age_ms: int | None


def aged_ms(now_ms: int, then_ms: int) -> int:
    """Return how old something is: 0 also for what came while the picture was being taken."""
    return max(now_ms - then_ms, 0)


UNKNOWN_FIGURE = Figure(None, Source.DERIVED, None)
"""What nobody knows, or what does not apply."""


@dataclass(frozen=True, slots=True)
class PositionRow:
    """Show one open trade.

    `stop_distance` is a fraction of the mark, below 0 where the price is through the stop; `risk_quote`
    is what hitting the stop would lose from here on. `naked_ms` is how long it has been without the stop
    it must have, 0 while protected.
    """

    position: Position
    mark: Figure
    unrealized_quote: Figure
    r_multiple: Figure
    stop_distance: Figure
    is_protected: bool
    naked_ms: int
    worker: str
    risk_quote: Figure = UNKNOWN_FIGURE
    leverage: Figure = UNKNOWN_FIGURE
    liquidation_price: Figure = UNKNOWN_FIGURE
    funding_quote: Figure = UNKNOWN_FIGURE
    age_ms: int = 0


@dataclass(frozen=True, slots=True)
class OrderRow:
    """Show one order that is not terminal; `unknown_ms` runs while its outcome is not known."""

    client_order_id: str
    trade_id: str
    symbol: str
    side: str
    order_type: str
    leg: str
    status: str
    size_base: Figure
    filled_base: Figure
    price: Figure
    age_ms: int
    strategy_id: str = ""
    venue_order_id: str | None = None
    unknown_ms: int | None = None
    is_protective: bool = False


@dataclass(frozen=True, slots=True)
class DirectiveRow:
    """Show one directive and how far it came."""

    directive_id: str
    time_ms: int
    worker: str
    scope: str
    symbol: str
    rationale: str
    state: str
    reason: str
    strategy_id: str = ""
    trade_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TerminationRow:
    """Show the end of one flow."""

    flow_id: str
    time_ms: int
    outcome: str
    final_state: str
    reason: str
    worker: str = ""
    scope: str = ""
    symbol: str = ""
    trade_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountView:
    """Show the account in its currency.

    `day_pnl` is what equity moved since midnight in the desk's time zone, or since the start where that is
    later; `exposure_*` are notionals at the marks, the largest that of one symbol, which `position_limit`
    bounds; `risk_open` is what hitting every stop would lose, so it knows nothing of a position without one;
    limits are None where none is set. `drawdown` is a fraction.
    """

    currency: str
    equity: Figure
    cash: Figure
    realized: Figure
    unrealized: Figure
    fees: Figure
    drawdown: Figure
    balances: tuple[tuple[str, Figure], ...]
    day_pnl: Figure = UNKNOWN_FIGURE
    exposure_gross: Figure = UNKNOWN_FIGURE
    exposure_net: Figure = UNKNOWN_FIGURE
    risk_open: Figure = UNKNOWN_FIGURE
    drawdown_limit: Decimal | None = None
    position_limit: Decimal | None = None
    exposure_largest: Figure = UNKNOWN_FIGURE


@dataclass(frozen=True, slots=True)
class FeedRow:
    """Show one symbol's market data; `trend` is the mark sampled evenly, oldest first.

    `change` is the mark against the oldest sample of the trend, as a fraction.
    """

    symbol: str
    bid: Figure
    ask: Figure
    last: Figure
    is_stale: bool
    change: Figure = UNKNOWN_FIGURE
    trend: tuple[Decimal, ...] = ()
    ticks: int = 0


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """Show one schedule: times in UTC milliseconds."""

    name: str
    next_ms: int | None
    last_ms: int | None
    last_outcome: str
    upcoming: tuple[int, ...] = ()
    workers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """Show one worker."""

    name: str
    strategy_id: str
    category: str
    status: WorkerStatus
    errors: int
    reason: str


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """Show one alarm; `ended_ms` is when what it is about was over by itself."""

    alarm_id: str
    time_ms: int
    severity: AlarmSeverity
    text: str
    is_acknowledged: bool = False
    symbol: str | None = None
    trade_id: str | None = None
    ended_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PriceAlertRow:
    """Show one price alert that waits; `is_above` tells whether the mark must rise to it."""

    alert_id: str
    symbol: str
    price: Decimal
    is_above: bool
    set_at_ms: int


@dataclass(frozen=True, slots=True)
class LogRow:
    """Show one thing that happened, in words; `subject_id` can be asked for its why."""

    time_ms: int
    kind: str
    text: str
    subject_id: str
    flow_id: str | None
    severity: AlarmSeverity | None = None


class ExitStep(StrEnum):
    """How far an emergency exit came with one position."""

    WAITING = "waiting"
    CANCELLING = "cancelling"
    CLOSING = "closing"
    RETRY = "retry"
    FLAT = "flat"
    DUST = "dust"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class ExitLine:
    """Show one position on its way out; `size_base` is what is left of it."""

    trade_id: str
    symbol: str
    side: str
    size_base: Decimal
    step: ExitStep
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True)
class ExitProgress:
    """Show an emergency exit, under way or over.

    `word` is FLAT, FLAT+DUST or NOT FLAT once it is over, else empty; `first_cancel_ms` and `elapsed_ms`
    count from its beginning, the first None until a cancel or close was sent.
    """

    flow_id: str
    began_at_ms: int
    elapsed_ms: int
    rounds: int
    lines: tuple[ExitLine, ...]
    orders_left: int
    word: str
    remains: tuple[str, ...]
    first_cancel_ms: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether the exit has ended."""
        return bool(self.word)


@dataclass(frozen=True, slots=True)
class Health:
    """Show how the desk itself is; `core_lag_ms` is how late its loop woke, at worst in the last second.

    `budget_left` is the free share of the venue's request budget, `banned_for_ms` how long it wants none.
    """

    connector_name: str
    connector_latency_ms: int | None
    last_reconcile_age_ms: int | None
    journal_lag: int
    handler_errors: int
    naked_ms: int
    open_flows: int
    ticks: int = 0
    ticks_per_second: int = 0
    orders_in_minute: int = 0
    orders_per_minute_limit: int | None = None
    clock_skew_ms: int | None = None
    core_lag_ms: int | None = None
    unknown_orders: int = 0
    budget_left: Decimal | None = None
    banned_for_ms: int | None = None
    clock_skew_limit_ms: int | None = None
    streams: tuple[StreamCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class DrillNote:
    """Tell of the last drill of the emergency exit: how many of its exits ended flat, and how soon.

    `is_good` says that every one of them did, with nothing left and no order sent twice.
    """

    time_ms: int
    exits: int
    flat: int
    is_good: bool
    p50_ms: int
    p95_ms: int
    positions: int


@dataclass(frozen=True, slots=True)
class BlockRow:
    """Show a block on new risk: who set it, why and since when; no symbol means on all.

    With `own_strategy_only` it keeps no strategy but the worker's own from new risk.
    """

    worker: str
    strategy_id: str
    symbol: str | None
    reason: str
    since_ms: int
    own_strategy_only: bool = False

    @property
    def scope(self) -> str:
        """What it is on, and for whom where it is not for all, in words."""
        about = self.symbol or "anything"
        return f"{about} for {self.strategy_id}" if self.own_strategy_only else about


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Hold the whole desk at `time_ms`; nothing in it can change."""

    time_ms: int
    desk_id: str
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
    exit: ExitProgress | None = None
    instruments: tuple[Instrument, ...] = ()
    strategies: tuple[str, ...] = ()
    price_alerts: tuple[PriceAlertRow, ...] = ()
    log: tuple[LogRow, ...] = ()
    drill: DrillNote | None = None
    blocks: tuple[BlockRow, ...] = ()
