"""What workers share that act once per period of a schedule."""

from abc import ABC, abstractmethod

from desk.contracts.directives import PeriodClaim, StrategyDirective
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import PERIOD_SKIPPED, PeriodSkipped
from desk.contracts.manifests import Parameters
from desk.contracts.market import ScheduledTick
from desk.contracts.ports.plugin import PluginContext
from desk.workers.base import Worker


class PeriodWorker(Worker, ABC):
    """Act once per period of one schedule, or say with PERIOD_SKIPPED why not.

    The claim that goes with what is issued is unique: restarts, misfires and repeats do nothing twice. A
    subclass hears SCHEDULED_TICK by `on_scheduled_tick`.
    """

    def __init__(
        self, parameters: Parameters, context: PluginContext, schedule: str, symbol: str, grace_s: int
    ) -> None:
        super().__init__(parameters, context)
        self._schedule = schedule
        self._claimed_symbol = symbol
        self._grace_s = grace_s

    @abstractmethod
    def on_period(self, claim: PeriodClaim, tick: ScheduledTick) -> DispositionEnvelope:
        """Act for a period that nobody has claimed yet, with its claim; or skip it."""

    def on_scheduled_tick(self, tick: ScheduledTick) -> DispositionEnvelope:
        """Act for the period, or skip it with the reason; one that is claimed already stays as it is."""
        if tick.schedule_name != self._schedule:
            return DispositionEnvelope.CONTINUE
        claim = PeriodClaim(
            worker=self.context.name,
            symbol=self._claimed_symbol,
            schedule_name=tick.schedule_name,
            period_start_ms=tick.period_start_ms,
        )
        if self.view.is_claimed(claim.key):
            return DispositionEnvelope.CONTINUE
        return self.on_period(claim, tick)

    def lateness(self, tick: ScheduledTick) -> str | None:
        """Say by how much a period is seen too late; None where it is not, or was asked for by hand."""
        if tick.late_ms <= self._grace_s * 1000 or self.context.cause().manual_id is not None:
            return None
        return f"{tick.late_ms // 1000} s late, at most {self._grace_s} s is allowed"

    def skip(self, claim: PeriodClaim, reason: str) -> DispositionEnvelope:
        """Leave the period out, and say why."""
        skipped = PeriodSkipped(
            worker=claim.worker,
            symbol=claim.symbol,
            schedule_name=claim.schedule_name,
            period_start_ms=claim.period_start_ms,
            reason=reason,
        )
        return DispositionEnvelope.publish((PERIOD_SKIPPED, skipped))


def claimed(directives: list[StrategyDirective], claim: PeriodClaim | None) -> list[StrategyDirective]:
    """Return the directives of a period with its claim on the first of them, where there is one."""
    if claim is None or not directives:
        return directives
    return [directives[0].model_copy(update={"claim": claim}), *directives[1:]]
