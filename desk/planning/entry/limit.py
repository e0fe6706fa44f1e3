"""Enter at a price of our own, for a while."""

from decimal import Decimal
from typing import ClassVar

from desk.contracts.directives import EntryDirective
from desk.contracts.ids import EntryPlanId
from desk.contracts.manifests import Parameters, PlannerManifest, parameter
from desk.contracts.market import ONE
from desk.contracts.plans import EntryPlan, EntryType, PlanRole
from desk.planning.impossible import PlanImpossible
from desk.planning.planner import Planner
from desk.planning.request import PlanRequest


class LimitEntryParameters(Parameters):
    """Say how far from the market to wait, and how long."""

    max_offset: Decimal = parameter(
        Decimal("0.002"), "fraction", "distance from the market at timing_preference 0", ge=0, lt=1
    )
    valid_for_ms: int = parameter(300_000, "ms", "how long the order may wait", gt=0)


class LimitEntry(Planner):
    """Wait beside the market: the more the directive hurries, the nearer.

    The limit stands max_offset x (1 - timing_preference) behind the near side of the quote, moved into the
    preferred price zone where there is one, and is rounded away from the market.
    """

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="limit",
        role=PlanRole.ENTRY,
        summary="waits at a limit near the market, or in the preferred price zone",
        parameters=LimitEntryParameters,
        comes_to_nothing={"immediate": "it waits beside the market, and immediate lets nothing wait"},
    )

    def __init__(self, parameters: LimitEntryParameters) -> None:
        super().__init__(parameters)
        self._max_offset = parameters.max_offset
        self._valid_for_ms = parameters.valid_for_ms

    def plan(self, request: PlanRequest) -> EntryPlan:
        """Plan a limit order; raises PlanImpossible without a quote or a positive price."""
        limit = self._limit(request)
        if not limit > 0:
            raise PlanImpossible(f"the limit would be {limit}; price step {request.instrument.price_step}")
        return limit_plan(request, limit, valid_until_ms=request.market.now_ms + self._valid_for_ms)

    def _limit(self, request: PlanRequest) -> Decimal:
        wish = (request.directive.entry_directive or EntryDirective()).resolved()
        near = request.quote.touch(request.direction.opposite)
        offset = self._max_offset * (ONE - (wish.timing_preference or Decimal(0)))
        limit = near * (ONE - request.direction.sign * offset)
        zone = wish.preferred_price_zone
        if zone is not None:
            limit = min(max(limit, zone.minimum), zone.maximum)
        return request.instrument.limit_price(request.direction, limit)


def limit_plan(request: PlanRequest, limit: Decimal, valid_until_ms: int | None = None) -> EntryPlan:
    """Return the plan to wait at `limit` (quote): until `valid_until_ms`, or until cancelled."""
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
        valid_until_ms=valid_until_ms,
    )
