"""See a close so far from the mean that it is likelier to come back than to go on."""

from decimal import Decimal
from typing import Self

from pydantic import model_validator

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import BAR_CLOSED, OPPORTUNITY_DETECTED
from desk.contracts.manifests import WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ONE, ZERO, Bar
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.sides import PositionSide
from desk.workers.bars import BarParameters, BarWorker
from desk.workers.indicators import Deviation, within_unit
from desk.workers.prices import written

_SIGNAL_TYPE = "MEAN_REVERSION"
_SHOWN = Decimal("0.01")


class MeanReversionParameters(BarParameters):
    """Say what the mean is, and how far from it a close is too far."""

    lookback_bars: int = parameter(20, "bars", "How many closes make the mean.", ge=5, le=200)
    entry_z: Decimal = parameter(
        Decimal(2), "standard deviations", "So far from the mean a close is a chance.", gt=0
    )
    full_z: Decimal = parameter(
        Decimal(3), "standard deviations", "So far from the mean it rates as certain; above entry_z.", gt=0
    )
    rearm_z: Decimal = parameter(
        Decimal(1), "standard deviations", "Back within this the next one is a new chance.", ge=0
    )
    min_deviation: Decimal = parameter(
        Decimal("0.0005"), "fraction of the mean", "A smaller standard deviation is noise.", ge=0, lt=1
    )
    min_confidence: Decimal = parameter(
        Decimal("0.5"), "confidence", "The confidence of a close at entry_z.", gt=0, le=1
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for below, above in (("rearm_z", "entry_z"), ("entry_z", "full_z")):
            if not getattr(self, below) < getattr(self, above):
                message = f"{below} {getattr(self, below)} must be below {above} {getattr(self, above)}"
                raise ValueError(message)
        if not self.full_z**2 <= self.lookback_bars - 1:
            farthest = Decimal(self.lookback_bars - 1).sqrt().quantize(_SHOWN)
            message = (
                f"full_z {self.full_z} is never reached: of {self.lookback_bars} closes none is"
                f" farther than {farthest} standard deviations from their mean"
            )
            raise ValueError(message)
        return self

    @property
    def warm_up_bars(self) -> int:
        """One mean, and as many bars again to know whether the chance at hand was there before."""
        return 2 * self.lookback_bars


class MeanReversionOpportunity(BarWorker):
    """Publish OPPORTUNITY_DETECTED when a close comes to lie `entry_z` standard deviations from the mean.

    Below it is a chance to buy, above it one to sell (J. Bollinger's bands). Once per excursion: the next is
    a new chance when the close was back within `rearm_z`, or beyond the other side. Confidence grows in a
    straight line from `min_confidence` at `entry_z` to 1 at `full_z`.
    """

    manifest = WorkerManifest(
        name="mean_reversion_opportunity",
        category=WorkerCategory.OPPORTUNITY,
        summary="Sees a close far from its moving mean, long below and short above it.",
        handlers={BAR_CLOSED: "on_bar"},
        publishes=frozenset({OPPORTUNITY_DETECTED}),
        parameters=MeanReversionParameters,
        signals=frozenset({_SIGNAL_TYPE}),
    )

    def __init__(self, parameters: MeanReversionParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters
        self._deviation = Deviation(parameters.lookback_bars)
        self._side: PositionSide | None = None
        self._side_before: PositionSide | None = None

    def learn(self, bar: Bar) -> None:
        """Take the close into the mean, and note whether an excursion began or ended."""
        self._deviation.add(bar.close)
        self._side_before = self._side
        score = self._score()
        if abs(score) >= self._parameters.entry_z:
            self._side = PositionSide.SHORT if score > 0 else PositionSide.LONG
        elif abs(score) <= self._parameters.rearm_z:
            self._side = None

    def judge(self, bar: Bar) -> DispositionEnvelope:
        """Publish where an excursion began with this bar."""
        side, mean = self._side, self._deviation.mean
        if side is None or side is self._side_before or mean is None:
            return DispositionEnvelope.CONTINUE
        score = self._score()
        where = "below" if side is PositionSide.LONG else "above"
        signal = self.new_opportunity(
            _SIGNAL_TYPE,
            bar.symbol,
            side,
            confidence=self._confidence(abs(score)),
            rationale=(
                f"close {written(bar.close)} is {abs(score).quantize(_SHOWN)} standard deviations {where}"
                f" {written(mean.quantize(_SHOWN))}, the mean of {self._parameters.lookback_bars} bars"
            ),
        )
        return DispositionEnvelope.publish((OPPORTUNITY_DETECTED, signal))

    def _score(self) -> Decimal:
        """Return the distance in standard deviations, zero where they are too small to mean anything."""
        mean, deviation = self._deviation.mean, self._deviation.deviation
        if mean is None or deviation is None or not deviation > self._parameters.min_deviation * mean:
            return ZERO
        return self._deviation.score or ZERO

    def _confidence(self, score: Decimal) -> Decimal:
        parameters = self._parameters
        part = (score - parameters.entry_z) / (parameters.full_z - parameters.entry_z)
        return within_unit(parameters.min_confidence + (ONE - parameters.min_confidence) * part)
