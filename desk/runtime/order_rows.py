"""The orders that are not over as rows; an outcome that is not known runs a clock.

A parent order is a row too, at work between two of its slices as well.
"""

from desk.contracts.orders import Leg, OrderStatus
from desk.contracts.orderstate import OrderState
from desk.contracts.parents import ParentState
from desk.contracts.plans import RoutingTiming
from desk.contracts.snapshot import Figure, OrderRow, Source, aged_ms
from desk.execution.slicing import slice_at
from desk.ledger.ledger import Ledger
from desk.runtime.steps import Steps, rows_in_steps

_OLD_MS = 10_000
_OLD_FOR_MS = 1_000
"""What has rested for ten seconds shows ages that move once a second: most rows are then used again."""


class OrderRows:
    """Build the rows, and know since when the outcome of an order is not known."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._unknown_since_ms: dict[str, int] = {}
        self._built: dict[str, tuple[OrderState, int, OrderRow]] = {}

    def rows(self, now_ms: int) -> Steps[tuple[OrderRow, ...]]:
        """Return the orders, oldest first; one that ends between two steps is left out."""
        orders = self._ledger.live_orders()
        self._unknown_since_ms = {
            one.client_order_id: self._unknown_since_ms.get(one.client_order_id, one.updated_at_ms)
            for one in orders
            if one.status is OrderStatus.UNKNOWN
        }
        if len(self._built) > 2 * len(orders):
            self._built.clear()
        yield

        def row(seen: OrderState) -> OrderRow | None:
            now = self._ledger.order(seen.request.client_order_id)
            return None if now is None or now.is_over else self._row(now, now_ms)

        rows = yield from rows_in_steps(orders, row)
        parents = self._ledger.parents()
        return (*(parent_row(one, now_ms) for one in parents), *rows) if parents else rows

    def _row(self, order: OrderState, now_ms: int) -> OrderRow:
        order_id = order.request.client_order_id
        unknown_since_ms = self._unknown_since_ms.get(order_id)
        known = self._built.get(order_id)
        if known is not None and known[0] is order and now_ms < known[1] and unknown_since_ms is None:
            return known[2]
        row = _row(order, now_ms, unknown_since_ms)
        is_old = now_ms - order.updated_at_ms >= _OLD_MS
        self._built[order_id] = (order, now_ms + _OLD_FOR_MS if is_old else now_ms, row)
        return row


def parent_row(parent: ParentState, now_ms: int) -> OrderRow:
    """Return a parent order as a row; its status says how many of its slices had their time."""
    plan = parent.plan
    last_ms = parent.last_sent_at_ms
    told_ms = aged_ms(now_ms, plan.begins_at_ms if last_ms is None else last_ms)
    begun = 0 if last_ms is None else slice_at(plan, last_ms) + 1
    return OrderRow(
        parent.parent_id,
        plan.trade_id,
        plan.symbol,
        plan.side,
        RoutingTiming.TWAP,
        Leg.ENTRY,
        f"SLICE {begun}/{plan.slices}" if parent.is_open else "STOPPED",
        Figure(plan.size_base, Source.LEDGER, told_ms),
        Figure(parent.filled_base, Source.LEDGER, told_ms),
        Figure(plan.limit_price, Source.LEDGER, told_ms),
        aged_ms(now_ms, plan.begins_at_ms),
        plan.strategy_id,
    )


def _row(order: OrderState, now_ms: int, unknown_since_ms: int | None) -> OrderRow:
    request = order.request
    told_ms = aged_ms(now_ms, order.updated_at_ms)
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
        aged_ms(now_ms, order.intended_at_ms),
        order.strategy_id,
        order.venue_order_id,
        None if unknown_since_ms is None else aged_ms(now_ms, unknown_since_ms),
        request.leg.is_protective,
    )
