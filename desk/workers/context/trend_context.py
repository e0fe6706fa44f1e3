"""Rate the trend of a symbol as its strength or its weakness."""

from decimal import Decimal
from typing import Self

from pydantic import model_validator

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import BAR_CLOSED, CONTEXT_ASSESSED
from desk.contracts.manifests import WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import Bar
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.signals import ContextFactor
from desk.workers.bars import BarParameters, BarWorker
from desk.workers.indicators import ExponentialAverage, within_unit

_FACTOR_TYPE = "TREND"


class TrendParameters(BarParameters):
    """Say which averages make the trend, and how far apart they are in a full one."""

    fast_bars: int = parameter(20, "bars", "The period of the fast average.", ge=1, le=1000)
    slow_bars: int = parameter(
        50, "bars", "The period of the slow average; longer than the fast.", ge=2, le=5000
    )
    full_gap: Decimal = parameter(
        Decimal("0.01"), "fraction of the slow average", "The gap that rates as a full trend.", gt=0, lt=1
    )
    min_change: Decimal = parameter(
        Decimal("0.1"), "rating", "A smaller change of the rating is not published.", gt=0, le=1
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


class TrendContext(BarWorker):
    """Publish CONTEXT_ASSESSED when the gap between two exponential averages has changed materially.

    The fast average above the slow is a strength of the symbol, below it a weakness: gap / slow / full_gap.
    After a restart the first warm bar publishes again, so that nothing is remembered.
    """

    manifest = WorkerManifest(
        name="trend_context",
        category=WorkerCategory.CONTEXT,
        summary="Rates the trend of a symbol as its strength or its weakness.",
        handlers={BAR_CLOSED: "on_bar"},
        publishes=frozenset({CONTEXT_ASSESSED}),
        parameters=TrendParameters,
    )

    def __init__(self, parameters: TrendParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters
        self._fast = ExponentialAverage(parameters.fast_bars)
        self._slow = ExponentialAverage(parameters.slow_bars)
        self._published: Decimal | None = None

    def learn(self, bar: Bar) -> None:
        """Take the close into both averages."""
        self._fast.add(bar.close)
        self._slow.add(bar.close)

    def judge(self, bar: Bar) -> DispositionEnvelope:
        """Publish the trend where it differs materially from what was published last."""
        fast, slow = self._fast.value, self._slow.value
        if fast is None or slow is None:
            return DispositionEnvelope.CONTINUE
        gap = (fast - slow) / slow
        rating = within_unit(abs(gap) / self._parameters.full_gap).copy_sign(gap)
        if self._published is not None and abs(rating - self._published) < self._parameters.min_change:
            return DispositionEnvelope.CONTINUE
        self._published = rating
        factor = ContextFactor(
            factor_type=_FACTOR_TYPE,
            symbol=bar.symbol,
            source=self.context.name,
            strength=rating if rating >= 0 else None,
            weakness=-rating if rating < 0 else None,
        )
        return DispositionEnvelope.publish((CONTEXT_ASSESSED, self.new_assessment(bar.symbol, factor)))
