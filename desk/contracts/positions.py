"""A trade as the ledger knows it: what fills made of it, never what plans hoped."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.directives import Protection
from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, TradeId
from desk.contracts.market import ZERO, InstrumentKind
from desk.contracts.sides import PositionSide


@dataclass(frozen=True, slots=True)
class Position:
    """Hold one trade: sizes in base, prices and money in quote.

    `stop_price` and `take_profit_price` are what the venue confirmed; the planned ones are what the
    directive asked for. `realized_quote` is price profit before `fees_quote`. `exit_directed_by` is the
    execution directive that last set the planned stop and target: their orders carry its id. With
    `hold_for_ms` the trade is left that long after its first fill at the latest.
    """

    trade_id: TradeId
    strategy_id: str
    worker: str
    directive_id: DirectiveId | None
    symbol: str
    kind: InstrumentKind
    side: PositionSide
    protection: Protection
    intended_at_ms: int
    opened_at_ms: int | None = None
    closed_at_ms: int | None = None
    size_base: Decimal = ZERO
    max_size_base: Decimal = ZERO
    entry_price: Decimal = ZERO
    exit_price: Decimal | None = None
    realized_quote: Decimal = ZERO
    fees_quote: Decimal = ZERO
    planned_stop_price: Decimal | None = None
    planned_take_profit_price: Decimal | None = None
    stop_price: Decimal | None = None
    stop_size_base: Decimal = ZERO
    initial_stop_price: Decimal | None = None
    take_profit_price: Decimal | None = None
    exit_directed_by: ExecutionDirectiveId | None = None
    hold_for_ms: int | None = None

    @property
    def leave_at_ms(self) -> int | None:
        """When the trade's time is over; None without a limit, or before its first fill."""
        if self.hold_for_ms is None or self.opened_at_ms is None:
            return None
        return self.opened_at_ms + self.hold_for_ms

    @property
    def is_open(self) -> bool:
        """Whether the trade holds anything."""
        return self.size_base > 0

    @property
    def is_protected(self) -> bool:
        """Whether a resting stop covers all that is held, or none is wanted."""
        return self.protection is Protection.NONE or self.stop_size_base >= self.size_base

    def unrealized_quote(self, price: Decimal) -> Decimal:
        """Return the open profit at `price`, before the fees of leaving."""
        return (price - self.entry_price) * self.size_base * self.side.sign

    def r_multiple(self, price: Decimal) -> Decimal | None:
        """Return the open profit per unit in units of the first confirmed risk, None without a stop."""
        if self.initial_stop_price is None:
            return None
        risk = abs(self.entry_price - self.initial_stop_price)
        return (price - self.entry_price) * self.side.sign / risk if risk > 0 else None


@dataclass(frozen=True, slots=True)
class Balance:
    """Hold what the ledger books of one currency."""

    currency: str
    total: Decimal


EXTERNAL_STRATEGY = "EXTERNAL"
"""The strategy id of positions the desk found at the venue and did not open."""
