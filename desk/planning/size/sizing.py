"""What every size planner must respect: cash, lots, minima; rounded so that no limit is passed."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

from desk.contracts.directives import EntryDirective, SizeDirective
from desk.contracts.ids import SizePlanId
from desk.contracts.market import ONE, ZERO, Instrument
from desk.contracts.plans import EntryType, SizePlan
from desk.contracts.sides import OrderSide
from desk.planning.impossible import PlanImpossible
from desk.planning.request import PlanRequest

# A quotient rounded up in its last digit could buy one lot more than the limit allows.
_FLOOR = Context(prec=28, rounding=ROUND_FLOOR)
_CENT = Decimal("0.01")


def floor_divide(amount: Decimal, per_unit: Decimal) -> Decimal:
    """Return how often `per_unit` fits into `amount`, never rounded up."""
    return _FLOOR.divide(amount, per_unit)


def order_price(request: PlanRequest) -> Decimal:
    """Return the price an order that adds would trade at, in quote."""
    entry = request.plans.entry
    return entry.expected_price if entry is not None else request.quote.touch(request.direction)


def unit_cost(request: PlanRequest, leverage: Decimal) -> Decimal:
    """Return the cash one unit of base takes, fee and accepted slippage included: p(1/L + fee + slippage)."""
    entry = request.plans.entry
    waits = entry is not None and entry.order_type is not EntryType.MARKET
    wish = (request.directive.entry_directive or EntryDirective()).resolved()
    slippage = ZERO if waits else wish.max_acceptable_slippage or ZERO
    return order_price(request) * (ONE / leverage + request.instrument.taker_fee + slippage)


def most_affordable(request: PlanRequest, leverage: Decimal) -> Decimal:
    """Return the size in base that the free balance can add; of a spot sale, what is there to sell."""
    instrument = request.instrument
    if instrument.is_spot and request.direction is OrderSide.SELL:
        return max(request.market.free.get(instrument.base, ZERO), ZERO)
    cash = max(request.market.free.get(instrument.quote, ZERO), ZERO)
    return floor_divide(cash, unit_cost(request, leverage))


def refuse_unaffordable(request: PlanRequest, added_base: Decimal, leverage: Decimal) -> None:
    """Raise PlanImpossible, with what is needed and what is free, where cash or coins do not reach."""
    if added_base <= most_affordable(request, leverage):
        return
    instrument = request.instrument
    if instrument.is_spot and request.direction is OrderSide.SELL:
        held = request.market.free.get(instrument.base, ZERO)
        raise PlanImpossible(f"{added_base:f} {instrument.base} are to be sold, and {held:f} are free")
    needed = shown(added_base * unit_cost(request, leverage))
    free = shown(request.market.free.get(instrument.quote, ZERO))
    raise PlanImpossible(
        f"{added_base:f} {instrument.base} more need {needed} {instrument.quote} with fees and slippage,"
        f" and {free} {instrument.quote} are free"
    )


def shown(amount: Decimal) -> str:
    """Return an amount of money as a sentence shows it."""
    return f"{amount.quantize(_CENT, ROUND_HALF_EVEN).normalize():f}" if amount.is_finite() else str(amount)


def stop_distance(request: PlanRequest) -> Decimal | None:
    """Return what one unit of base loses from entry to stop, in quote; None without a stop."""
    stop = request.stop_price
    if stop is None:
        return None
    return max((request.entry_price - stop) * request.side.sign, ZERO)


def risk_quote(request: PlanRequest, wish: SizeDirective) -> Decimal | None:
    """Return the smaller of max_risk_amount and the equity's share, in quote; None where neither is set.

    Raises PlanImpossible where a share is set and the equity is not known.
    """
    risks = [] if wish.max_risk_amount is None else [wish.max_risk_amount]
    if wish.account_risk_fraction is not None:
        risks.append(equity_quote(request) * wish.account_risk_fraction)
    return min(risks, default=None)


def equity_quote(request: PlanRequest) -> Decimal:
    """Return the equity in the quote currency; raises PlanImpossible where it is not known."""
    equity = request.market.equity_in(request.instrument.quote)
    if equity is None:
        raise PlanImpossible(f"the equity in {request.instrument.quote} is not known")
    return equity


def within_limits(request: PlanRequest, value_quote: Decimal, leverage: Decimal) -> Decimal:
    """Return the size in base that is worth `value_quote`, or less where something forbids it.

    A spot purchase pays fee and slippage out of the value. What the directive sets bounds it: notional_quote,
    and the risk at the stop. So does the cash.
    """
    wish = request.directive.size_directive or SizeDirective()
    if wish.notional_quote is not None:
        value_quote = min(value_quote, wish.notional_quote)
    buys_spot = request.instrument.is_spot and request.direction is OrderSide.BUY
    price = unit_cost(request, leverage) if buys_spot else order_price(request)
    bounds = [floor_divide(value_quote, price), request.held_base + most_affordable(request, leverage)]
    risk, distance = risk_quote(request, wish), stop_distance(request)
    if risk is not None and distance is not None and distance > 0:
        bounds.append(floor_divide(risk, distance))
    return min(bounds)


def checked_leverage(request: PlanRequest, leverage: Decimal) -> Decimal:
    """Return `leverage`, 1 on spot; raises PlanImpossible above what the instrument allows."""
    if request.instrument.is_spot:
        return ONE
    if not leverage <= request.instrument.max_leverage:
        most = request.instrument.max_leverage
        raise PlanImpossible(f"leverage {leverage} is above the {most} of {request.symbol}")
    return leverage


def size_plan(request: PlanRequest, wanted_base: Decimal, leverage: Decimal) -> SizePlan:
    """Plan `wanted_base` rounded down to the lot; raises PlanImpossible below the venue's minimum."""
    instrument = request.instrument
    size = instrument.floor_size(wanted_base)
    if instrument.max_size_base is not None:
        size = min(size, instrument.floor_size(request.held_base + instrument.max_size_base))
    price = order_price(request)
    if instrument.is_dust(size, price):
        if instrument.is_dust(request.held_base + most_affordable(request, leverage), price):
            refuse_unaffordable(request, _smallest(instrument, price), leverage)
        raise PlanImpossible(
            f"size {size} at {price} is below the minimum of {request.symbol}:"
            f" {instrument.min_size_base} {instrument.base}"
            f" and {instrument.min_notional_quote} {instrument.quote}"
        )
    return planned(request, size, leverage)


def _smallest(instrument: Instrument, price: Decimal) -> Decimal:
    """Return the least that the venue trades at a price, in whole lots."""
    least = max(instrument.min_size_base, instrument.min_notional_quote / price)
    return (least / instrument.size_step).to_integral_value(ROUND_CEILING) * instrument.size_step


def planned(request: PlanRequest, size_base: Decimal, leverage: Decimal) -> SizePlan:
    """Write a size down, with its worth and what its stop would lose."""
    return SizePlan(
        plan_id=request.ids.new(SizePlanId),
        directive_id=request.directive_id,
        target_id=request.target_id,
        planner=request.planner,
        position_size_base=size_base,
        position_value_quote=size_base * order_price(request),
        risk_amount_quote=size_base * (stop_distance(request) or ZERO),
        leverage=leverage,
    )
