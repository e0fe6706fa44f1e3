"""Send and wait: the order rests until it fills or its plan runs out."""

from typing import ClassVar

from desk.contracts.manifests import PlannerManifest
from desk.contracts.plans import PlanRole, RoutingPlan, RoutingTiming, TimeInForce
from desk.planning.planner import NoParameters, Planner
from desk.planning.request import PlanRequest
from desk.planning.routing.immediate import routing_plan


class PatientRouting(Planner):
    """Good till cancelled: for entries that wait at a limit."""

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="patient",
        role=PlanRole.ROUTING,
        summary="lets the order rest until it fills",
        parameters=NoParameters,
    )

    def plan(self, request: PlanRequest) -> RoutingPlan:
        """Plan the routing; always possible."""
        return routing_plan(request, RoutingTiming.PATIENT, TimeInForce.GTC)
