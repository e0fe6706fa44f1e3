"""Swing highs and lows of bars: turning points, known once enough bars have followed."""

from collections import deque
from collections.abc import Sequence
from decimal import Decimal

from desk.contracts.market import Bar
from desk.contracts.sides import PositionSide


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
        if _is_low(bars):
            self.low_before, self.low = self.low, bars[self._width].low
        if _is_high(bars):
            self.high_before, self.high = self.high, bars[self._width].high


def standing_swing(bars: Sequence[Bar], width: int, side: PositionSide, entry: Decimal) -> Decimal | None:
    """Return the newest swing low under `entry` that no later bar went under; None where none stands.

    For a short it is the swing high over `entry` that no later bar went over. `bars` are oldest first, and
    a swing is one of `Swings` of that width.
    """
    is_long = side is PositionSide.LONG
    is_turn = _is_low if is_long else _is_high
    prices = [bar.low if is_long else bar.high for bar in bars]
    beyond = prices[-1] if prices else entry
    for place in range(len(bars) - 1, width - 1, -1):
        price = prices[place]
        beyond = min(beyond, price) if is_long else max(beyond, price)
        if place + width >= len(bars) or beyond != price or not (entry - price) * side.sign > 0:
            continue
        if is_turn(bars[place - width : place + width + 1]):
            return price
    return None


def _is_low(window: Sequence[Bar]) -> bool:
    """Tell whether the bar in the middle of a window is a swing low."""
    width = len(window) // 2
    low = window[width].low
    before, after = window[:width], window[width + 1 :]
    return all(low < one.low for one in before) and all(low <= one.low for one in after)


def _is_high(window: Sequence[Bar]) -> bool:
    """Tell whether the bar in the middle of a window is a swing high."""
    width = len(window) // 2
    high = window[width].high
    before, after = window[:width], window[width + 1 :]
    return all(high > one.high for one in before) and all(high >= one.high for one in after)
