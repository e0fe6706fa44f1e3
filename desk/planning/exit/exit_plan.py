"""What every exit planner must respect: stops on the losing side that only tighten, targets that pay."""

from decimal import Decimal

from desk.contracts.directives import OPERATOR_STRATEGY, ExitDirective, Protection, StopReference
from desk.contracts.ids import ExitPlanId
from desk.contracts.manifests import Parameters, parameter
from desk.contracts.market import ONE
from desk.contracts.plans import EntryType, ExitPlan
from desk.contracts.sides import PositionSide
from desk.planning.impossible import PlanImpossible
from desk.planning.request import PlanRequest


class ExitParameters(Parameters):
    """Say whether a new trade has a target, and how long it may last."""

    with_target: bool = parameter(
        default=True, unit="", description="whether a new trade without take_profit_price gets a target"
    )
    max_hold_s: int | None = parameter(
        None, "s", "how long after its first fill a new trade is left at the latest; unset: no limit", gt=0
    )


def wish_of(request: PlanRequest) -> ExitDirective:
    """Return what the directive says of the exit, unset fields unset."""
    return request.directive.exit_directive or ExitDirective()


def is_to_be_protected(request: PlanRequest) -> bool:
    """Tell whether a stop is to be found where the directive names none."""
    return request.is_new and request.directive.protection is Protection.REQUIRED


def exit_plan(request: PlanRequest, wish: ExitDirective, parameters: ExitParameters) -> ExitPlan:
    """Plan the stop, target and time of `wish`; raises PlanImpossible where that cannot be.

    A stop is rounded away from the market, a target away from the entry, so that the reward:risk ratio is a
    minimum. A confirmed stop only tightens, unless the operator says otherwise. A stop that would fire at
    once is refused. Only a new trade is given its time.
    """
    stop = _stop(request, wish)
    target = _target(request, wish, stop) if _has_target(request, wish, parameters) else None
    hold_s = parameters.max_hold_s if request.is_new else None
    if stop is None and target is None and hold_s is None:
        raise PlanImpossible("the exit directive sets neither a stop nor a target")
    return ExitPlan(
        plan_id=request.ids.new(ExitPlanId),
        directive_id=request.directive_id,
        target_id=request.target_id,
        planner=request.planner,
        stop_loss_price=stop,
        take_profit_price=target,
        hold_for_ms=None if hold_s is None else hold_s * 1000,
    )


def _has_target(request: PlanRequest, wish: ExitDirective, parameters: ExitParameters) -> bool:
    if wish.take_profit_price is not None:
        return True
    return wish.risk_reward_ratio is not None and (parameters.with_target or not request.is_new)


def _stop(request: PlanRequest, wish: ExitDirective) -> Decimal | None:
    wanted = wish.stop_loss_price if wish.stop_loss_price is not None else tolerated(request, wish)
    if wanted is None:
        return None
    stop = request.instrument.stop_price(request.side, wanted)
    confirmed = request.position.stop_price if request.position is not None else None
    if confirmed is not None and request.directive.strategy_id != OPERATOR_STRATEGY:
        stop = tightest(request.side, confirmed, stop)
    if stop != confirmed:
        _refuse_at_once(request, stop)
    return stop


def tolerated(request: PlanRequest, wish: ExitDirective) -> Decimal | None:
    """Return the stop that a directive's tolerance sets, not rounded; None where it sets none."""
    if wish.stop_loss_tolerance is None:
        return None
    reference = _reference(request, wish.stop_reference or StopReference.ENTRY)
    return reference * (ONE - request.side.sign * wish.stop_loss_tolerance)


def tightest(side: PositionSide, one: Decimal, other: Decimal) -> Decimal:
    """Return the stop that gives less back: the higher for a long, the lower for a short."""
    return max(one, other) if side is PositionSide.LONG else min(one, other)


def farthest(side: PositionSide, one: Decimal, other: Decimal) -> Decimal:
    """Return the target that earns more: the higher for a long, the lower for a short."""
    return max(one, other) if side is PositionSide.LONG else min(one, other)


def _reference(request: PlanRequest, reference: StopReference) -> Decimal:
    if reference is StopReference.CURRENT:
        return request.quote.mid
    if not request.is_new and request.plans.entry is None and not request.held_base > 0:
        raise PlanImpossible(f"{request.target_id} has no entry to measure a tolerance from")
    return request.first_price


def _refuse_at_once(request: PlanRequest, stop: Decimal) -> None:
    """Refuse a stop that is not on the losing side of the market, and of the entry of a new trade.

    An entry that waits for a breakout is made where its trigger is, whatever the market is now.
    """
    sign = request.side.sign
    if not stop > 0:
        raise PlanImpossible(f"the stop would be {stop}: it is too far away")
    leaving = request.quote.touch(request.side.exit_side)
    if not _awaits_breakout(request) and not (leaving - stop) * sign > 0:
        raise PlanImpossible(f"a stop at {stop} would fire at once: the market is at {leaving}")
    if request.is_new and not (request.first_price - stop) * sign > 0:
        raise PlanImpossible(f"a stop at {stop} is on the wrong side of the entry at {request.first_price}")


def _target(request: PlanRequest, wish: ExitDirective, stop: Decimal | None) -> Decimal:
    sign = request.side.sign
    wanted = wish.take_profit_price
    if wanted is None:
        risk = _risk_per_unit(request, stop)
        wanted = request.entry_price + sign * (wish.risk_reward_ratio or ONE) * risk
    instrument = request.instrument
    target = instrument.ceil_price(wanted) if sign > 0 else instrument.floor_price(wanted)
    if not target > 0:
        raise PlanImpossible(f"the target would be {target}: it is too far away")
    leaving = request.quote.touch(request.side.exit_side)
    if not _waits(request) and not (target - leaving) * sign > 0:
        raise PlanImpossible(f"a target at {target} would fire at once: the market is at {leaving}")
    if request.is_new and not (target - request.entry_price) * sign > 0:
        raise PlanImpossible(f"a target at {target} is on the wrong side of the entry")
    return target


def _waits(request: PlanRequest) -> bool:
    """Tell whether the entry waits for its price: the target is met, if at all, from there."""
    entry = request.plans.entry
    return request.is_new and entry is not None and entry.order_type is not EntryType.MARKET


def _awaits_breakout(request: PlanRequest) -> bool:
    entry = request.plans.entry
    return request.is_new and entry is not None and entry.order_type is EntryType.STOP_LIMIT


def _risk_per_unit(request: PlanRequest, stop: Decimal | None) -> Decimal:
    """Return R: the first confirmed risk of a trade that has one, else the distance of the stop."""
    position = request.position
    first = position.initial_stop_price if position is not None else None
    measured = first if first is not None else stop
    if measured is None:
        raise PlanImpossible("a reward:risk ratio needs a stop, and there is none")
    return abs(request.entry_price - measured)
