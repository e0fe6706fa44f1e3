"""Which periods of a schedule are due: computed from the last one done and now, never from having been awake.

A period is named by the instant it starts: when its schedule fires, in UTC milliseconds.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

_ON_TIME_MS: Final = 10_000
"""A desk that wakes this late was busy, not away."""
_FIRST_LOOK_BACK_MS: Final = 3_600_000
_FARTHEST_LOOK_BACK_MS: Final = 9 * 366 * 24 * 3_600_000
"""The 29th of February may be eight years ago."""
_MOST_LISTED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Schedule:
    """Declare when SCHEDULED_TICK is due: by a cron line in `time_zone`, or every so many milliseconds.

    Intervals count from 1970 in UTC. A period that the desk woke too late for is run once where it is the
    newest and at most `grace_ms` late, and skipped otherwise; without `grace_ms` only a wake that is late by
    no more than a busy moment runs it. Raises ValueError unless exactly one of `cron` and `every_ms` is
    given, the interval is of whole seconds, and the grace is above zero.
    """

    name: str
    cron: str | None = None
    every_ms: int | None = None
    time_zone: str = "UTC"
    grace_ms: int | None = None

    def __post_init__(self) -> None:
        """Check that it says one thing."""
        if (self.cron is None) == (self.every_ms is None):
            message = f"schedule {self.name}: give a cron line or an interval, not both"
            raise ValueError(message)
        if self.every_ms is not None and (self.every_ms <= 0 or self.every_ms % 1_000):
            message = f"schedule {self.name}: the interval is whole seconds above 0, was {self.every_ms} ms"
            raise ValueError(message)
        if self.grace_ms is not None and not self.grace_ms > 0:
            message = f"schedule {self.name}: the grace is above 0 ms, was {self.grace_ms}"
            raise ValueError(message)

    @property
    def latest_ms(self) -> int:
        """How late a period may still be run."""
        return _ON_TIME_MS if self.grace_ms is None else max(self.grace_ms, _ON_TIME_MS)


class FireTimes(Protocol):
    """Know the instants a schedule fires at: the same whenever it is asked."""

    def next_after(self, time_ms: int) -> int | None:
        """Return the first instant after `time_ms`, None where there is none."""
        ...


class RememberedFires:
    """Answer from the last answer where it still holds: asking again and again costs nothing."""

    def __init__(self, fires: FireTimes) -> None:
        self._fires = fires
        self._from_ms = 0
        self._next_ms: int | None = -1

    def next_after(self, time_ms: int) -> int | None:
        """Return the first instant after `time_ms`, None where there is none."""
        next_ms = self._next_ms
        if not (self._from_ms <= time_ms and (next_ms is None or time_ms < next_ms)):
            next_ms = self._fires.next_after(time_ms)
            self._from_ms, self._next_ms = time_ms, next_ms
        return next_ms


@dataclass(frozen=True, slots=True)
class DuePeriod:
    """A period to run now."""

    period_start_ms: int
    late_ms: int


@dataclass(frozen=True, slots=True)
class SkippedPeriod:
    """A period that passed, and why it is not run."""

    schedule_name: str
    period_start_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Due:
    """What became due: at most one period to run, and those that are not, oldest first."""

    run: DuePeriod | None
    skipped: tuple[SkippedPeriod, ...]


def due(schedule: Schedule, fires: FireTimes, last_ms: int, now_ms: int) -> Due:
    """Return what is due at `now_ms`, where everything up to `last_ms` is done.

    Nothing is due where the clock went back behind `last_ms`. After a very long absence only the newest
    thousand periods are listed, and the oldest of them says that others passed before it.
    """
    starts = newest_fires(fires, last_ms, now_ms, _MOST_LISTED + 1)
    if not starts:
        return Due(None, ())
    is_cut = len(starts) > _MOST_LISTED
    newest_ms = starts[-1]
    late_ms = now_ms - newest_ms
    is_run = late_ms <= schedule.latest_ms
    skipped = [
        SkippedPeriod(schedule.name, start_ms, "the desk was away; a newer period was due when it was back")
        for start_ms in starts[is_cut:-1]
    ]
    if not is_run:
        reason = f"the desk was away; {late_ms} ms late, at most {schedule.latest_ms} ms are allowed"
        skipped.append(SkippedPeriod(schedule.name, newest_ms, reason))
    if is_cut:
        oldest = skipped[0]
        reason = f"{oldest.reason}; earlier periods passed too and are not listed"
        skipped[0] = SkippedPeriod(schedule.name, oldest.period_start_ms, reason)
    return Due(DuePeriod(newest_ms, late_ms) if is_run else None, tuple(skipped))


def current_period_ms(fires: FireTimes, now_ms: int) -> int | None:
    """Return the start of the period that `now_ms` lies in, None where none began in the last nine years."""
    starts = newest_fires(fires, now_ms - _FARTHEST_LOOK_BACK_MS, now_ms, 1)
    return starts[-1] if starts else None


def newest_fires(fires: FireTimes, after_ms: int, until_ms: int, most: int) -> Sequence[int]:
    """Return the last `most` instants after `after_ms` and up to `until_ms`, oldest first.

    Looks back from `until_ms` in spans that double, so that a long absence costs no walk over all of it.
    """
    first_ms = fires.next_after(after_ms)
    if first_ms is None or first_ms > until_ms:
        return []
    span_ms = _FIRST_LOOK_BACK_MS
    while True:
        begin_ms = max(after_ms, until_ms - span_ms)
        found = deque(_fires_between(fires, begin_ms, until_ms), maxlen=most)
        if begin_ms == after_ms or len(found) == most:
            return list(found)
        span_ms *= 2


def _fires_between(fires: FireTimes, after_ms: int, until_ms: int) -> Iterator[int]:
    while (time_ms := fires.next_after(after_ms)) is not None and time_ms <= until_ms:
        yield time_ms
        after_ms = time_ms
