"""Hold what moves the equity by a chosen amount: much of what is calm, little of what is wild."""

from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from desk.contracts.manifests import BarsNeeded, Parameters, PlannerManifest, parameter
from desk.contracts.market import ONE
from desk.contracts.plans import PlanRole, SizePlan
from desk.indicators.volatility import realised_volatility
from desk.planning.impossible import PlanImpossible
from desk.planning.planner import Planner
from desk.planning.request import PlanRequest
from desk.planning.size.sizing import (
    checked_leverage,
    equity_quote,
    floor_divide,
    size_plan,
    within_limits,
)

_DAY_MS = 86_400_000


class Horizon(StrEnum):
    """Over how long the volatility is meant."""

    DAY = "day"
    YEAR = "year"

    @property
    def duration_ms(self) -> int:
        """How long it is; these markets never close, so a year has 365 days."""
        return _DAY_MS if self is Horizon.DAY else 365 * _DAY_MS


class VolatilityTargetParameters(Parameters):
    """Say how much a trade may move the equity, and how that is measured."""

    target: Decimal = parameter(
        Decimal("0.01"), "fraction of equity", "the volatility a trade adds over the horizon", gt=0, le=10
    )
    horizon: Horizon = parameter(Horizon.DAY, "", "what target is meant over: day, year (365 days)")
    max_fraction: Decimal = parameter(
        ONE, "fraction", "the most a trade is worth per equity, however calm the market", gt=0, le=100
    )
    leverage: Decimal = parameter(ONE, "times", "position value per margin on a perpetual", ge=1)
    interval_ms: int = parameter(900_000, "ms", "the length of a bar", ge=1000)
    bars: int = parameter(96, "bars", "how many bars the volatility is measured over", ge=10, le=5000)

    def bars_needed_of(self, symbol: str) -> tuple[BarsNeeded, ...]:
        """Ask for the bars that are measured, and the one before them."""
        return (BarsNeeded(symbol, self.interval_ms, self.bars + 1),)


class VolatilityTarget(Planner):
    """Value = equity x target / sigma, at most max_fraction of the equity; size = value / price.

    sigma is the realised volatility over the horizon. A position of that value moves the equity by `target`
    over the horizon, one standard deviation (T. Moskowitz, Y. H. Ooi and L. H. Pedersen, Time Series
    Momentum, Journal of Financial Economics 104, 2012, size theirs so). Less where the cash or a limit of
    the directive wants less.
    """

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="volatility_target",
        role=PlanRole.SIZE,
        summary="holds what moves the equity by a chosen volatility",
        parameters=VolatilityTargetParameters,
        needs=frozenset({PlanRole.ENTRY, PlanRole.EXIT}),
    )

    def __init__(self, parameters: VolatilityTargetParameters) -> None:
        super().__init__(parameters)
        self._parameters = parameters

    def plan(self, request: PlanRequest) -> SizePlan:
        """Plan the size; raises PlanImpossible without bars, equity or cash, or below the venue's minimum."""
        leverage = checked_leverage(request, self._parameters.leverage)
        equity, sigma = equity_quote(request), self._volatility(request)
        by_target = floor_divide(equity * self._parameters.target, sigma)
        value = min(by_target, equity * self._parameters.max_fraction)
        return size_plan(request, within_limits(request, value, leverage), leverage)

    def _volatility(self, request: PlanRequest) -> Decimal:
        bars = request.bars(
            self._parameters.interval_ms, self._parameters.bars + 1, self._parameters.bars + 1
        )
        sigma = realised_volatility(bars, self._parameters.horizon.duration_ms)
        if sigma is None or not sigma > 0:
            raise PlanImpossible(f"{request.symbol} did not move over the last {len(bars)} bars")
        return sigma
