"""An order as the ledger knows it: what was asked, and how far it came."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.market import ZERO
from desk.contracts.orders import OrderRequest, OrderStatus


@dataclass(frozen=True, slots=True)
class OrderState:
    """Hold one order: sizes in base, prices in quote.

    `size_base`, `limit_price` and `stop_price` start as requested and follow confirmed amends.
    `value_filled_quote` is the sum of fill price times fill size; `told_filled_base` what the venue says
    filled, which its fills may still have to show.
    """

    request: OrderRequest
    trade_id: TradeId
    directive_id: DirectiveId
    strategy_id: str
    status: OrderStatus
    size_base: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    intended_at_ms: int
    updated_at_ms: int
    reserved_currency: str
    reserved: Decimal
    filled_base: Decimal = ZERO
    value_filled_quote: Decimal = ZERO
    told_filled_base: Decimal = ZERO
    venue_order_id: str | None = None
    reason: str = ""

    @property
    def client_order_id(self) -> str:
        """The order's id."""
        return self.request.client_order_id

    @property
    def remaining_base(self) -> Decimal:
        """What could still fill."""
        return max(self.size_base - self.filled_base, ZERO)

    @property
    def is_over(self) -> bool:
        """Whether the order is terminal and, where it filled, its fills are booked."""
        expected = self.size_base if self.status is OrderStatus.FILLED else self.told_filled_base
        return self.status.is_terminal and self.filled_base >= expected

    @property
    def average_price(self) -> Decimal | None:
        """The average fill price, None before the first fill."""
        return self.value_filled_quote / self.filled_base if self.filled_base > 0 else None
