"""Send in equal slices over a time, so that no single one moves the market far."""

from decimal import Decimal
from typing import ClassVar, Self

from pydantic import model_validator

from desk.contracts.manifests import Parameters, PlannerManifest, parameter
from desk.contracts.plans import EntryType, PlanRole, RoutingPlan, RoutingTiming, TimeInForce
from desk.planning.impossible import PlanImpossible
from desk.planning.planner import Planner
from desk.planning.request import PlanRequest
from desk.planning.routing.immediate import routing_plan


class TwapParameters(Parameters):
    """Say over how long to spread an order, and in how many slices."""

    duration_s: Decimal = parameter(
        Decimal(600), "s", "the time that the slices are spread over", ge=1, le=86_400
    )
    slices: int = parameter(
        10, "slices", "how many at most: fewer where the venue takes none so small", ge=2, le=1000
    )

    @model_validator(mode="after")
    def _a_second_apart(self) -> Self:
        if self.slices > self.duration_s:
            message = f"{self.slices} slices in {self.duration_s} s are less than a second apart"
            raise ValueError(message)
        return self


class TwapRouting(Planner):
    """Time-weighted average price: equal slices at equal distances, the first at once.

    Each is immediate or cancel, none beyond max_total_slippage from the price of the decision. The average
    price comes near the mean of the market over the time (R. Kissell, *The Science of Algorithmic Trading and
    Portfolio Management*, 2013, chapter 1).
    """

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="twap",
        role=PlanRole.ROUTING,
        summary="sends equal slices over a time, immediate or cancel",
        parameters=TwapParameters,
    )

    def __init__(self, parameters: TwapParameters) -> None:
        super().__init__(parameters)
        self._duration_ms = int(parameters.duration_s * 1000)
        self._slices = parameters.slices

    def plan(self, request: PlanRequest) -> RoutingPlan:
        """Plan the routing; raises PlanImpossible for an entry that waits for a stop price."""
        entry = request.plans.entry
        if entry is not None and entry.order_type is EntryType.STOP_LIMIT:
            raise PlanImpossible("an entry that waits for a stop price is not sliced: route it patient")
        return routing_plan(
            request, RoutingTiming.TWAP, TimeInForce.IOC, duration_ms=self._duration_ms, slices=self._slices
        )
