"""Enter as the directive says: at exactly its price, or at the market where it names none."""

from typing import ClassVar

from desk.contracts.manifests import PlannerManifest
from desk.contracts.plans import EntryPlan, PlanRole
from desk.contracts.sides import OrderSide
from desk.planning.entry.limit import limit_plan
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
        return limit_plan(request, limit)
