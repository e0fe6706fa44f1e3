"""See a close outside the range of the bars before it."""

from decimal import Decimal

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import BAR_CLOSED, OPPORTUNITY_DETECTED
from desk.contracts.manifests import WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ONE, Bar
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.sides import PositionSide
from desk.workers.bars import BarParameters, BarWorker
from desk.workers.indicators import Channel, within_unit
from desk.workers.prices import written

_SIGNAL_TYPE = "BREAKOUT"


class BreakoutParameters(BarParameters):
    """Say what counts as a range, and how a close beyond it rates."""

    lookback_bars: int = parameter(20, "bars", "How many bars make the range.", ge=2, le=5000)
    min_range: Decimal = parameter(
        Decimal("0.002"),
        "fraction of the close",
        "A narrower range is noise and gives no signal.",
        ge=0,
        lt=1,
    )
    min_confidence: Decimal = parameter(
        Decimal("0.5"), "confidence", "The confidence of a close just outside the range.", gt=0, le=1
    )
    full_distance: Decimal = parameter(
        Decimal("0.25"), "fraction of the range", "The distance beyond the range that rates as certain.", gt=0
    )

    @property
    def warm_up_bars(self) -> int:
        """One range."""
        return self.lookback_bars


class BreakoutOpportunity(BarWorker):
    """Publish OPPORTUNITY_DETECTED for every bar that closes above or below the bars before it.

    Confidence grows in a straight line from `min_confidence` at the edge to 1 at `full_distance`.
    """

    manifest = WorkerManifest(
        name="breakout_opportunity",
        category=WorkerCategory.OPPORTUNITY,
        summary="Sees a close outside the range of the bars before it, long and short.",
        handlers={BAR_CLOSED: "on_bar"},
        publishes=frozenset({OPPORTUNITY_DETECTED}),
        parameters=BreakoutParameters,
        signals=frozenset({_SIGNAL_TYPE}),
    )

    def __init__(self, parameters: BreakoutParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters
        self._channel = Channel(parameters.lookback_bars)
        self._bounds_before: tuple[Decimal, Decimal] | None = None

    def learn(self, bar: Bar) -> None:
        """Keep the range before the bar, and take the bar into the next."""
        self._bounds_before = self._channel.bounds
        self._channel.add(bar)

    def judge(self, bar: Bar) -> DispositionEnvelope:
        """Publish where the close lies outside the range before it."""
        if self._bounds_before is None:
            return DispositionEnvelope.CONTINUE
        low, high = self._bounds_before
        if low <= bar.close <= high or not high - low > self._parameters.min_range * bar.close:
            return DispositionEnvelope.CONTINUE
        side, edge = (PositionSide.LONG, high) if bar.close > high else (PositionSide.SHORT, low)
        signal = self.new_opportunity(
            _SIGNAL_TYPE,
            bar.symbol,
            side,
            confidence=self._confidence(abs(bar.close - edge) / (high - low)),
            rationale=(
                f"close {written(bar.close)} {'above' if bar.close > high else 'below'} {written(edge)},"
                f" the edge of {self._parameters.lookback_bars} bars"
            ),
        )
        return DispositionEnvelope.publish((OPPORTUNITY_DETECTED, signal))

    def _confidence(self, distance: Decimal) -> Decimal:
        least = self._parameters.min_confidence
        return within_unit(least + (ONE - least) * distance / self._parameters.full_distance)
