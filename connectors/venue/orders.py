"""An order inside the venue, from its acceptance to its end."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO
from desk.contracts.orders import OrderStatus, OrderType, VenueOrder
from desk.contracts.plans import TimeInForce
from desk.contracts.sides import OrderSide

CONDITIONAL = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT})
"""Order types that wait for their stop price."""

PRICED = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
"""Order types that carry a limit price."""


@dataclass(slots=True)
class WorkingOrder:
    """Hold one order: sizes in base, prices in quote.

    `hold_price` is what a unit of it may cost at most by the venue's own reckoning: funds are held at it.
    `sequence` counts the orders of the account and is the venue's id. `is_external` marks an order that came
    from another hand than the desk's: its fills name no client id. `post_only` ends it where it would take.
    """

    sequence: int
    client_order_id: str
    symbol: str
    side: OrderSide
    order_type: OrderType
    size_base: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    time_in_force: TimeInForce
    reduce_only: bool
    oco_group: str | None
    is_external: bool
    hold_price: Decimal
    updated_at_ms: int
    status: OrderStatus = OrderStatus.OPEN
    filled_base: Decimal = ZERO
    is_triggered: bool = False
    reason: str = ""
    post_only: bool = False

    @property
    def venue_order_id(self) -> str:
        """The venue's own id."""
        return str(self.sequence)

    @property
    def remaining_base(self) -> Decimal:
        """What can still fill."""
        return self.size_base - self.filled_base

    @property
    def is_open(self) -> bool:
        """Whether it can still fill."""
        return not self.status.is_terminal

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for its stop price, out of the market."""
        return self.order_type in CONDITIONAL and not self.is_triggered

    @property
    def is_priced(self) -> bool:
        """Whether it has a limit that its fills keep to."""
        return self.order_type in PRICED

    @property
    def may_rest(self) -> bool:
        """Whether what does not fill at once stays."""
        return self.time_in_force is TimeInForce.GTC

    def report(self) -> VenueOrder:
        """Say what the venue says of it now."""
        return VenueOrder(
            client_order_id=self.client_order_id,
            venue_order_id=self.venue_order_id,
            symbol=self.symbol,
            side=self.side,
            order_type=self.order_type,
            status=self.status,
            size_base=self.size_base,
            filled_base=self.filled_base,
            updated_at_ms=self.updated_at_ms,
            limit_price=self.limit_price,
            stop_price=self.stop_price,
            reduce_only=self.reduce_only,
            reason=self.reason,
        )
