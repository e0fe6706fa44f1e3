"""Send at once, and leave nothing resting."""

from typing import ClassVar

from desk.contracts.directives import RoutingDirective
from desk.contracts.ids import RoutingPlanId
from desk.contracts.manifests import PlannerManifest
from desk.contracts.market import ONE, ZERO
from desk.contracts.plans import PlanRole, RoutingPlan, RoutingTiming, TimeInForce
from desk.planning.planner import NoParameters, Planner
from desk.planning.request import PlanRequest


class ImmediateRouting(Planner):
    """Immediate or cancel: what does not fill now is not wanted later."""

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="immediate",
        role=PlanRole.ROUTING,
        summary="sends at once, immediate or cancel",
        parameters=NoParameters,
    )

    def plan(self, request: PlanRequest) -> RoutingPlan:
        """Plan the routing; always possible."""
        return routing_plan(request, RoutingTiming.IMMEDIATE, TimeInForce.IOC)


def routing_plan(
    request: PlanRequest,
    timing: RoutingTiming,
    time_in_force: TimeInForce,
    *,
    duration_ms: int | None = None,
    slices: int | None = None,
) -> RoutingPlan:
    """Write a routing down, with urgency, slippage and iceberg as the directive wants them."""
    wish = (request.directive.routing_directive or RoutingDirective()).resolved()
    return RoutingPlan(
        plan_id=request.ids.new(RoutingPlanId),
        directive_id=request.directive_id,
        target_id=request.target_id,
        planner=request.planner,
        timing=timing,
        time_in_force=time_in_force,
        urgency=ONE if wish.execution_urgency is None else wish.execution_urgency,
        max_slippage=ZERO if wish.max_total_slippage is None else wish.max_total_slippage,
        iceberg=wish.iceberg_preference is not None and wish.iceberg_preference * 2 >= ONE,
        duration_ms=duration_ms,
        slices=slices,
    )
