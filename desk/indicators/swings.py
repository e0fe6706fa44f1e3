"""Swing highs and lows of bars: turning points, known once enough bars have followed."""

from collections import deque
from decimal import Decimal

from desk.contracts.market import Bar


class Swings:
    """Know the last confirmed swing low and high and the ones before them, in quote; None until there are.

    A bar is a swing low where its low is under the lows of `width` bars before it and not over those of
    `width` bars after it (the fractal of B. Williams, Trading Chaos, 1995, of any width): of equal lows the
    first one counts. A swing high is the mirror.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._bars: deque[Bar] = deque(maxlen=2 * width + 1)
        self.low: Decimal | None = None
        self.high: Decimal | None = None
        self.low_before: Decimal | None = None
        self.high_before: Decimal | None = None

    def add(self, bar: Bar) -> None:
        """Take the next bar; it may confirm the one `width` bars ago."""
        self._bars.append(bar)
        if len(self._bars) < 2 * self._width + 1:
            return
        bars = tuple(self._bars)
        before, turn, after = bars[: self._width], bars[self._width], bars[self._width + 1 :]
        if all(turn.low < one.low for one in before) and all(turn.low <= one.low for one in after):
            self.low_before, self.low = self.low, turn.low
        if all(turn.high > one.high for one in before) and all(turn.high >= one.high for one in after):
            self.high_before, self.high = self.high, turn.high
