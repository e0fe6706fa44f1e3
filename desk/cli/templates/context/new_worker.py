"""Rate where the price stands in its range: near the top a strength, near the bottom a weakness."""

from collections import deque
from decimal import Decimal

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import BAR_CLOSED, CONTEXT_ASSESSED
from desk.contracts.manifests import WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import Bar
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.signals import ContextFactor
from desk.workers.bars import BarParameters, BarWorker


class NewWorkerParameters(BarParameters):
    """Say what counts as the range; `symbol` and `interval_ms` name the bars."""

    range_bars: int = parameter(30, "bars", "How many bars make the range.", ge=2, le=5000)
    min_change: Decimal = parameter(
        Decimal("0.2"), "rating", "A smaller change of the rating is not published.", gt=0, le=1
    )

    @property
    def warm_up_bars(self) -> int:
        """Ask for one range of history."""
        return self.range_bars


class NewWorker(BarWorker):
    """Publish CONTEXT_ASSESSED when 2 * (close - low) / (high - low) - 1 has changed materially."""

    manifest = WorkerManifest(
        name="new_worker",
        category=WorkerCategory.CONTEXT,
        summary="Rates where the price stands in its range.",
        handlers={BAR_CLOSED: "on_bar"},
        publishes=frozenset({CONTEXT_ASSESSED}),
        parameters=NewWorkerParameters,
    )

    def __init__(self, parameters: NewWorkerParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._min_change = parameters.min_change
        self._range: deque[Bar] = deque(maxlen=parameters.range_bars)
        self._published: Decimal | None = None

    def learn(self, bar: Bar) -> None:
        """Take every bar, those of the history too."""
        self._range.append(bar)

    def judge(self, bar: Bar) -> DispositionEnvelope:
        """Answer to the newest bar; silent until the range is full, and while little changes."""
        low = min(one.low for one in self._range)
        high = max(one.high for one in self._range)
        if len(self._range) < (self._range.maxlen or 0) or not high > low:
            return DispositionEnvelope.CONTINUE
        rating = 2 * (bar.close - low) / (high - low) - 1
        if self._published is not None and abs(rating - self._published) < self._min_change:
            return DispositionEnvelope.CONTINUE
        self._published = rating
        factor = ContextFactor(
            factor_type="PLACE_IN_RANGE",
            symbol=bar.symbol,
            source=self.context.name,
            strength=rating if rating >= 0 else None,
            weakness=-rating if rating < 0 else None,
        )
        return DispositionEnvelope.publish((CONTEXT_ASSESSED, self.new_assessment(bar.symbol, factor)))
