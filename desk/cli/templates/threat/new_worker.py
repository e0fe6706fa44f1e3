"""See a slide: a price that has fallen far within a few bars."""

from collections import deque
from decimal import Decimal

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import BAR_CLOSED, THREAT_DETECTED
from desk.contracts.manifests import WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ONE, Bar
from desk.contracts.ports.plugin import PluginContext
from desk.workers.bars import BarParameters, BarWorker
from desk.workers.prices import percent


class NewWorkerParameters(BarParameters):
    """Say what counts as a slide; `symbol` and `interval_ms` name the bars."""

    window_bars: int = parameter(15, "bars", "How far back the fall is measured.", ge=1, le=5000)
    fall: Decimal = parameter(
        Decimal("0.01"), "fraction of the price", "The fall that rates as severity 0.5.", gt=0, lt=1
    )

    @property
    def warm_up_bars(self) -> int:
        """Ask for one window of history."""
        return self.window_bars + 1


class NewWorker(BarWorker):
    """Publish THREAT_DETECTED once per slide, from severity 0.5 on; it is over when half of it is made good.

    Severity is half the fall over the window in units of `fall`, at most 1.
    """

    manifest = WorkerManifest(
        name="new_worker",
        category=WorkerCategory.THREAT,
        summary="Sees a price that has fallen far within a few bars.",
        handlers={BAR_CLOSED: "on_bar"},
        publishes=frozenset({THREAT_DETECTED}),
        parameters=NewWorkerParameters,
    )

    def __init__(self, parameters: NewWorkerParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._fall = parameters.fall
        self._closes: deque[Decimal] = deque(maxlen=parameters.window_bars + 1)
        self._is_raised = False

    def learn(self, bar: Bar) -> None:
        """Take every bar, those of the history too."""
        self._closes.append(bar.close)

    def judge(self, bar: Bar) -> DispositionEnvelope:
        """Answer to the newest bar; silent where nothing slides, or the slide was told."""
        fallen = (self._closes[0] - bar.close) / self._closes[0]
        if fallen < self._fall / 2:
            self._is_raised = False
        if fallen < self._fall or self._is_raised:
            return DispositionEnvelope.CONTINUE
        self._is_raised = True
        threat = self.new_threat(
            "SLIDE",
            bar.symbol.partition("/")[0],
            severity=min(ONE, fallen / self._fall / 2),
            rationale=f"{bar.symbol} fell {percent(round(fallen, 4))} in {len(self._closes) - 1} bars",
        )
        return DispositionEnvelope.publish((THREAT_DETECTED, threat))
