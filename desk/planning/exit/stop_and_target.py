"""Leave at a stop, and at a target that pays for the risk."""

from typing import ClassVar

from desk.contracts.manifests import PlannerManifest
from desk.contracts.plans import ExitPlan, PlanRole
from desk.planning.exit.exit_plan import ExitParameters, exit_plan, is_to_be_protected, wish_of
from desk.planning.planner import Planner
from desk.planning.request import PlanRequest


class StopAndTargetParameters(ExitParameters):
    """Take what every exit planner takes."""


class StopAndTarget(Planner):
    """Stop = r(1 - s x tolerance) from the entry or the current price; target = e + s x ratio x |e - stop|.

    s is +1 for a long and -1 for a short. In a MODIFY, and in a trade without protection, only what is set
    counts.
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
        self._parameters = parameters

    def plan(self, request: PlanRequest) -> ExitPlan:
        """Plan stop and target; raises PlanImpossible where that cannot be."""
        wish = wish_of(request)
        return exit_plan(request, wish.resolved() if is_to_be_protected(request) else wish, self._parameters)
