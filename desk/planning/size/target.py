"""Hold exactly what the directive says: the size planner of every absolute target size."""

from typing import ClassVar

from desk.contracts.manifests import PlannerManifest
from desk.contracts.market import ONE, ZERO
from desk.contracts.plans import PlanRole, SizePlan
from desk.planning.impossible import PlanImpossible
from desk.planning.planner import NoParameters, Planner
from desk.planning.request import PlanRequest
from desk.planning.size.sizing import planned, refuse_unaffordable, size_plan


class TargetSize(Planner):
    """Scale in or out to `target_size_base`, an absolute size; zero leaves the trade.

    An absolute size is a decision and no opinion: no range of a matcher chooses another planner for it.
    """

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="target_size",
        role=PlanRole.SIZE,
        summary="brings a trade to the absolute size its directive names",
        parameters=NoParameters,
        needs=frozenset({PlanRole.ENTRY, PlanRole.EXIT}),
    )

    def plan(self, request: PlanRequest) -> SizePlan:
        """Plan the size; raises PlanImpossible where cash or the venue's minimum forbids it."""
        wish = request.directive.size_directive
        if wish is None or wish.target_size_base is None:
            raise PlanImpossible("the size directive names no target_size_base")
        target = wish.target_size_base
        leverage = ONE if request.instrument.is_spot else request.instrument.max_leverage
        added = target - request.held_base
        if added > 0:
            refuse_unaffordable(request, added, leverage)
        if target == ZERO and not request.is_new:
            return planned(request, ZERO, ONE)
        return size_plan(request, target, ONE)
