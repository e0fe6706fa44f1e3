"""What the gate asks of parent orders: a slice stays inside its parent, and what is promised counts."""

from collections.abc import Iterator
from decimal import Decimal

from desk.contracts.market import ZERO
from desk.contracts.orders import OrderRequest
from desk.contracts.parents import ParentState
from desk.contracts.ports.store import LedgerView


def slice_problem(request: OrderRequest, parent: ParentState | None) -> str | None:
    """Say why a slice may not be sent: its parent is stopped, or it is more than is left of it."""
    if parent is None:
        return None
    if parent.stopped is not None:
        return f"its parent order is stopped: {parent.stopped.reason}"
    if not request.size_base <= parent.left_base:
        return f"{request.size_base} is more than the {parent.left_base} left of its parent order"
    return None


def promises(
    ledger: LedgerView, own: ParentState | None, slice_base: Decimal
) -> Iterator[tuple[ParentState, Decimal]]:
    """Yield each open parent order with what it has yet to send, beside the slice in hand of `own`."""
    for parent in ledger.parents():
        if parent.is_open:
            in_hand = slice_base if own is not None and own.parent_id == parent.parent_id else ZERO
            yield parent, max(parent.left_base - _under_way_base(ledger, parent) - in_hand, ZERO)


def promised_base(ledger: LedgerView, symbol: str, own: ParentState | None, slice_base: Decimal) -> Decimal:
    """Return what open parent orders on a symbol have yet to send, beside the slice in hand of `own`."""
    on_symbol = (left for one, left in promises(ledger, own, slice_base) if one.plan.symbol == symbol)
    return sum(on_symbol, ZERO)


def _under_way_base(ledger: LedgerView, parent: ParentState) -> Decimal:
    """Return what the newest slice may still fill: it is counted as an order."""
    order = None if parent.last_child_id is None else ledger.order(parent.last_child_id)
    return ZERO if order is None or order.is_over else order.remaining_base
