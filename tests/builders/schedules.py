"""Schedules to test with: a driver on a virtual clock that notes what it fires and skips."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from desk.contracts.market import ScheduledTick
from desk.runtime.clock import VirtualClock
from desk.runtime.ids import SeededIds
from desk.runtime.periods import Schedule, SkippedPeriod
from desk.runtime.scheduler import ScheduleDriver


def utc_ms(text: str) -> int:
    """Read "2026-03-29 01:30" as UTC milliseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000


def local(time_ms: int, zone: str = "UTC") -> str:
    """Write UTC milliseconds as a zone's wall clock."""
    return datetime.fromtimestamp(time_ms // 1_000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %z")


@dataclass
class Diary:
    """What a journal would remember over restarts: what fired, what was skipped, what is done."""

    fired: list[ScheduledTick] = field(default_factory=list)
    skipped: list[SkippedPeriod] = field(default_factory=list)
    is_claiming: bool = True
    done: dict[str, int] = field(default_factory=dict)

    def last_period(self, name: str) -> int | None:
        return self.done.get(name) if self.is_claiming else None

    def fire(self, tick: ScheduledTick) -> None:
        self.fired.append(tick)
        self.done[tick.schedule_name] = tick.period_start_ms

    def skip(self, period: SkippedPeriod) -> None:
        self.skipped.append(period)
        self.done[period.schedule_name] = period.period_start_ms

    def driver(self, clock: VirtualClock, *schedules: Schedule) -> ScheduleDriver:
        """Start a desk's schedules, as each process does."""
        ids = SeededIds(clock, len(self.fired))
        return ScheduleDriver(clock, ids, schedules, self.last_period, self.fire, self.skip)

    def handled_ms(self) -> list[int]:
        """List the starts of all periods that fired or were skipped."""
        return [tick.period_start_ms for tick in self.fired] + [each.period_start_ms for each in self.skipped]

    def fired_at(self) -> list[str]:
        return [local(tick.period_start_ms)[:16] for tick in self.fired]

    def skipped_at(self) -> list[str]:
        return [local(each.period_start_ms)[:16] for each in self.skipped]
