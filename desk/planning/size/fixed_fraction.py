"""Hold a fixed fraction of the equity."""

from decimal import Decimal
from typing import ClassVar, Self

from pydantic import model_validator

from desk.contracts.manifests import Parameters, PlannerManifest, parameter
from desk.contracts.market import ONE
from desk.contracts.plans import PlanRole, SizePlan
from desk.planning.planner import Planner
from desk.planning.request import PlanRequest
from desk.planning.size.sizing import checked_leverage, equity_quote, size_plan, within_limits


class FixedFractionParameters(Parameters):
    """Say how much of the equity a trade is worth."""

    fraction: Decimal = parameter(
        Decimal("0.1"), "fraction", "position value per equity; over 1 only with leverage", gt=0, le=100
    )
    leverage: Decimal = parameter(ONE, "times", "position value per margin on a perpetual", ge=1)

    @model_validator(mode="after")
    def _can_be_carried(self) -> Self:
        if self.fraction > self.leverage:
            message = f"fraction {self.fraction} needs a leverage of as much, and it is {self.leverage}"
            raise ValueError(message)
        return self


class FixedFraction(Planner):
    """Size = equity x fraction / price; less where the cash or a limit of the directive wants less.

    The value grows and shrinks with the equity, winners compounding (R. Vince, The Mathematics of Money
    Management, 1992). A spot purchase pays fee and slippage out of it. It does not look at the stop: two
    trades of one value may risk very different amounts.
    """

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="fixed_fraction",
        role=PlanRole.SIZE,
        summary="holds a fixed fraction of the equity",
        parameters=FixedFractionParameters,
        needs=frozenset({PlanRole.ENTRY, PlanRole.EXIT}),
    )

    def __init__(self, parameters: FixedFractionParameters) -> None:
        super().__init__(parameters)
        self._parameters = parameters

    def plan(self, request: PlanRequest) -> SizePlan:
        """Plan the size; raises PlanImpossible without equity or cash, or below the venue's minimum."""
        leverage = checked_leverage(request, self._parameters.leverage)
        value = equity_quote(request) * self._parameters.fraction
        return size_plan(request, within_limits(request, value, leverage), leverage)
