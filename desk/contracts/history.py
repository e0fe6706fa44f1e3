"""What a screen draws of the past: candles with marks, equity, closed trades and results."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from desk.contracts.market import Bar
from desk.contracts.sides import OrderSide, PositionSide


class MarkKind(StrEnum):
    """What a mark on a chart shows."""

    ENTRY = "entry"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class ChartMark:
    """Mark one fill on a chart; `id` can be asked for its why."""

    id: str
    trade_id: str | None
    time_ms: int
    kind: MarkKind
    side: OrderSide
    price: Decimal
    size_base: Decimal


@dataclass(frozen=True, slots=True)
class ChartView:
    """Hold the bars of a symbol, oldest first, the last of them still open, and the fills among them."""

    symbol: str
    interval_ms: int
    bars: tuple[Bar, ...]
    marks: tuple[ChartMark, ...]


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """Hold the account's worth at one time, in the account currency."""

    time_ms: int
    equity: Decimal


@dataclass(frozen=True, slots=True)
class ClosedTrade:
    """Show one trade that is over: prices and money in quote.

    `slippage` is how much worse than its reference price the entry filled, as a fraction, None where no
    reference is known; `reason` says why it was left.
    """

    trade_id: str
    symbol: str
    side: PositionSide
    strategy_id: str
    worker: str
    opened_at_ms: int
    closed_at_ms: int
    size_base: Decimal
    entry_price: Decimal
    exit_price: Decimal
    realized_quote: Decimal
    fees_quote: Decimal
    r_multiple: Decimal | None
    slippage: Decimal | None
    reason: str


@dataclass(frozen=True, slots=True)
class StrategyResult:
    """Sum what one strategy's closed trades made, in the account currency where it can be valued."""

    strategy_id: str
    trades: int
    wins: int
    realized: Decimal | None
    fees: Decimal | None


@dataclass(frozen=True, slots=True)
class History:
    """Hold equity oldest first, the newest closed trades newest first, and results by strategy."""

    equity: tuple[EquityPoint, ...]
    closed: tuple[ClosedTrade, ...]
    results: tuple[StrategyResult, ...]
