"""Enter at the market, now."""

from typing import ClassVar

from desk.contracts.ids import EntryPlanId
from desk.contracts.manifests import PlannerManifest
from desk.contracts.plans import EntryPlan, EntryType, PlanRole
from desk.planning.planner import NoParameters, Planner
from desk.planning.request import PlanRequest


class MarketEntry(Planner):
    """Take the price that is there; the reference is the side of the quote the order meets."""

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="market", role=PlanRole.ENTRY, summary="enters at the market, now", parameters=NoParameters
    )

    def plan(self, request: PlanRequest) -> EntryPlan:
        """Plan a market order; raises PlanImpossible without a quote."""
        return EntryPlan(
            plan_id=request.ids.new(EntryPlanId),
            directive_id=request.directive_id,
            target_id=request.target_id,
            planner=request.planner,
            symbol=request.symbol,
            direction=request.direction,
            order_type=EntryType.MARKET,
            reference_price=request.quote.touch(request.direction),
        )
