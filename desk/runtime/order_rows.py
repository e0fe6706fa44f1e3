"""The orders that are not over as rows; an outcome that is not known runs a clock."""

from desk.contracts.orders import OrderStatus
from desk.contracts.orderstate import OrderState
from desk.contracts.snapshot import Figure, OrderRow, Source
from desk.ledger.ledger import Ledger


class OrderRows:
    """Build the rows, and know since when the outcome of an order is not known."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._unknown_since_ms: dict[str, int] = {}

    def rows(self, now_ms: int) -> tuple[OrderRow, ...]:
        """Return the orders, oldest first."""
        orders = self._ledger.live_orders()
        self._unknown_since_ms = {
            one.client_order_id: self._unknown_since_ms.get(one.client_order_id, one.updated_at_ms)
            for one in orders
            if one.status is OrderStatus.UNKNOWN
        }
        return tuple(_row(one, now_ms, self._unknown_since_ms.get(one.client_order_id)) for one in orders)


def _row(order: OrderState, now_ms: int, unknown_since_ms: int | None) -> OrderRow:
    request = order.request
    told_ms = now_ms - order.updated_at_ms
    return OrderRow(
        request.client_order_id,
        order.trade_id,
        request.symbol,
        request.side,
        request.order_type,
        request.leg,
        order.status,
        Figure(order.size_base, Source.VENUE, told_ms),
        Figure(order.filled_base, Source.LEDGER, told_ms),
        Figure(order.limit_price or order.stop_price, Source.VENUE, told_ms),
        now_ms - order.intended_at_ms,
        order.strategy_id,
        order.venue_order_id,
        None if unknown_since_ms is None else now_ms - unknown_since_ms,
        request.leg.is_protective,
    )
