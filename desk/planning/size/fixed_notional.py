"""Hold a fixed amount of money's worth."""

from decimal import Decimal
from typing import ClassVar

from desk.contracts.manifests import Parameters, PlannerManifest, parameter
from desk.contracts.market import ONE
from desk.contracts.plans import PlanRole, SizePlan
from desk.contracts.sides import OrderSide
from desk.planning.impossible import PlanImpossible
from desk.planning.planner import Planner
from desk.planning.request import PlanRequest
from desk.planning.size.sizing import (
    checked_leverage,
    floor_divide,
    order_price,
    refuse_unaffordable,
    size_plan,
    unit_cost,
)


class FixedNotionalParameters(Parameters):
    """Say how much, where the directive does not."""

    notional_quote: Decimal | None = parameter(
        None, "quote", "position value of a new trade whose directive names none", gt=0
    )
    leverage: Decimal = parameter(ONE, "times", "position value per margin on a perpetual", ge=1)


class FixedNotional(Planner):
    """Size = notional / price; a spot purchase pays fee and accepted slippage out of the notional.

    size = notional / (p(1 + fee + slippage)), as a purchase that must leave the rest of the cash alone needs.
    """

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="fixed_notional",
        role=PlanRole.SIZE,
        summary="holds a fixed amount of money's worth",
        parameters=FixedNotionalParameters,
        needs=frozenset({PlanRole.ENTRY, PlanRole.EXIT}),
    )

    def __init__(self, parameters: FixedNotionalParameters) -> None:
        super().__init__(parameters)
        self._notional_quote = parameters.notional_quote
        self._leverage = parameters.leverage

    def plan(self, request: PlanRequest) -> SizePlan:
        """Plan the size; raises PlanImpossible without a notional or its cash, or below the minimum."""
        leverage = checked_leverage(request, self._leverage)
        buys_spot = request.instrument.is_spot and request.direction is OrderSide.BUY
        price = unit_cost(request, leverage) if buys_spot else order_price(request)
        wanted = floor_divide(self._notional(request), price)
        refuse_unaffordable(request, request.instrument.floor_size(wanted - request.held_base), leverage)
        return size_plan(request, wanted, leverage)

    def _notional(self, request: PlanRequest) -> Decimal:
        wish = request.directive.size_directive
        if wish is not None and wish.notional_quote is not None:
            return wish.notional_quote
        if request.is_new and self._notional_quote is not None:
            return self._notional_quote
        raise PlanImpossible("neither the directive nor the planner's parameters name a notional_quote")
