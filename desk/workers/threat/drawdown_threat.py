"""See the account fall from its highest equity."""

from decimal import Decimal
from typing import Self

from pydantic import model_validator

from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import THREAT_DETECTED, TIME_PASSED
from desk.contracts.manifests import WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ZERO, TimePassed
from desk.contracts.ports.plugin import PluginContext
from desk.workers.base import Worker
from desk.workers.episodes import Episode, ThreatLevels
from desk.workers.indicators import within_unit
from desk.workers.prices import milliseconds, percent, written
from desk.workers.risk_control.equity_marks import EquityMarks
from desk.workers.risk_control.followed_marks import MARKS_KEY, FollowedMarks

_THREAT_TYPE = "DRAWDOWN"
_UNKNOWN_TYPE = "EQUITY_UNKNOWN"
_SHOWN = Decimal("0.0001")
_CENT = Decimal("0.01")


class DrawdownThreatParameters(ThreatLevels):
    """Say which fall is usual, which is the worst, and how grave an equity is that nobody can tell."""

    repeat_after_s: Decimal | None = parameter(
        Decimal(600),
        "s",
        "A threat that goes on is raised again after this; unset: only when it has grown.",
        gt=0,
    )
    calm_drawdown: Decimal = parameter(
        Decimal("0.02"), "fraction of the peak", "A fall of this size rates as severity 0.", ge=0, lt=1
    )
    panic_drawdown: Decimal = parameter(
        Decimal("0.25"),
        "fraction of the peak",
        "A fall of this size rates as severity 1, an emergency exit; above calm_drawdown.",
        gt=0,
        le=1,
    )
    min_transfer: Decimal = parameter(
        Decimal("0.005"),
        "fraction of the peak",
        "A balance that changes by so much without a fill is a transfer; less is a gain or a loss.",
        gt=0,
        le=1,
    )
    blind_severity: Decimal = parameter(
        Decimal("0.5"), "severity", "The severity of an equity that cannot be told.", ge=0, le=1
    )
    blind_after_s: Decimal = parameter(
        Decimal(60), "s", "How long the equity may be unknown before that is a threat.", ge=0
    )
    check_every_s: Decimal = parameter(Decimal(60), "s", "The pause between two looks.", ge=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.calm_drawdown < self.panic_drawdown:
            message = f"calm_drawdown {self.calm_drawdown} must be below panic_drawdown {self.panic_drawdown}"
            raise ValueError(message)
        return self

    def wake_every_ms(self) -> int:
        """As often as it looks."""
        return milliseconds(self.check_every_s)


class DrawdownThreat(Worker):
    """Publish THREAT_DETECTED when the account has fallen far from its peak, and again as it falls on.

    Drawdown is (peak - equity) / peak, open profits and fees included; severity is 0 at `calm_drawdown` and 1
    at `panic_drawdown`. The peak follows deposits and withdrawals, and survives restarts. Silent
    before the first reconcile.
    """

    manifest = WorkerManifest(
        name="drawdown_threat",
        category=WorkerCategory.THREAT,
        summary="Sees the account fall from its highest equity.",
        handlers={TIME_PASSED: "on_time_passed"},
        publishes=frozenset({THREAT_DETECTED}),
        parameters=DrawdownThreatParameters,
        state={MARKS_KEY: "the highest equity, to one basis point, and what was paid in and out before"},
        signals=frozenset({_THREAT_TYPE, _UNKNOWN_TYPE}),
    )

    def __init__(self, parameters: DrawdownThreatParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters
        self._every_ms = milliseconds(parameters.check_every_s)
        self._blind_after_ms = milliseconds(parameters.blind_after_s)
        self._next_ms = 0
        self._fall = Episode(parameters)
        self._blindness = Episode(parameters)
        self._blind_since_ms: int | None = None
        self._marks = FollowedMarks(context, parameters.min_transfer)

    def on_time_passed(self, passed: TimePassed) -> DispositionEnvelope:
        """Compare the equity with its peak."""
        now_ms = passed.time_ms
        if now_ms < self._next_ms or not self.view.is_reconciled():
            return DispositionEnvelope.CONTINUE
        self._next_ms = now_ms - now_ms % self._every_ms + self._every_ms
        equity = self.view.equity()
        if equity is None or not equity.is_finite():
            return self._blind(now_ms)
        marks = self._followed(equity, now_ms)
        if marks is None:
            return self._blind(now_ms)
        self._blind_since_ms = None
        self._blindness.is_due(ZERO, now_ms)
        return self._fallen(equity, marks, now_ms)

    def _followed(self, equity: Decimal, now_ms: int) -> EquityMarks | None:
        """Return the marks as they are now, moved with transfers; None where one's worth is unknown."""
        flow = self._marks.flow()
        if flow is None:
            return None
        marks = (self._marks.moved(equity, flow) or self._marks.begun(equity, now_ms)).risen(equity)
        self._marks.keep(marks)
        return marks

    def _fallen(self, equity: Decimal, marks: EquityMarks, now_ms: int) -> DispositionEnvelope:
        parameters = self._parameters
        drawdown = marks.drawdown(equity)
        span = parameters.panic_drawdown - parameters.calm_drawdown
        severity = within_unit((drawdown - parameters.calm_drawdown) / span)
        if not self._fall.is_due(severity, now_ms):
            return DispositionEnvelope.CONTINUE
        shown, before = written(equity.quantize(_CENT)), written(marks.peak.quantize(_CENT))
        rationale = f"equity {shown} is {percent(drawdown.quantize(_SHOWN))} below its peak {before}"
        threat = self.new_threat(_THREAT_TYPE, None, severity=severity, rationale=rationale)
        return DispositionEnvelope.publish((THREAT_DETECTED, threat))

    def _blind(self, now_ms: int) -> DispositionEnvelope:
        """Take an equity that stays unknown for a threat: a loss that nobody sees is no calm."""
        if self._blind_since_ms is None:
            self._blind_since_ms = now_ms
        blind_ms, severity = now_ms - self._blind_since_ms, self._parameters.blind_severity
        if blind_ms < self._blind_after_ms or not self._blindness.is_due(severity, now_ms):
            return DispositionEnvelope.CONTINUE
        rationale = f"the equity cannot be told for {blind_ms // 1000} s: a price or a rate is missing"
        threat = self.new_threat(_UNKNOWN_TYPE, None, severity=severity, rationale=rationale)
        return DispositionEnvelope.publish((THREAT_DETECTED, threat))
