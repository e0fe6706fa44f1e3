"""What has been told of an account already: fills once, orders only forward."""

from collections import OrderedDict
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from desk.contracts.market import ZERO
from desk.contracts.orders import VenueFill, VenueOrder

_FILLS_KEPT: Final = 50_000
_ORDERS_KEPT: Final = 10_000

FillKey = tuple[str, str]


def key_of(fill: VenueFill) -> FillKey:
    """Return what makes a fill unique."""
    return fill.symbol, fill.venue_trade_id


class ToldFills:
    """Know the fills that were told, and how much of each order they make."""

    def __init__(self) -> None:
        self._keys: OrderedDict[FillKey, None] = OrderedDict()
        self._filled: OrderedDict[str, Decimal] = OrderedDict()

    def __contains__(self, fill: VenueFill) -> bool:
        return key_of(fill) in self._keys

    def add(self, fill: VenueFill) -> None:
        """Note that a fill was told."""
        self._keys[key_of(fill)] = None
        self._filled[fill.venue_order_id] = self.filled_base(fill.venue_order_id) + fill.size_base
        if len(self._keys) > _FILLS_KEPT:
            self._keys.popitem(last=False)
        if len(self._filled) > _ORDERS_KEPT:
            self._filled.popitem(last=False)

    def filled_base(self, venue_order_id: str) -> Decimal:
        """Return how much of an order was told as filled."""
        return self._filled.get(venue_order_id, ZERO)


class ToldOrders:
    """Know the newest state told of each order."""

    def __init__(self) -> None:
        self._orders: OrderedDict[str, VenueOrder] = OrderedDict()

    def is_news(self, seen: VenueOrder) -> bool:
        """Tell whether a state is neither told nor older than what was: a late message takes nothing back."""
        told = self._orders.get(seen.venue_order_id)
        if told is None:
            return True
        if seen == told or seen.filled_base < told.filled_base:
            return False
        if seen.filled_base > told.filled_base:
            return True
        if told.status.is_terminal:
            return False
        return seen.status.is_terminal or seen.updated_at_ms >= told.updated_at_ms

    def add(self, seen: VenueOrder) -> None:
        """Note that a state was told."""
        self._orders[seen.venue_order_id] = seen
        self._orders.move_to_end(seen.venue_order_id)
        while len(self._orders) > _ORDERS_KEPT:
            self._orders.popitem(last=False)

    def defer(self, venue_order_id: str) -> None:
        """List an order after all others: those have their turn first."""
        if venue_order_id in self._orders:
            self._orders.move_to_end(venue_order_id)

    def is_ended(self, venue_order_id: str) -> bool:
        """Tell whether an order was told as ended."""
        told = self._orders.get(venue_order_id)
        return told is not None and told.status.is_terminal

    def working(self) -> Iterator[VenueOrder]:
        """List the orders that were last told as resting at the venue, those longest not looked at first."""
        return (one for one in list(self._orders.values()) if one.status.is_working)
