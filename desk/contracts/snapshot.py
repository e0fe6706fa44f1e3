"""What a screen sees: an immutable picture of the desk, each number with its source and age."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class PositionRow:
    """Show one open trade."""

    position: Position
    mark: Figure
    unrealized_quote: Figure
    r_multiple: Figure
    stop_distance: Figure
    is_protected: bool
    naked_ms: int
    worker: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """Show one order that is not terminal."""

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


@dataclass(frozen=True, slots=True)
class TerminationRow:
    """Show the end of one flow."""

    flow_id: str
    time_ms: int
    outcome: str
    final_state: str
    reason: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """Show the account in its currency."""

    currency: str
    equity: Figure
    cash: Figure
    realized: Figure
    unrealized: Figure
    fees: Figure
    drawdown: Figure
    balances: tuple[tuple[str, Figure], ...]


@dataclass(frozen=True, slots=True)
class FeedRow:
    """Show one symbol's market data."""

    symbol: str
    bid: Figure
    ask: Figure
    last: Figure
    is_stale: bool


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """Show one schedule: times in UTC milliseconds."""

    name: str
    next_ms: int | None
    last_ms: int | None
    last_outcome: str


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
    """Show one alarm."""

    alarm_id: str
    time_ms: int
    severity: AlarmSeverity
    text: str


@dataclass(frozen=True, slots=True)
class Health:
    """Show how the desk itself is."""

    connector_name: str
    connector_latency_ms: int | None
    last_reconcile_age_ms: int | None
    journal_lag: int
    handler_errors: int
    naked_ms: int
    open_flows: int


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
