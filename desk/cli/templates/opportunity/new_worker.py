"""See a dip: a close well below the highest of the last bars."""

from collections import deque
from decimal import Decimal

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import BAR_CLOSED, OPPORTUNITY_DETECTED
from desk.contracts.manifests import WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ONE, Bar
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.sides import PositionSide
from desk.workers.bars import BarParameters, BarWorker
from desk.workers.prices import percent, written


class NewWorkerParameters(BarParameters):
    """Say what counts as a dip; `symbol` and `interval_ms` name the bars."""

    lookback_bars: int = parameter(30, "bars", "How far back the high is looked for.", ge=2, le=5000)
    dip: Decimal = parameter(
        Decimal("0.01"), "fraction of the high", "How far below the high a close must lie.", gt=0, lt=1
    )

    @property
    def warm_up_bars(self) -> int:
        """Ask for one lookback of history."""
        return self.lookback_bars


class NewWorker(BarWorker):
    """Publish OPPORTUNITY_DETECTED once per dip; the next needs a new high.

    Confidence is 0.5 at `dip` and grows to 1 at twice as far.
    """

    manifest = WorkerManifest(
        name="new_worker",
        category=WorkerCategory.OPPORTUNITY,
        summary="Sees a close well below the highest of the last bars.",
        handlers={BAR_CLOSED: "on_bar"},
        publishes=frozenset({OPPORTUNITY_DETECTED}),
        parameters=NewWorkerParameters,
    )

    def __init__(self, parameters: NewWorkerParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._dip = parameters.dip
        self._closes: deque[Decimal] = deque(maxlen=parameters.lookback_bars)
        self._told_high: Decimal | None = None

    def learn(self, bar: Bar) -> None:
        """Take every bar, those of the history too."""
        self._closes.append(bar.close)

    def judge(self, bar: Bar) -> DispositionEnvelope:
        """Answer to the newest bar; silent where it is no dip, or the dip of this high was told."""
        high = max(self._closes)
        fallen = (high - bar.close) / high
        if fallen < self._dip or high == self._told_high:
            return DispositionEnvelope.CONTINUE
        self._told_high = high
        signal = self.new_opportunity(
            "DIP",
            bar.symbol,
            PositionSide.LONG,
            confidence=min(ONE, fallen / self._dip / 2),
            rationale=f"close {written(bar.close)}, {percent(round(fallen, 4))} below {written(high)}",
        )
        return DispositionEnvelope.publish((OPPORTUNITY_DETECTED, signal))
