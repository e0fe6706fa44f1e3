"""Orders that filled further than their fills were told."""

from collections import OrderedDict
from decimal import Decimal
from typing import Final

from connectors.ccxt.streams.told import ToldFills
from desk.contracts.orders import VenueOrder
from desk.contracts.ports.time import Clock

_ASKED_KEPT: Final = 1_000


class MissingFills:
    """Give the fills of an order a while to come by themselves, then ask for one read, and for one only."""

    def __init__(self, told: ToldFills, clock: Clock, grace_ms: int) -> None:
        self._told = told
        self._clock = clock
        self._grace_ms = grace_ms
        self._since_ms: dict[str, int] = {}
        self._filled_base: OrderedDict[str, Decimal] = OrderedDict()

    def note(self, order: VenueOrder) -> None:
        """Take what an order says of itself."""
        name, filled_base = order.venue_order_id, order.filled_base
        if self._filled_base.get(name) == filled_base or self._told.filled_base(name) >= filled_base:
            return
        self._filled_base[name] = filled_base
        self._since_ms.setdefault(name, self._clock.monotonic_ms())
        if len(self._filled_base) > _ASKED_KEPT:
            self._filled_base.popitem(last=False)

    def is_read_needed(self) -> bool:
        """Tell whether fills are still missing after their while; they are then waited for no longer."""
        limit_ms = self._clock.monotonic_ms() - self._grace_ms
        late = [name for name, since_ms in self._since_ms.items() if since_ms <= limit_ms]
        for name in late:
            del self._since_ms[name]
        return any(self._told.filled_base(name) < self._filled_base.get(name, 0) for name in late)
