"""Schedules: APScheduler's triggers know when, its scheduler only wakes, and what is due is computed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from desk.contracts.ids import ScheduleId
from desk.contracts.market import ScheduledTick
from desk.contracts.ports.time import Clock, IdSource
from desk.runtime.periods import FireTimes, RememberedFires, Schedule, SkippedPeriod, current_period_ms, due

_LARGEST_SHIFT: Final = timedelta(hours=3)
"""More than any time zone moves its clocks for the summer."""
_HEARTBEAT_S: Final = 30
"""A jump of the wall clock is noticed after one of these."""
_MS: Final = timedelta(milliseconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Wait = Callable[[int], Awaitable[None]]
"""Return at the given UTC millisecond, or earlier: waking for nothing does nothing."""


class ScheduleDriver:
    """Fire each period of each schedule at most once, and name those that passed.

    `last_period` tells the newest period of a schedule that is done, from the journal; None on a first
    start, which fires nothing that lies before it. A desk that returns the instant of its first start
    instead loses no period to a crash before the first one. Raises ValueError for an unknown cron line or
    time zone.
    """

    def __init__(
        self,
        clock: Clock,
        ids: IdSource,
        schedules: Sequence[Schedule],
        last_period: Callable[[str], int | None],
        fire: Callable[[ScheduledTick], None],
        skipped: Callable[[SkippedPeriod], None],
    ) -> None:
        self.schedules = tuple(schedules)
        self._clock = clock
        self._ids = ids
        self._last_period = last_period
        self._fire = fire
        self._skipped = skipped
        self._fires: dict[str, FireTimes] = {
            each.name: RememberedFires(fire_times(each)) for each in schedules
        }
        self._handled: dict[str, int] = {}
        started_ms = clock.now_ms()
        self._begun = {
            name: started_ms if (last_ms := last_period(name)) is None else last_ms for name in self._fires
        }

    def wake(self) -> None:
        """Fire what is due now and name what was missed; nothing due, nothing done."""
        for schedule in self.schedules:
            name = schedule.name
            now_ms = self._clock.now_ms()
            result = due(schedule, self._fires[name], self._done_ms(name), now_ms)
            for period in result.skipped:
                self._handled[name] = period.period_start_ms
                self._skipped(period)
            if result.run is not None:
                self._run(name, result.run.period_start_ms, now_ms)

    def run_now(self, name: str) -> ScheduledTick | None:
        """Fire the period that `name` is in, for the operator; None where it is done already.

        Raises KeyError for an unknown schedule.
        """
        now_ms = self._clock.now_ms()
        start_ms = current_period_ms(self._fires[name], now_ms)
        done = (self._last_period(name), self._handled.get(name))
        if start_ms is None or any(self._is_period(name, each) and start_ms <= each for each in done if each):
            return None
        return self._run(name, start_ms, now_ms)

    def _is_period(self, name: str, time_ms: int) -> bool:
        """Tell whether a period starts at `time_ms`: the instant of a first start is none."""
        return current_period_ms(self._fires[name], time_ms) == time_ms

    def next_ms(self, name: str) -> int | None:
        """Return when a schedule fires next; raises KeyError for an unknown schedule."""
        return self._fires[name].next_after(max(self._done_ms(name), self._clock.now_ms()))

    def upcoming_ms(self, name: str, count: int) -> tuple[int, ...]:
        """Return the next times a schedule fires, at most `count`; raises KeyError for an unknown one."""
        found: list[int] = []
        next_ms = self.next_ms(name)
        while next_ms is not None and len(found) < count:
            found.append(next_ms)
            next_ms = self._fires[name].next_after(next_ms)
        return tuple(found)

    async def run(self, wait: Wait) -> None:
        """Wake whenever `wait` returns, until cancelled; at once where nothing will ever be due."""
        while True:
            self.wake()
            upcoming = [time_ms for name in self._fires if (time_ms := self.next_ms(name)) is not None]
            if not upcoming:
                return
            await wait(min(upcoming))

    def _done_ms(self, name: str) -> int:
        """Return up to when all is done: what this run fired counts even where nobody claimed it."""
        return max(self._begun[name], self._handled.get(name, 0), self._last_period(name) or 0)

    def _run(self, name: str, start_ms: int, now_ms: int) -> ScheduledTick:
        self._handled[name] = start_ms
        tick = ScheduledTick(self._ids.new(ScheduleId), name, start_ms, now_ms, now_ms - start_ms)
        self._fire(tick)
        return tick


@asynccontextmanager
async def apscheduler_wakes(driver: ScheduleDriver) -> AsyncIterator[Wait]:
    """Let APScheduler wake a driver that runs by the machine's clock; its jobs do nothing but that."""
    from apscheduler.executors.debug import DebugExecutor
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    woken = asyncio.Event()

    async def wait(_time_ms: int) -> None:
        await woken.wait()
        woken.clear()

    # Its jobs run within its own call: as tasks, one that a stop catches under way is printed as a failure.
    scheduler = AsyncIOScheduler(timezone=UTC, executors={"default": DebugExecutor()})
    options = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    for schedule in driver.schedules:
        scheduler.add_job(woken.set, _trigger_of(fire_times(schedule)), name=schedule.name, **options)
    scheduler.add_job(woken.set, "interval", seconds=_HEARTBEAT_S, name="heartbeat", **options)
    scheduler.start()
    try:
        yield wait
    finally:
        scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # it only then lets go of the loop


def fire_times(schedule: Schedule) -> FireTimes:
    """Return when a schedule fires.

    A cron line with both a day of the month and a weekday fires where both hold. Where a time zone sets its
    clocks back, a line that names its hours fires in the first of the two, one for every hour in both;
    where it sets them ahead, a time that does not exist fires as much later as the clocks were moved.
    Raises ValueError for a cron line or time zone that does not exist.
    """
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.interval import IntervalTrigger

    if schedule.cron is None:
        assert schedule.every_ms is not None  # noqa: S101 - one of the two is given
        seconds = schedule.every_ms // 1_000
        return _IntervalFires(IntervalTrigger(seconds=seconds, start_date=_EPOCH, timezone=UTC))
    try:
        zone = ZoneInfo(schedule.time_zone)
    except (KeyError, ValueError) as error:
        message = f"schedule {schedule.name}: there is no time zone {schedule.time_zone!r}"
        raise ValueError(message) from error
    trigger = CronTrigger.from_crontab(schedule.cron, timezone=UTC)
    _, hour, *_ = schedule.cron.split()
    return _CronFires(trigger, zone, repeats_in_fold=hour.startswith("*"))


class _IntervalFires:
    """Fire at multiples of an interval since 1970."""

    def __init__(self, trigger: Any) -> None:  # noqa: ANN401 - APScheduler has no types
        self._trigger = trigger

    def next_after(self, time_ms: int) -> int | None:
        """Return the first instant after `time_ms`."""
        return _to_ms(self._trigger.get_next_fire_time(None, _instant(time_ms + 1)))


class _CronFires:
    """Fire where a time zone's wall clock matches a cron line.

    The trigger is asked about the wall clock, as if that were UTC, and the answers are put on the time line
    here: asked about a zone whose clocks change it forgets or repeats, depending on when it is asked.
    """

    def __init__(self, trigger: Any, zone: ZoneInfo, *, repeats_in_fold: bool) -> None:  # noqa: ANN401 - as above
        self._trigger = trigger
        self._zone = zone
        self._repeats_in_fold = repeats_in_fold

    def next_after(self, time_ms: int) -> int | None:
        """Return the first instant after `time_ms`."""
        moment = _instant(time_ms)
        wall = moment.astimezone(self._zone).replace(tzinfo=UTC, fold=0)
        if not self._is_steady(moment):
            wall -= _LARGEST_SHIFT
        best: datetime | None = None
        until: datetime | None = None
        while (wall := self._trigger.get_next_fire_time(None, wall + _MS)) is not None:
            if until is not None and wall > until:
                break
            later = [instant for instant in self._instants(wall) if instant > moment]
            if not later:
                continue
            best = min(later) if best is None else min(best, *later)
            if self._is_steady(best):
                break
            until = until or wall + 2 * _LARGEST_SHIFT
        return _to_ms(best)

    def _is_steady(self, moment: datetime) -> bool:
        """Tell whether the clocks stay as they are for hours before and after."""
        before, after = moment - _LARGEST_SHIFT, moment + _LARGEST_SHIFT
        return before.astimezone(self._zone).utcoffset() == after.astimezone(self._zone).utcoffset()

    def _instants(self, wall: datetime) -> list[datetime]:
        """Return the instants at which a wall clock time counts; a skipped time counts after the jump."""
        first = wall.replace(tzinfo=self._zone, fold=0)
        second = wall.replace(tzinfo=self._zone, fold=1)
        instants = [first.astimezone(UTC)]
        if self._repeats_in_fold and second.astimezone(UTC) > instants[0]:
            instants.append(second.astimezone(UTC))
        return instants


def _trigger_of(fires: FireTimes) -> object:
    """Return an APScheduler trigger for the same instants."""
    from apscheduler.triggers.base import BaseTrigger

    class PeriodTrigger(BaseTrigger):  # type: ignore[misc] # APScheduler has no types
        def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
            after_ms = _ms_of(now) - 1
            if previous_fire_time is not None:
                after_ms = max(after_ms, _ms_of(previous_fire_time))
            time_ms = fires.next_after(after_ms)
            return None if time_ms is None else _instant(time_ms)

    return PeriodTrigger()


def _instant(time_ms: int) -> datetime:
    return _EPOCH + time_ms * _MS


def _ms_of(moment: datetime) -> int:
    return (moment - _EPOCH) // _MS


def _to_ms(moment: datetime | None) -> int | None:
    return None if moment is None else _ms_of(moment)
