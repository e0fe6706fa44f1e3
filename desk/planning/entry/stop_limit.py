"""Enter when the market breaks out: beyond a price that it has yet to reach, and not at any price."""

from decimal import Decimal
from typing import ClassVar

from desk.contracts.directives import EntryDirective
from desk.contracts.ids import EntryPlanId
from desk.contracts.manifests import BarsNeeded, Parameters, PlannerManifest, parameter
from desk.contracts.market import ONE, ZERO
from desk.contracts.plans import EntryPlan, EntryType, PlanRole
from desk.contracts.sides import OrderSide
from desk.planning.impossible import PlanImpossible
from desk.planning.planner import Planner
from desk.planning.ranges import average_range, range_bars
from desk.planning.request import PlanRequest


class StopLimitEntryParameters(Parameters):
    """Say how far beyond the market to wait, and how long."""

    offset: Decimal = parameter(
        Decimal("0.001"), "fraction", "how far beyond the market the trigger is", ge=0, lt=1
    )
    atr_multiple: Decimal | None = parameter(
        None, "ranges", "how far beyond the market the trigger is, in place of offset", gt=0
    )
    valid_for_ms: int = parameter(900_000, "ms", "how long the order may wait", gt=0)
    interval_ms: int = parameter(900_000, "ms", "the length of a bar, for atr_multiple", ge=1000)
    atr_bars: int = parameter(14, "bars", "the period of the average range, for atr_multiple", ge=1, le=500)

    def bars_needed_of(self, symbol: str) -> tuple[BarsNeeded, ...]:
        """Ask for the bars of the average, where ranges count."""
        if self.atr_multiple is None:
            return ()
        return (range_bars(symbol, self.interval_ms, self.atr_bars),)


class StopLimitEntry(Planner):
    """Trigger = p(1 + s x offset), or p + s x k x ATR; limit = trigger x (1 + s x accepted slippage).

    p is the side of the quote that the order would meet now, s is +1 for a purchase and -1 for a sale. Both
    are moved into the preferred price zone where there is one. The trigger is rounded away from the market,
    the limit so that it gives no more than was said, but never before the trigger.
    """

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="stop_limit",
        role=PlanRole.ENTRY,
        summary="waits for a breakout: a trigger beyond the market, and a limit beyond the trigger",
        parameters=StopLimitEntryParameters,
        comes_to_nothing={"twap": "it waits for a stop price, and twap refuses every such entry"},
    )

    def __init__(self, parameters: StopLimitEntryParameters) -> None:
        super().__init__(parameters)
        self._parameters = parameters

    def plan(self, request: PlanRequest) -> EntryPlan:
        """Plan the order; raises PlanImpossible without a quote or bars, or where the market is through."""
        trigger = self._trigger(request)
        last = request.quote.last
        if not (last.is_finite() and trigger > 0 and (trigger - last) * request.direction.sign > 0):
            raise PlanImpossible(f"the trigger would be {trigger}, and the market is at {last} already")
        return EntryPlan(
            plan_id=request.ids.new(EntryPlanId),
            directive_id=request.directive_id,
            target_id=request.target_id,
            planner=request.planner,
            symbol=request.symbol,
            direction=request.direction,
            order_type=EntryType.STOP_LIMIT,
            reference_price=request.quote.touch(request.direction),
            limit_price=_limit(request, trigger),
            stop_price=trigger,
            valid_until_ms=request.market.now_ms + self._parameters.valid_for_ms,
        )

    def _trigger(self, request: PlanRequest) -> Decimal:
        parameters, sign = self._parameters, request.direction.sign
        touch = request.quote.touch(request.direction)
        if parameters.atr_multiple is None:
            wanted = touch * (ONE + sign * parameters.offset)
        else:
            average = average_range(request, parameters.interval_ms, parameters.atr_bars)
            wanted = touch + sign * parameters.atr_multiple * average
        instrument, wanted = request.instrument, _in_zone(request, wanted)
        is_purchase = request.direction is OrderSide.BUY
        return instrument.ceil_price(wanted) if is_purchase else instrument.floor_price(wanted)


def _limit(request: PlanRequest, trigger: Decimal) -> Decimal:
    wish = (request.directive.entry_directive or EntryDirective()).resolved()
    slippage = wish.max_acceptable_slippage or ZERO
    wanted = _in_zone(request, trigger * (ONE + request.direction.sign * slippage))
    limit = request.instrument.limit_price(request.direction, wanted)
    return max(limit, trigger) if request.direction is OrderSide.BUY else min(limit, trigger)


def _in_zone(request: PlanRequest, price: Decimal) -> Decimal:
    wish = request.directive.entry_directive
    zone = None if wish is None else wish.preferred_price_zone
    return price if zone is None else min(max(price, zone.minimum), zone.maximum)
