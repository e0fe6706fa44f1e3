"""Which part of which chart is looked at: symbol, interval, and how far back."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from desk.contracts.market import Bar
from desk.ui.viewmodels.times import HOUR_MS, MINUTE_MS, SECOND_MS

INTERVALS_MS = (5 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS)

MOST_BARS = 2_000
"""More are not asked for: further back a longer interval tells more."""


@dataclass(frozen=True, slots=True)
class ChartWindow:
    """Look at one symbol; `end_ms` is the newest bar's opening time that is shown, None for the live end."""

    symbol: str
    interval_ms: int = MINUTE_MS
    end_ms: int | None = None

    @property
    def is_live(self) -> bool:
        """Whether the newest bar shows."""
        return self.end_ms is None

    def on(self, symbol: str) -> "ChartWindow":
        """Return the live end of another symbol; the same symbol stays as it is."""
        return self if symbol == self.symbol else replace(self, symbol=symbol, end_ms=None)

    def stepped(self, steps: int) -> "ChartWindow":
        """Return the interval `steps` longer, shorter below zero; the end stays where it is."""
        place = INTERVALS_MS.index(self.interval_ms) + steps
        return replace(self, interval_ms=INTERVALS_MS[max(0, min(place, len(INTERVALS_MS) - 1))])

    def live(self) -> "ChartWindow":
        """Return the live end."""
        return replace(self, end_ms=None)

    def panned(self, bars: Sequence[Bar], by: int, shown: int) -> "ChartWindow":
        """Return a window `by` bars later, earlier below zero, back to the oldest `shown` bars."""
        if not bars:
            return self
        place = len(self.seen(bars)) - 1 + by
        if place >= len(bars) - 1:
            return self.live()
        place = max(place, min(shown, len(bars)) - 1)
        return replace(self, end_ms=bars[place].open_time_ms)

    def seen(self, bars: Sequence[Bar]) -> Sequence[Bar]:
        """Return the bars up to the end of the window."""
        if self.end_ms is None:
            return bars
        return bars[: bisect_right(bars, self.end_ms, key=lambda bar: bar.open_time_ms)]

    def count(self, shown: int, now_ms: int) -> int:
        """Return how many bars to ask for: those shown, those after them, and a page to go back to."""
        after = 0 if self.end_ms is None else max(now_ms - self.end_ms, 0) // self.interval_ms + 1
        return max(1, min(2 * shown + after, MOST_BARS))


def interval_name(interval_ms: int) -> str:
    """Write an interval as traders do: 5s, 1m, 1h."""
    for unit_ms, letter in ((HOUR_MS, "h"), (MINUTE_MS, "m")):
        if interval_ms % unit_ms == 0:
            return f"{interval_ms // unit_ms}{letter}"
    return f"{interval_ms // SECOND_MS}s"
