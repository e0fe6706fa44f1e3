"""Periods that passed while the desk was away: said aloud for every worker that would have used them."""

from collections.abc import Sequence
from dataclasses import dataclass

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.events import PeriodSkipped
from desk.runtime.periods import SkippedPeriod


@dataclass(frozen=True, slots=True)
class ScheduleUse:
    """Name a worker that acts on a schedule for one symbol."""

    worker: str
    symbol: str
    schedule_name: str


class MissedPeriods:
    """Publish PERIOD_SKIPPED for each user of a schedule."""

    def __init__(self, bus: EventBus, uses: Sequence[ScheduleUse]) -> None:
        self._bus = bus
        self._uses = tuple(uses)

    def on_skipped(self, period: SkippedPeriod) -> None:
        """Tell that nobody will use this period, and why."""
        for use in self._uses:
            if use.schedule_name == period.schedule_name:
                skipped = PeriodSkipped(
                    use.worker, use.symbol, use.schedule_name, period.period_start_ms, period.reason
                )
                self._bus.publish(events.PERIOD_SKIPPED, skipped)
