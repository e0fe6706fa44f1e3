"""Enter as the directive says: at exactly its price, or at the market where it names none."""

from typing import ClassVar

from desk.contracts.ids import EntryPlanId
from desk.contracts.manifests import PlannerManifest
from desk.contracts.plans import EntryPlan, EntryType, PlanRole
from desk.contracts.sides import OrderSide
from desk.planning.entry.market import MarketEntry
from desk.planning.impossible import PlanImpossible
from desk.planning.planner import NoParameters, Planner
from desk.planning.request import PlanRequest


class EntryAsTold(Planner):
    """Wait at the one price of the preferred zone until cancelled; without a zone, take the market.

    A price between two steps is rounded so that it pays no more than was said.
    """

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="entry_as_told",
        role=PlanRole.ENTRY,
        summary="enters at the price the directive names, or at the market",
        parameters=NoParameters,
    )

    def plan(self, request: PlanRequest) -> EntryPlan:
        """Plan the entry; raises PlanImpossible without a quote or a price the venue takes."""
        wish = request.directive.entry_directive
        zone = None if wish is None else wish.preferred_price_zone
        if zone is None:
            return MarketEntry(self.parameters).plan(request)
        wanted = zone.maximum if request.direction is OrderSide.BUY else zone.minimum
        limit = request.instrument.limit_price(request.direction, wanted)
        if not limit > 0:
            raise PlanImpossible(f"{wanted} is below one price step, {request.instrument.price_step}")
        return EntryPlan(
            plan_id=request.ids.new(EntryPlanId),
            directive_id=request.directive_id,
            target_id=request.target_id,
            planner=request.planner,
            symbol=request.symbol,
            direction=request.direction,
            order_type=EntryType.LIMIT,
            reference_price=request.quote.touch(request.direction),
            limit_price=limit,
        )
