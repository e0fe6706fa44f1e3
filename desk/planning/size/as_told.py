"""Hold what the directive says: by what it may lose at its stop, or by what it is worth."""

from decimal import Decimal
from typing import ClassVar

from desk.contracts.directives import SizeDirective
from desk.contracts.manifests import PlannerManifest
from desk.contracts.market import ONE
from desk.contracts.plans import PlanRole, SizePlan
from desk.contracts.sides import OrderSide
from desk.planning.impossible import PlanImpossible
from desk.planning.planner import NoParameters, Planner
from desk.planning.request import PlanRequest
from desk.planning.size.sizing import (
    floor_divide,
    order_price,
    refuse_unaffordable,
    size_plan,
    stop_distance,
    unit_cost,
)


class SizeAsTold(Planner):
    """Size = risk / |entry - stop|, or notional / price; never cut to the cash there is.

    Who gave an amount by hand gets that amount or a reason. A perpetual may use all the leverage the venue
    grants: the limits of the gate bound it. A spot purchase pays fee and slippage out of its notional.
    """

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="size_as_told",
        role=PlanRole.SIZE,
        summary="holds the risk or the notional the directive names",
        parameters=NoParameters,
        needs=frozenset({PlanRole.ENTRY, PlanRole.EXIT}),
    )

    def plan(self, request: PlanRequest) -> SizePlan:
        """Plan the size; raises PlanImpossible without amount, stop or cash, or below the minimum."""
        wish = request.directive.size_directive or SizeDirective()
        leverage = ONE if request.instrument.is_spot else request.instrument.max_leverage
        if wish.max_risk_amount is not None:
            wanted = _by_risk(request, wish.max_risk_amount)
        elif wish.notional_quote is not None:
            wanted = _by_notional(request, wish.notional_quote, leverage)
        else:
            raise PlanImpossible("the size directive names neither a risk nor a notional")
        refuse_unaffordable(request, request.instrument.floor_size(wanted), leverage)
        return size_plan(request, wanted, leverage)


def _by_risk(request: PlanRequest, risk_quote: Decimal) -> Decimal:
    distance = stop_distance(request)
    if distance is None or not distance > 0:
        raise PlanImpossible("a risk needs a stop that loses something, and there is none: give a stop_price")
    return floor_divide(risk_quote, distance)


def _by_notional(request: PlanRequest, notional_quote: Decimal, leverage: Decimal) -> Decimal:
    buys_spot = request.instrument.is_spot and request.direction is OrderSide.BUY
    price = unit_cost(request, leverage) if buys_spot else order_price(request)
    return floor_divide(notional_quote, price)
