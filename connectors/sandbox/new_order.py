"""An order as it is asked for, checked for its shape and not yet for its price, size and funds."""

from dataclasses import dataclass, field
from decimal import Decimal

from connectors.sandbox.listings import Listing
from connectors.sandbox.order_card import AttachedStops
from desk.contracts.orders import OrderType
from desk.contracts.sides import OrderSide


@dataclass(frozen=True, slots=True)
class NewOrder:
    """Ask for one order: sizes in base, prices in quote; `request_type` says how it meets the market."""

    listing: Listing
    side: OrderSide
    request_type: OrderType
    size_base: Decimal
    link_id: str = ""
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    time_in_force: str = "GTC"
    reduce_only: bool = False
    market_unit: str = ""
    quote_qty: Decimal | None = None
    trigger_direction: int = 0
    trigger_by: str = ""
    stop_order_type: str = ""
    create_type: str = "CreateByUser"
    attached: AttachedStops = field(default_factory=AttachedStops)
    oco_group: str | None = None

    @property
    def is_market(self) -> bool:
        """Whether it takes what there is, at once or once triggered."""
        return self.limit_price is None
