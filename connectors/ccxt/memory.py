"""What is known of orders that were placed or seen: where the venue keeps them."""

from collections import OrderedDict
from dataclasses import replace

from connectors.ccxt.creation import is_conditional
from connectors.ccxt.dialect import Named
from desk.contracts.orders import OrderType, VenueOrder

_MOST = 1_024
"""Far more than are placed between two checks of the account, at which all that rest are seen again."""


class OrderMemory:
    """Remember the newest orders by client id; what is forgotten is looked up again."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Named] = OrderedDict()
        self._symbols: dict[str, None] = {}
        self._doubted: OrderedDict[str, bool] = OrderedDict()

    @property
    def symbols(self) -> tuple[str, ...]:
        """What the account is known to trade."""
        return tuple(self._symbols)

    def trades(self, symbol: str) -> None:
        """Keep that a symbol is traded."""
        self._symbols[symbol] = None

    def placed(self, symbol: str, name: str, order_type: OrderType, venue_id: str | None = None) -> None:
        """Keep an order that is being sent, or was taken."""
        self.trades(symbol)
        waits = self._doubted.get(name, is_conditional(order_type))
        self._kept[name] = Named(symbol, name, venue_id, waits)
        self._kept.move_to_end(name)
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)

    def doubt(self, aimed: Named) -> None:
        """Look elsewhere than was aimed: an order that was touched no longer lies among those that wait."""
        known = self._kept.get(aimed.name)
        if known is None or aimed.is_conditional is None:
            return
        self._doubted[aimed.name] = not aimed.is_conditional
        self._kept[aimed.name] = replace(known, is_conditional=not aimed.is_conditional)
        if len(self._doubted) > _MOST:
            self._doubted.popitem(last=False)

    def saw(self, order: VenueOrder) -> VenueOrder:
        """Keep an order that the venue showed; return it."""
        self.placed(order.symbol, order.client_order_id, order.order_type, order.venue_order_id)
        return order

    def named(self, symbol: str, name: str) -> Named:
        """Return what is known of an order, its name alone where it is unknown."""
        known = self._kept.get(name)
        return known if known is not None and known.symbol == symbol else Named(symbol, name)
