"""Leave at a stop, and at a target that pays for the risk."""

from decimal import Decimal
from typing import ClassVar

from desk.contracts.directives import OPERATOR_STRATEGY, ExitDirective, Protection, StopReference
from desk.contracts.ids import ExitPlanId
from desk.contracts.manifests import Parameters, PlannerManifest, parameter
from desk.contracts.market import ONE
from desk.contracts.plans import EntryType, ExitPlan, PlanRole
from desk.contracts.sides import PositionSide
from desk.planning.impossible import PlanImpossible
from desk.planning.planner import Planner
from desk.planning.request import PlanRequest


class StopAndTargetParameters(Parameters):
    """Say whether a new trade has a target."""

    with_target: bool = parameter(
        default=True, unit="", description="whether a new trade without take_profit_price gets a target"
    )


class StopAndTarget(Planner):
    """Stop = r(1 - s x tolerance) from the entry or the current price; target = e + s x ratio x |e - stop|.

    s is +1 for a long and -1 for a short. A stop is rounded away from the market, a target away from the
    entry, so that the reward:risk ratio is a minimum. In a MODIFY, and in a trade without protection, only
    what is set counts. A confirmed stop only tightens, unless the operator says otherwise. A stop that would
    fire at once is refused.
    """

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="stop_and_target",
        role=PlanRole.EXIT,
        summary="a stop by price or tolerance, and a target by price or reward:risk",
        parameters=StopAndTargetParameters,
        needs=frozenset({PlanRole.ENTRY}),
    )

    def __init__(self, parameters: StopAndTargetParameters) -> None:
        super().__init__(parameters)
        self._with_target = parameters.with_target

    def plan(self, request: PlanRequest) -> ExitPlan:
        """Plan stop and target; raises PlanImpossible where that cannot be."""
        wish = request.directive.exit_directive or ExitDirective()
        if request.is_new and request.directive.protection is Protection.REQUIRED:
            wish = wish.resolved()
        stop = _stop(request, wish)
        target = _target(request, wish, stop) if self._has_target(request, wish) else None
        if stop is None and target is None:
            raise PlanImpossible("the exit directive sets neither a stop nor a target")
        return ExitPlan(
            plan_id=request.ids.new(ExitPlanId),
            directive_id=request.directive_id,
            target_id=request.target_id,
            planner=request.planner,
            stop_loss_price=stop,
            take_profit_price=target,
        )

    def _has_target(self, request: PlanRequest, wish: ExitDirective) -> bool:
        if wish.take_profit_price is not None:
            return True
        return wish.risk_reward_ratio is not None and (self._with_target or not request.is_new)


def _stop(request: PlanRequest, wish: ExitDirective) -> Decimal | None:
    wanted = wish.stop_loss_price
    if wanted is None and wish.stop_loss_tolerance is not None:
        reference = _reference(request, wish.stop_reference or StopReference.ENTRY)
        wanted = reference * (ONE - request.side.sign * wish.stop_loss_tolerance)
    if wanted is None:
        return None
    stop = request.instrument.stop_price(request.side, wanted)
    confirmed = request.position.stop_price if request.position is not None else None
    if confirmed is not None and request.directive.strategy_id != OPERATOR_STRATEGY:
        stop = tightest(request.side, confirmed, stop)
    if stop != confirmed:
        _refuse_at_once(request, stop)
    return stop


def tightest(side: PositionSide, one: Decimal, other: Decimal) -> Decimal:
    """Return the stop that gives less back: the higher for a long, the lower for a short."""
    return max(one, other) if side is PositionSide.LONG else min(one, other)


def _reference(request: PlanRequest, reference: StopReference) -> Decimal:
    if reference is StopReference.CURRENT:
        return request.quote.mid
    if not request.is_new and request.plans.entry is None and not request.held_base > 0:
        raise PlanImpossible(f"{request.target_id} has no entry to measure a tolerance from")
    return request.entry_price


def _refuse_at_once(request: PlanRequest, stop: Decimal) -> None:
    """Refuse a stop that is not on the losing side of the market, and of the entry of a new trade."""
    sign = request.side.sign
    leaving = request.quote.touch(request.side.exit_side)
    if not (stop > 0 and (leaving - stop) * sign > 0):
        raise PlanImpossible(f"a stop at {stop} would fire at once: the market is at {leaving}")
    if request.is_new and not (request.entry_price - stop) * sign > 0:
        raise PlanImpossible(f"a stop at {stop} is on the wrong side of the entry at {request.entry_price}")


def _target(request: PlanRequest, wish: ExitDirective, stop: Decimal | None) -> Decimal:
    sign = request.side.sign
    wanted = wish.take_profit_price
    if wanted is None:
        risk = _risk_per_unit(request, stop)
        wanted = request.entry_price + sign * (wish.risk_reward_ratio or ONE) * risk
    instrument = request.instrument
    target = instrument.ceil_price(wanted) if sign > 0 else instrument.floor_price(wanted)
    if not target > 0:
        raise PlanImpossible(f"the target would be {target}: the stop is too far for this reward:risk ratio")
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


def _risk_per_unit(request: PlanRequest, stop: Decimal | None) -> Decimal:
    """Return R: the first confirmed risk of a trade that has one, else the distance of the stop."""
    position = request.position
    first = position.initial_stop_price if position is not None else None
    measured = first if first is not None else stop
    if measured is None:
        raise PlanImpossible("a reward:risk ratio needs a stop, and there is none")
    return abs(request.entry_price - measured)
