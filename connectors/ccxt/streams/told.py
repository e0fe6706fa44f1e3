"""What has been told of an account already: fills once, orders only forward."""

from collections import OrderedDict
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, TypeVar

from desk.contracts.market import ZERO
from desk.contracts.orders import VenueFill, VenueOrder

_FILLS_KEPT: Final = 1_000
"""The newest, whatever their age: some venues tell as many again when a stream begins."""

_MOST_FILLS_KEPT: Final = 50_000
"""Of all that the next read may bring again: many only where none has succeeded for long."""

_ORDERS_KEPT: Final = 1_000
"""Of those that ended, and of those with fills; a late word on an older one is told again, and is no news."""

_MOST_WORKING_KEPT: Final = 10_000

FillKey = tuple[str, str]
Value = TypeVar("Value")


def key_of(fill: VenueFill) -> FillKey:
    """Return what makes a fill unique."""
    return fill.symbol, fill.venue_trade_id


class ToldFills:
    """Know the fills that were told, and how much of each order they make."""

    def __init__(self) -> None:
        self._times_ms: OrderedDict[FillKey, int] = OrderedDict()
        self._filled: OrderedDict[str, Decimal] = OrderedDict()

    def __contains__(self, fill: VenueFill) -> bool:
        return key_of(fill) in self._times_ms

    def add(self, fill: VenueFill) -> None:
        """Note that a fill was told."""
        self._times_ms[key_of(fill)] = fill.time_ms
        if len(self._times_ms) > _MOST_FILLS_KEPT:
            self._times_ms.popitem(last=False)
        name = fill.venue_order_id
        _keep(self._filled, name, self.filled_base(name) + fill.size_base, _ORDERS_KEPT)

    def forget_before(self, time_ms: int) -> None:
        """Let go of older fills, but for the newest: no read brings them again."""
        while len(self._times_ms) > _FILLS_KEPT:
            oldest = next(iter(self._times_ms))
            if self._times_ms[oldest] >= time_ms:
                return
            del self._times_ms[oldest]

    def filled_base(self, venue_order_id: str) -> Decimal:
        """Return how much of an order was told as filled."""
        return self._filled.get(venue_order_id, ZERO)


class ToldOrders:
    """Know the newest state told of each order that rests, and how far those that ended had filled."""

    def __init__(self) -> None:
        self._working: OrderedDict[str, VenueOrder] = OrderedDict()
        self._ended: OrderedDict[str, Decimal] = OrderedDict()

    def is_news(self, seen: VenueOrder) -> bool:
        """Tell whether a state is neither told nor older than what was: a late message takes nothing back."""
        ended_base = self._ended.get(seen.venue_order_id)
        if ended_base is not None:
            return seen.filled_base > ended_base
        told = self._working.get(seen.venue_order_id)
        if told is None:
            return True
        if seen == told or seen.filled_base < told.filled_base:
            return False
        if seen.filled_base > told.filled_base:
            return True
        return seen.status.is_terminal or seen.updated_at_ms >= told.updated_at_ms

    def add(self, seen: VenueOrder) -> None:
        """Note that a state was told."""
        name = seen.venue_order_id
        if seen.status.is_terminal:
            self._working.pop(name, None)
            _keep(self._ended, name, seen.filled_base, _ORDERS_KEPT)
        else:
            self._ended.pop(name, None)
            _keep(self._working, name, seen, _MOST_WORKING_KEPT)

    def defer(self, venue_order_id: str) -> None:
        """List an order after all others: those have their turn first."""
        if venue_order_id in self._working:
            self._working.move_to_end(venue_order_id)

    def is_ended(self, venue_order_id: str) -> bool:
        """Tell whether an order was told as ended."""
        return venue_order_id in self._ended

    def working(self) -> Iterator[VenueOrder]:
        """List the orders that were last told as resting at the venue, those longest not looked at first."""
        return (one for one in list(self._working.values()) if one.status.is_working)


def _keep(kept: OrderedDict[str, Value], name: str, value: Value, most: int) -> None:
    """Keep a value as the newest of at most `most`."""
    kept[name] = value
    kept.move_to_end(name)
    if len(kept) > most:
        kept.popitem(last=False)
