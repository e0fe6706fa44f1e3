"""What a closed trade came to, reckoned from its fills and the orders that made them."""

from collections.abc import Sequence
from decimal import Decimal

from desk.contracts.history import ClosedTrade
from desk.contracts.market import ZERO
from desk.contracts.orders import Leg
from desk.contracts.orderstate import OrderState
from desk.contracts.positions import Position
from desk.contracts.records import FillBooked


def closed_trade(
    position: Position, fills: Sequence[FillBooked], reference_price: Decimal | None, reason: str
) -> ClosedTrade | None:
    """Return a closed trade as a screen lists it, None for one that is not closed."""
    if position.is_open or position.closed_at_ms is None or position.exit_price is None:
        return None
    return ClosedTrade(
        trade_id=position.trade_id,
        symbol=position.symbol,
        side=position.side,
        strategy_id=position.strategy_id,
        worker=position.worker,
        opened_at_ms=position.opened_at_ms or position.intended_at_ms,
        closed_at_ms=position.closed_at_ms,
        size_base=position.max_size_base,
        entry_price=position.entry_price,
        exit_price=position.exit_price,
        realized_quote=position.realized_quote,
        fees_quote=position.fees_quote,
        r_multiple=position.r_multiple(position.exit_price),
        slippage=_slippage(position, fills, reference_price),
        reason=reason,
    )


def leaving_fill(position: Position, fills: Sequence[FillBooked]) -> FillBooked | None:
    """Return the fill that closed a trade."""
    left = [one for one in fills if one.fill.side is position.side.exit_side]
    return left[-1] if left else None


def reason_of_leaving(order: OrderState | None, rationale: str) -> str:
    """Say why a trade was left, by the order whose fill closed it and what its directive said."""
    if order is None:
        return "closed by another hand"
    if order.request.leg is Leg.STOP:
        return f"stop at {_plain(order.stop_price)}"
    if order.request.leg is Leg.TARGET:
        return f"target at {_plain(order.limit_price or order.stop_price)}"
    return rationale or f"{order.request.leg} order of {order.directive_id}"


def _plain(price: Decimal | None) -> str:
    """Write a price the same whether it comes from memory or from disk."""
    return "an unknown price" if price is None else f"{price.normalize():f}"


def _slippage(
    position: Position, fills: Sequence[FillBooked], reference_price: Decimal | None
) -> Decimal | None:
    """Return how much worse than the reference the fills of the first entry were, as a fraction."""
    entered = [
        one.fill
        for one in fills
        if one.fill.side is position.side.entry_side and one.directive_id == position.directive_id
    ]
    size_base = sum((one.size_base for one in entered), ZERO)
    if reference_price is None or not reference_price > 0 or not size_base > 0:
        return None
    average = sum((one.size_base * one.price for one in entered), ZERO) / size_base
    return (average / reference_price - 1) * position.side.sign
