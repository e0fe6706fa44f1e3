"""The candles of one symbol: one series built from ticks, longer ones folded from it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from desk.contracts.market import Bar, Tick
from desk.feeds.bars import BarBuilder

BASE_MS = 5_000
FOLDED_MS = (60_000, 300_000, 900_000, 3_600_000)
BARS_KEPT = 240
"""Bars of each interval: as many as a wide screen draws."""


class FoldedBars:
    """Fold the bars of a shorter interval into those of a longer one; keeps the last 240."""

    def __init__(self, interval_ms: int) -> None:
        self._interval_ms = interval_ms
        self._closed: deque[Bar] = deque(maxlen=BARS_KEPT)
        self._partial: Bar | None = None

    def add(self, bar: Bar) -> None:
        """Take a closed bar of the shorter interval, in order."""
        partial, begun = self._partial, self._begun(bar)
        if partial is not None and partial.open_time_ms == begun.open_time_ms:
            self._partial = _joined(partial, begun)
        elif self._is_news(begun):
            if partial is not None:
                self._closed.append(partial)
            self._partial = begun

    def bars(self, forming: Bar | None) -> list[Bar]:
        """Return the bars, oldest first, the last still open; `forming` is the shorter one that is open."""
        partial = self._partial
        begun = None if forming is None else self._begun(forming)
        if partial is not None and begun is not None and partial.open_time_ms == begun.open_time_ms:
            return [*self._closed, _joined(partial, begun)]
        tail = [] if partial is None else [partial]
        if begun is not None and self._is_news(begun):
            tail.append(begun)
        return [*self._closed, *tail]

    def precede(self, history: Sequence[Bar]) -> None:
        """Put older bars before these, and a whole one in the place of one whose beginning was not seen."""
        own = list(self._closed)
        if own and any(one.open_time_ms == own[0].open_time_ms for one in history):
            del own[0]
        first = own[0] if own else self._partial
        older = [one for one in history if first is None or one.open_time_ms < first.open_time_ms]
        self._closed = deque([*older, *own], maxlen=BARS_KEPT)

    def _is_news(self, bar: Bar) -> bool:
        """Tell whether a bar is not yet part of what is closed."""
        return not self._closed or bar.open_time_ms > self._closed[-1].open_time_ms

    def _begun(self, bar: Bar) -> Bar:
        opens_ms = bar.open_time_ms - bar.open_time_ms % self._interval_ms
        return replace(bar, open_time_ms=opens_ms, interval_ms=self._interval_ms)


class ChartSeries:
    """Keep the candles of one symbol at every interval a chart has."""

    __slots__ = ("_base", "_folded", "ticks")

    def __init__(self, symbol: str) -> None:
        self._base = BarBuilder(symbol, BASE_MS, BARS_KEPT)
        self._folded = {interval_ms: FoldedBars(interval_ms) for interval_ms in FOLDED_MS}
        self.ticks = 0

    def add(self, tick: Tick) -> None:
        """Take a tick; it costs a comparison unless it closes a bar."""
        self.ticks += 1
        closed = self._base.add(tick)
        if closed is not None:
            for folded in self._folded.values():
                folded.add(closed)

    def bars(self, interval_ms: int) -> list[Bar]:
        """Return the bars of an interval, oldest first, the last still open; none where it is not kept."""
        forming = self._base.forming
        if interval_ms == BASE_MS:
            return [*self._base.bars, *(() if forming is None else (forming,))]
        folded = self._folded.get(interval_ms)
        return [] if folded is None else folded.bars(forming)

    def precede(self, interval_ms: int, history: Sequence[Bar]) -> None:
        """Put the feed's own bars before those built here."""
        self._folded[interval_ms].precede(history)


def _joined(first: Bar, second: Bar) -> Bar:
    """Return two bars of one interval, of which the second goes on where the first ended, as one."""
    return replace(
        first,
        high=max(first.high, second.high),
        low=min(first.low, second.low),
        close=second.close,
        volume=first.volume + second.volume,
    )
