"""The open orders of one symbol, and the zone of prices in which none of them stirs."""

from decimal import Decimal

from connectors.venue.orders import WorkingOrder
from connectors.venue.prices import rises_to_trigger
from desk.contracts.market import Tick
from desk.contracts.sides import OrderSide

_LOWEST = Decimal("-Infinity")
_HIGHEST = Decimal("Infinity")


class Book:
    """Hold orders in the order of their arrival.

    Almost every tick stirs nothing: four comparisons against the zone tell so, however many orders rest.
    """

    def __init__(self) -> None:
        self.orders: dict[str, WorkingOrder] = {}
        self._is_measured = False
        self._has_takers = False
        self._floor = _LOWEST
        self._ceiling = _HIGHEST
        self._best_buy = _LOWEST
        self._best_sell = _HIGHEST

    def add(self, order: WorkingOrder) -> None:
        """Take an order in."""
        self.orders[order.client_order_id] = order
        self._is_measured = False

    def remove(self, order: WorkingOrder) -> None:
        """Let an order go."""
        del self.orders[order.client_order_id]
        self._is_measured = False

    def changed(self) -> None:
        """Note that a price of an order changed."""
        self._is_measured = False

    def is_quiet(self, tick: Tick) -> bool:
        """Tell whether no order can trigger or fill at this tick."""
        if not self._is_measured:
            self._measure()
        return (
            not self._has_takers
            and self._floor < tick.price < self._ceiling
            and tick.ask > self._best_buy
            and tick.bid < self._best_sell
        )

    def _measure(self) -> None:
        self._has_takers = False
        self._floor, self._ceiling = _LOWEST, _HIGHEST
        self._best_buy, self._best_sell = _LOWEST, _HIGHEST
        for order in self.orders.values():
            if order.is_waiting and order.stop_price is not None:
                self._measure_stop(order, order.stop_price)
            elif order.limit_price is not None:
                self._measure_limit(order.side, order.limit_price)
            else:
                self._has_takers = True
        self._is_measured = True

    def _measure_stop(self, order: WorkingOrder, stop_price: Decimal) -> None:
        if rises_to_trigger(order.order_type, order.side):
            self._ceiling = min(self._ceiling, stop_price)
        else:
            self._floor = max(self._floor, stop_price)

    def _measure_limit(self, side: OrderSide, limit_price: Decimal) -> None:
        if side is OrderSide.BUY:
            self._floor = max(self._floor, limit_price)
            self._best_buy = max(self._best_buy, limit_price)
        else:
            self._ceiling = min(self._ceiling, limit_price)
            self._best_sell = min(self._best_sell, limit_price)
