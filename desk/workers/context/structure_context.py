"""Rate the structure of a market: whether its swings step up or down."""

from decimal import Decimal
from typing import ClassVar

from desk.contracts.events import BAR_CLOSED, CONTEXT_ASSESSED
from desk.contracts.manifests import WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ONE, Bar
from desk.contracts.ports.plugin import PluginContext
from desk.indicators.swings import Swings
from desk.workers.rated_context import RatedContext, RatingParameters


class StructureParameters(RatingParameters):
    """Say what a swing is, and which step between two of them is a full one."""

    swing_bars: int = parameter(
        3, "bars", "How many bars on either side a swing high or low stands out from.", ge=1, le=50
    )
    full_step: Decimal = parameter(
        Decimal("0.01"),
        "fraction of the price",
        "The step between two swings that rates in full.",
        gt=0,
        lt=1,
    )
    history_bars: int = parameter(
        200, "bars", "How many bars are asked for to find the first swings in.", ge=10, le=5000
    )

    @property
    def warm_up_bars(self) -> int:
        """What history to search."""
        return self.history_bars


class StructureContext(RatedContext):
    """Rate higher highs and higher lows as a strength, lower ones as a weakness: the trend of C. Dow.

    Highs and lows count half each: the step from the last but one confirmed swing to the last, as a part of
    `full_step`. A close beyond the last swing is the newest step itself: the structure has broken.
    """

    factor_type: ClassVar[str] = "STRUCTURE"
    manifest = WorkerManifest(
        name="structure_context",
        category=WorkerCategory.CONTEXT,
        summary="Rates rising swing highs and lows as a strength, falling ones as a weakness.",
        handlers={BAR_CLOSED: "on_bar"},
        publishes=frozenset({CONTEXT_ASSESSED}),
        parameters=StructureParameters,
        signals=frozenset({factor_type}),
    )

    def __init__(self, parameters: StructureParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._full_step = parameters.full_step
        self._swings = Swings(parameters.swing_bars)

    def learn(self, bar: Bar) -> None:
        """Look for a swing that the bar confirms."""
        self._swings.add(bar)

    def rating(self, bar: Bar) -> Decimal | None:
        """Return the mean of the steps of the highs and of the lows."""
        swings, close = self._swings, bar.close
        if swings.high_before is None or swings.low_before is None:
            return None
        high, low = swings.high, swings.low
        if high is None or low is None:
            return None
        highs = (high, close) if close > high else (swings.high_before, high)
        lows = (low, close) if close < low else (swings.low_before, low)
        return (self._step(*highs) + self._step(*lows)) / 2

    def _step(self, before: Decimal, now: Decimal) -> Decimal:
        step = (now - before) / before / self._full_step
        return min(max(step, -ONE), ONE)
