"""Hold as much as loses a fixed amount at the stop."""

from decimal import Decimal
from typing import ClassVar

from desk.contracts.directives import SizeDirective
from desk.contracts.manifests import Parameters, PlannerManifest, parameter
from desk.contracts.market import ONE
from desk.contracts.plans import PlanRole, SizePlan
from desk.planning.impossible import PlanImpossible
from desk.planning.planner import Planner
from desk.planning.request import PlanRequest
from desk.planning.size.sizing import (
    checked_leverage,
    floor_divide,
    most_affordable,
    risk_quote,
    size_plan,
    stop_distance,
)


class FixedRiskParameters(Parameters):
    """Say how much of a perpetual is borrowed."""

    leverage: Decimal = parameter(ONE, "times", "position value per margin on a perpetual", ge=1)


class FixedRisk(Planner):
    """Size = risk / |entry - stop|, where risk is the smaller of max_risk_amount and the equity's share.

    Never more than the free balance affords, rounded down to the lot.
    """

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="fixed_risk",
        role=PlanRole.SIZE,
        summary="holds what loses a fixed amount, or share of the equity, at the stop",
        parameters=FixedRiskParameters,
        needs=frozenset({PlanRole.ENTRY, PlanRole.EXIT}),
    )

    def __init__(self, parameters: FixedRiskParameters) -> None:
        super().__init__(parameters)
        self._leverage = parameters.leverage

    def plan(self, request: PlanRequest) -> SizePlan:
        """Plan the size; raises PlanImpossible without a stop, equity or cash, or below the minimum."""
        distance = stop_distance(request)
        if distance is None or not distance > 0:
            raise PlanImpossible("a risk needs a stop that loses something, and there is none")
        leverage = checked_leverage(request, self._leverage)
        by_risk = floor_divide(_risk(request), distance)
        by_cash = request.held_base + most_affordable(request, leverage)
        return size_plan(request, min(by_risk, by_cash), leverage)


def _risk(request: PlanRequest) -> Decimal:
    wish = request.directive.size_directive or SizeDirective()
    risk = risk_quote(request, wish.resolved() if request.is_new else wish)
    if risk is None:
        raise PlanImpossible("the size directive sets neither max_risk_amount nor account_risk_fraction")
    return risk
