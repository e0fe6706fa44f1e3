"""How calendar, portfolio and hedge trade: at once, within the slippage they may lose."""

from collections.abc import Iterable
from decimal import Decimal

from desk.contracts.directives import (
    DirectiveScope,
    EntryDirective,
    RoutingDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.ids import TradeId
from desk.contracts.market import ONE
from desk.contracts.sides import OrderSide
from desk.workers.base import DirectiveParts, Worker


def entry_at_once(symbol: str, direction: OrderSide, max_slippage: Decimal) -> EntryDirective:
    """Return an entry that waits for no price."""
    return EntryDirective(
        symbol=symbol,
        direction=direction,
        timing_preference=ONE,
        max_acceptable_slippage=max_slippage,
    )


def routing_at_once(max_slippage: Decimal) -> RoutingDirective:
    """Return the routing of what is to be sent at the market."""
    return RoutingDirective(execution_urgency=ONE, max_total_slippage=max_slippage)


def lower_at_once(
    worker: Worker, sizes: Iterable[tuple[TradeId, Decimal]], rationale: str, max_slippage: Decimal
) -> list[StrategyDirective]:
    """Return a directive per trade: to its new size in base, or to leave it where that is zero."""
    directives = []
    for trade_id, size_base in sizes:
        parts = DirectiveParts(target_trade_ids=(trade_id,), routing_directive=routing_at_once(max_slippage))
        scope = DirectiveScope.CLOSE_EXISTING
        if size_base > 0:
            scope = DirectiveScope.MODIFY_EXISTING
            parts["size_directive"] = SizeDirective(target_size_base=size_base)
        directives.append(worker.new_directive(scope=scope, rationale=rationale, **parts))
    return directives
