"""See a market that suddenly moves far more than it did."""

from decimal import Decimal
from typing import Self

from pydantic import model_validator

from desk.contracts.assets import base_of
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import BAR_CLOSED, THREAT_DETECTED
from desk.contracts.manifests import WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import Bar
from desk.contracts.ports.plugin import PluginContext
from desk.indicators.ranges import AverageTrueRange
from desk.workers.bars import BarParameters, BarWorker
from desk.workers.episodes import Episode, ThreatLevels
from desk.workers.indicators import within_unit

_THREAT_TYPE = "HIGH_VOLATILITY_DETECTED"


class VolatilityParameters(BarParameters, ThreatLevels):
    """Say what is usual, what is a spike, and when it counts as over."""

    fast_bars: int = parameter(5, "bars", "The period of the average true range now.", ge=1, le=1000)
    slow_bars: int = parameter(
        100, "bars", "The period of the usual one; longer than the fast.", ge=2, le=5000
    )
    calm_ratio: Decimal = parameter(
        Decimal("1.5"), "now / usual", "The ratio that rates as severity 0.", gt=0
    )
    panic_ratio: Decimal = parameter(
        Decimal(10), "now / usual", "The ratio that rates as severity 1; above calm_ratio.", gt=0
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for below, above in (("fast_bars", "slow_bars"), ("calm_ratio", "panic_ratio")):
            if not getattr(self, below) < getattr(self, above):
                message = f"{below} {getattr(self, below)} must be below {above} {getattr(self, above)}"
                raise ValueError(message)
        return self

    @property
    def warm_up_bars(self) -> int:
        """As many as the slow average takes."""
        return self.slow_bars


class VolatilityThreat(BarWorker):
    """Publish THREAT_DETECTED once per spike, and again where it grows.

    Severity is the ratio of a fast to a slow average true range, 0 at `calm_ratio` and 1 at `panic_ratio`.
    Nothing is remembered: after a restart a spike that goes on is raised again.
    """

    manifest = WorkerManifest(
        name="volatility_threat",
        category=WorkerCategory.THREAT,
        summary="Sees a market that suddenly moves far more than it did.",
        handlers={BAR_CLOSED: "on_bar"},
        publishes=frozenset({THREAT_DETECTED}),
        parameters=VolatilityParameters,
        signals=frozenset({_THREAT_TYPE}),
    )

    def __init__(self, parameters: VolatilityParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters
        self._fast = AverageTrueRange(parameters.fast_bars)
        self._slow = AverageTrueRange(parameters.slow_bars)
        self._episode = Episode(parameters)

    def learn(self, bar: Bar) -> None:
        """Take the bar's range into both averages."""
        self._fast.add(bar)
        self._slow.add(bar)

    def judge(self, bar: Bar) -> DispositionEnvelope:
        """Raise a threat that is new or has grown; let one that is over re-arm."""
        fast, slow = self._fast.value, self._slow.value
        if fast is None or not slow:
            return DispositionEnvelope.CONTINUE
        parameters = self._parameters
        ratio = fast / slow
        span = parameters.panic_ratio - parameters.calm_ratio
        severity = within_unit((ratio - parameters.calm_ratio) / span)
        if not self._episode.is_due(severity, self.view.now_ms()):
            return DispositionEnvelope.CONTINUE
        threat = self.new_threat(
            _THREAT_TYPE,
            base_of(bar.symbol),
            severity=severity,
            rationale=f"{bar.symbol} moves {ratio:.1f} times as far as usual",
        )
        return DispositionEnvelope.publish((THREAT_DETECTED, threat))
