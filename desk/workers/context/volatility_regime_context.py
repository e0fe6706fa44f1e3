"""Rate how calm or wild a symbol is, against its own past."""

from collections import deque
from decimal import Decimal
from typing import ClassVar, Self

from pydantic import model_validator

from desk.contracts.events import BAR_CLOSED, CONTEXT_ASSESSED
from desk.contracts.manifests import WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import Bar
from desk.contracts.ports.plugin import PluginContext
from desk.indicators.ranges import AverageTrueRange
from desk.workers.indicators import percentile_rank
from desk.workers.rated_context import RatedContext, RatingParameters


class VolatilityRegimeParameters(RatingParameters):
    """Say what is measured, against how long a past, and what of it is calm or wild."""

    atr_bars: int = parameter(14, "bars", "The period of the average true range.", ge=1, le=1000)
    history_bars: int = parameter(
        200, "bars", "How many earlier values the present one is ranked among.", ge=10, le=5000
    )
    calm_percentile: Decimal = parameter(
        Decimal("0.4"), "fraction of the past", "Ranked below this is a strength, in full at 0.", ge=0, le=1
    )
    wild_percentile: Decimal = parameter(
        Decimal("0.6"), "fraction of the past", "Ranked above this is a weakness, in full at 1.", ge=0, le=1
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.calm_percentile <= self.wild_percentile:
            message = (
                f"calm_percentile {self.calm_percentile} must not be above"
                f" wild_percentile {self.wild_percentile}"
            )
            raise ValueError(message)
        return self

    @property
    def warm_up_bars(self) -> int:
        """The first average, and the past it is ranked among."""
        return self.atr_bars + self.history_bars


class VolatilityRegimeContext(RatedContext):
    """Rate the average true range, as a fraction of the price, by its percentile rank in its own past.

    Calm is a strength and wild a weakness, for long and short alike. With rank p the rating is (calm - p) /
    calm below the calm percentile, (wild - p) / (1 - wild) above the wild one, and 0 between them.
    """

    factor_type: ClassVar[str] = "VOLATILITY_REGIME"
    both_sides: ClassVar[bool] = True
    manifest = WorkerManifest(
        name="volatility_regime_context",
        category=WorkerCategory.CONTEXT,
        summary="Rates a symbol's calm as a strength and its wildness as a weakness, for both sides.",
        handlers={BAR_CLOSED: "on_bar"},
        publishes=frozenset({CONTEXT_ASSESSED}),
        parameters=VolatilityRegimeParameters,
        signals=frozenset({factor_type}),
    )

    def __init__(self, parameters: VolatilityRegimeParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._calm, self._wild = parameters.calm_percentile, parameters.wild_percentile
        self._average = AverageTrueRange(parameters.atr_bars)
        self._now: Decimal | None = None
        self._past: deque[Decimal] = deque(maxlen=parameters.history_bars)

    def learn(self, bar: Bar) -> None:
        """Let the present value become the past, and measure anew."""
        if self._now is not None:
            self._past.append(self._now)
        self._average.add(bar)
        if self._average.value is not None and bar.close > 0:
            self._now = self._average.value / bar.close

    def rating(self, bar: Bar) -> Decimal | None:
        """Return how calm, or below zero how wild, the present is."""
        if self._now is None or len(self._past) < (self._past.maxlen or 0):
            return None
        rank = percentile_rank(self._now, self._past)
        if rank < self._calm:
            return (self._calm - rank) / self._calm
        if rank > self._wild:
            return (self._wild - rank) / (1 - self._wild)
        return Decimal(0)
