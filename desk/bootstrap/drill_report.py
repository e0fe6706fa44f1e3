"""What a drill was to measure, and what it found."""

import math
from dataclasses import dataclass

from desk.contracts.snapshot import DrillNote
from desk.runtime.clock import WallClock

_PERCENTILES = (50, 95)


@dataclass(frozen=True, slots=True)
class DrillSettings:
    """Say how much is held, and how slow and narrow the way to the venue is.

    `rate` bounds creates, cancels and reads each, in requests a second; `latency_ms` is added to each.
    """

    positions: int
    rate: int
    latency_ms: int


@dataclass(frozen=True, slots=True)
class DrillLine:
    """Say how one exit went: its word, when it was said, and what was true at the venue at that moment.

    `duplicated` counts orders that were taken twice or sent twice; `naked_ms` how long anything was held
    without its stop meanwhile.
    """

    fault: str
    word: str
    elapsed_ms: int
    residual: tuple[str, ...]
    duplicated: int
    naked_ms: int
    remains: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether it ended flat, truly, and with every order once."""
        return self.word in {"FLAT", "FLAT+DUST"} and not self.residual and not self.duplicated


@dataclass(frozen=True, slots=True)
class DrillReport:
    """Hold the lines of a drill, in the order of the faults."""

    settings: DrillSettings
    lines: tuple[DrillLine, ...]

    @property
    def is_good(self) -> bool:
        """Whether every exit ended as it must."""
        return all(one.is_good for one in self.lines)

    @property
    def times_ms(self) -> tuple[int, int]:
        """The p50 and p95 of the times to flat, in milliseconds."""
        times = sorted(one.elapsed_ms for one in self.lines) or [0]
        low, high = (times[max(0, math.ceil(len(times) * at / 100) - 1)] for at in _PERCENTILES)
        return low, high


def note_of(report: DrillReport) -> DrillNote:
    """Return what a desk shows of a drill that ended now."""
    low_ms, high_ms = report.times_ms
    return DrillNote(
        time_ms=WallClock().now_ms(),
        exits=len(report.lines),
        flat=sum(one.is_good for one in report.lines),
        is_good=report.is_good,
        p50_ms=low_ms,
        p95_ms=high_ms,
        positions=report.settings.positions,
    )
