"""Rate the trend of a symbol as its strength or its weakness."""

from decimal import Decimal
from typing import ClassVar, Self

from pydantic import model_validator

from desk.contracts.events import BAR_CLOSED, CONTEXT_ASSESSED
from desk.contracts.manifests import WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import Bar
from desk.contracts.ports.plugin import PluginContext
from desk.workers.indicators import ExponentialAverage
from desk.workers.rated_context import RatedContext, RatingParameters


class TrendParameters(RatingParameters):
    """Say which averages make the trend, and how far apart they are in a full one."""

    fast_bars: int = parameter(20, "bars", "The period of the fast average.", ge=1, le=1000)
    slow_bars: int = parameter(
        50, "bars", "The period of the slow average; longer than the fast.", ge=2, le=5000
    )
    full_gap: Decimal = parameter(
        Decimal("0.01"), "fraction of the slow average", "The gap that rates as a full trend.", gt=0, lt=1
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.fast_bars < self.slow_bars:
            message = f"fast_bars {self.fast_bars} must be below slow_bars {self.slow_bars}"
            raise ValueError(message)
        return self

    @property
    def warm_up_bars(self) -> int:
        """As many as the slow average takes, and as many again to forget how it was seeded."""
        return 2 * self.slow_bars


class TrendContext(RatedContext):
    """Rate the gap between two exponential averages: the fast above the slow is a strength of the symbol.

    The rating is (fast - slow) / slow / full_gap.
    """

    factor_type: ClassVar[str] = "TREND"
    manifest = WorkerManifest(
        name="trend_context",
        category=WorkerCategory.CONTEXT,
        summary="Rates the trend of a symbol as its strength or its weakness.",
        handlers={BAR_CLOSED: "on_bar"},
        publishes=frozenset({CONTEXT_ASSESSED}),
        parameters=TrendParameters,
        signals=frozenset({factor_type}),
    )

    def __init__(self, parameters: TrendParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._full_gap = parameters.full_gap
        self._fast = ExponentialAverage(parameters.fast_bars)
        self._slow = ExponentialAverage(parameters.slow_bars)

    def learn(self, bar: Bar) -> None:
        """Take the close into both averages."""
        self._fast.add(bar.close)
        self._slow.add(bar.close)

    def rating(self, bar: Bar) -> Decimal | None:
        """Return the gap as a part of a full trend."""
        fast, slow = self._fast.value, self._slow.value
        if fast is None or not slow:
            return None
        return (fast - slow) / slow / self._full_gap
