"""See momentum change its sign: two averages cross, or the MACD and its signal line."""

from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import BAR_CLOSED, OPPORTUNITY_DETECTED
from desk.contracts.manifests import WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ONE, ZERO, Bar
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.sides import PositionSide
from desk.workers.bars import BarParameters, BarWorker
from desk.workers.indicators import ExponentialAverage, within_unit
from desk.workers.prices import percent, written

_SIGNAL_TYPE = "MOMENTUM_CROSS"
_SHOWN = Decimal("0.00001")


class CrossMode(StrEnum):
    """Which two lines cross."""

    MACD = "macd"
    AVERAGES = "averages"


class MomentumCrossParameters(BarParameters):
    """Say which lines are watched, and how far apart they must be to have crossed."""

    mode: CrossMode = parameter(
        CrossMode.MACD, "", "macd: the MACD and its signal line; averages: the fast and the slow average."
    )
    fast_bars: int = parameter(12, "bars", "The period of the fast average.", ge=1, le=1000)
    slow_bars: int = parameter(
        26, "bars", "The period of the slow average; longer than the fast.", ge=2, le=5000
    )
    signal_bars: int = parameter(9, "bars", "The period of the MACD's signal line.", ge=1, le=1000)
    min_gap: Decimal = parameter(
        Decimal("0.00001"),
        "fraction of the close",
        "Lines closer than this have not crossed yet; above zero, so that no rounding is a cross.",
        gt=0,
        lt=1,
    )
    full_gap: Decimal = parameter(
        Decimal("0.001"),
        "fraction of the close",
        "The gap after a cross that rates as certain; above min_gap.",
        gt=0,
        lt=1,
    )
    min_confidence: Decimal = parameter(
        Decimal("0.5"), "confidence", "The confidence of a cross at min_gap.", gt=0, le=1
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for below, above in (("fast_bars", "slow_bars"), ("min_gap", "full_gap")):
            if not getattr(self, below) < getattr(self, above):
                message = f"{below} {getattr(self, below)} must be below {above} {getattr(self, above)}"
                raise ValueError(message)
        return self

    @property
    def warm_up_bars(self) -> int:
        """As many as the slow average takes and as many again to forget its seed, and the signal line."""
        return 2 * self.slow_bars + self.signal_bars


class MomentumCrossOpportunity(BarWorker):
    """Publish OPPORTUNITY_DETECTED once when the fast line has crossed the slow one.

    The gap is fast - slow of two exponential averages, or MACD - signal (G. Appel, The Moving Average
    Convergence-Divergence Trading Method, 1979), as a fraction of the close. A cross upwards is a chance to
    buy, one downwards to sell. Confidence grows in a straight line from `min_confidence` at `min_gap` to 1 at
    `full_gap`.
    """

    manifest = WorkerManifest(
        name="momentum_cross_opportunity",
        category=WorkerCategory.OPPORTUNITY,
        summary="Sees the MACD cross its signal line, or two averages cross, upwards and downwards.",
        handlers={BAR_CLOSED: "on_bar"},
        publishes=frozenset({OPPORTUNITY_DETECTED}),
        parameters=MomentumCrossParameters,
        signals=frozenset({_SIGNAL_TYPE}),
    )

    def __init__(self, parameters: MomentumCrossParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters
        self._fast = ExponentialAverage(parameters.fast_bars)
        self._slow = ExponentialAverage(parameters.slow_bars)
        self._signal = ExponentialAverage(parameters.signal_bars)
        self._gap = ZERO
        self._side: PositionSide | None = None
        self._side_before: PositionSide | None = None

    def learn(self, bar: Bar) -> None:
        """Move the lines, and note on which side of the slow one the fast one is."""
        self._side_before = self._side
        distance = self._distance(bar.close)
        if distance is None or not bar.close > 0:
            return
        self._gap = distance / bar.close
        if self._gap > self._parameters.min_gap:
            self._side = PositionSide.LONG
        elif self._gap < -self._parameters.min_gap:
            self._side = PositionSide.SHORT

    def judge(self, bar: Bar) -> DispositionEnvelope:
        """Publish where the lines changed sides with this bar."""
        side, before = self._side, self._side_before
        if side is None or before is None or side is before:
            return DispositionEnvelope.CONTINUE
        signal = self.new_opportunity(
            _SIGNAL_TYPE,
            bar.symbol,
            side,
            confidence=self._confidence(abs(self._gap)),
            rationale=(
                f"{self._lines()} crossed {'upwards' if side is PositionSide.LONG else 'downwards'} at"
                f" {written(bar.close)}, now {percent(abs(self._gap).quantize(_SHOWN))} apart"
            ),
        )
        return DispositionEnvelope.publish((OPPORTUNITY_DETECTED, signal))

    def _distance(self, close: Decimal) -> Decimal | None:
        """Return how far the fast line is above the slow one, in quote; None until warm."""
        self._fast.add(close)
        self._slow.add(close)
        fast, slow = self._fast.value, self._slow.value
        if fast is None or slow is None:
            return None
        line = fast - slow
        if self._parameters.mode is CrossMode.AVERAGES:
            return line
        self._signal.add(line)
        return None if self._signal.value is None else line - self._signal.value

    def _lines(self) -> str:
        parameters = self._parameters
        periods = f"{parameters.fast_bars}, {parameters.slow_bars}"
        if parameters.mode is CrossMode.AVERAGES:
            return f"the averages of {periods} bars"
        return f"MACD({periods}, {parameters.signal_bars}) and its signal line"

    def _confidence(self, gap: Decimal) -> Decimal:
        parameters = self._parameters
        part = (gap - parameters.min_gap) / (parameters.full_gap - parameters.min_gap)
        return within_unit(parameters.min_confidence + (ONE - parameters.min_confidence) * part)
