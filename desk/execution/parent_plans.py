"""Fix the plan of a parent order: how much, at most at which price, in how many slices, until when."""

from decimal import Decimal

from desk.contracts.execution import TargetPlans
from desk.contracts.market import Instrument, Quote
from desk.contracts.orders import Leg
from desk.contracts.parents import ParentOpened
from desk.contracts.plans import EntryType, RoutingPlan, RoutingTiming
from desk.contracts.sides import OrderSide
from desk.execution.client_ids import client_order_id
from desk.execution.lanes import Job
from desk.execution.reach import Reach
from desk.execution.slicing import most_slices


def is_sliced(routing: RoutingPlan | None) -> bool:
    """Tell whether a routing sends an order in slices."""
    return routing is not None and routing.timing is RoutingTiming.TWAP


def with_sound_touch(quote: Quote | None) -> Quote | None:
    """Return a quote whose touch can be reckoned with: finite, positive, not crossed."""
    if quote is None or not (quote.bid.is_finite() and quote.ask.is_finite()):
        return None
    return quote if 0 < quote.bid <= quote.ask else None


def planned(
    reach: Reach, job: Job, side: OrderSide, size_base: Decimal, instrument: Instrument
) -> ParentOpened | str:
    """Fix the plan of a parent order that begins now, or say why there is none."""
    target, of, now_ms = job.target, job.directive, reach.clock.now_ms()
    routing, limit_price = target.routing, _limit_price(reach, target, side, instrument)
    if isinstance(limit_price, str):
        return limit_price
    if routing is None or routing.duration_ms is None or routing.slices is None:
        return "a parent order needs a routing plan with a duration and slices"
    most = instrument.max_size_base
    if most is not None and not size_base <= most:
        return f"{size_base} is more than one stop can cover: the venue takes orders up to {most}"
    ends_at_ms = now_ms + routing.duration_ms
    if target.entry is not None and target.entry.valid_until_ms is not None:
        ends_at_ms = max(min(ends_at_ms, target.entry.valid_until_ms), now_ms + 1)
    whole_base = instrument.floor_size(size_base)
    return ParentOpened(
        client_order_id(reach.settings.desk_id, of.execution_directive_id, target.trade_id, Leg.ENTRY, 0),
        of.execution_directive_id,
        target.trade_id,
        of.directive_id,
        of.strategy_id,
        target.symbol,
        side,
        whole_base,
        limit_price,
        min(most_slices(whole_base, routing.slices, instrument, limit_price), ends_at_ms - now_ms),
        now_ms,
        ends_at_ms,
    )


def _limit_price(reach: Reach, target: TargetPlans, side: OrderSide, instrument: Instrument) -> Decimal | str:
    """Return the price that no slice goes beyond: the slippage allowed from where it was decided."""
    entry, routing = target.entry, target.routing
    if entry is not None and entry.order_type is EntryType.STOP_LIMIT:
        return "an entry that waits for a stop price is not sliced: route it patient"
    quote = with_sound_touch(reach.view.quote(target.symbol))
    if entry is not None:
        arrival = entry.reference_price
    elif quote is not None:
        arrival = quote.touch(side)
    else:
        return f"no sound price of {target.symbol} to count slippage from"
    slippage = Decimal(0) if routing is None else routing.max_slippage
    limit = arrival * (1 + side.sign * slippage)
    if entry is not None and entry.limit_price is not None:
        limit = min(limit, entry.limit_price) if side is OrderSide.BUY else max(limit, entry.limit_price)
    price = instrument.limit_price(side, limit)
    return price if price > 0 else f"slippage {slippage} from {arrival} leaves no price"
