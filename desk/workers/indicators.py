"""Indicators as pure incremental arithmetic: one bar in, one Decimal out, None until warm."""

from collections import deque
from decimal import Decimal

from desk.contracts.market import ZERO, Bar
from desk.indicators.ranges import AverageTrueRange

__all__ = ["AverageTrueRange", "Channel", "ExponentialAverage", "within_unit"]


class ExponentialAverage:
    """Average the last values, newer ones weighing more: weight 2 / (period + 1), seeded by a plain mean."""

    def __init__(self, period: int) -> None:
        self._period = period
        self._weight = Decimal(2) / (period + 1)
        self._seed: list[Decimal] = []
        self.value: Decimal | None = None

    def add(self, value: Decimal) -> None:
        """Take the next value."""
        if self.value is not None:
            self.value += self._weight * (value - self.value)
            return
        self._seed.append(value)
        if len(self._seed) == self._period:
            self.value = sum(self._seed, ZERO) / self._period
            self._seed.clear()


class Channel:
    """Hold the highest high and the lowest low of the last `lookback` bars (R. Donchian)."""

    def __init__(self, lookback: int) -> None:
        self._highs: deque[Decimal] = deque(maxlen=lookback)
        self._lows: deque[Decimal] = deque(maxlen=lookback)
        self._lookback = lookback

    def add(self, bar: Bar) -> None:
        """Take the next bar."""
        self._highs.append(bar.high)
        self._lows.append(bar.low)

    @property
    def bounds(self) -> tuple[Decimal, Decimal] | None:
        """The lowest low and the highest high, None until `lookback` bars are known."""
        if len(self._highs) < self._lookback:
            return None
        return min(self._lows), max(self._highs)


def within_unit(value: Decimal) -> Decimal:
    """Return `value` held within [0, 1], with four decimals: more would only look exact."""
    return min(max(value, ZERO), Decimal(1)).quantize(Decimal("0.0001"))
