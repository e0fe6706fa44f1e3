"""Indicators as pure incremental arithmetic: one bar in, one Decimal out, None until warm."""

from collections import deque
from collections.abc import Collection
from decimal import Decimal

from desk.contracts.market import ZERO, Bar


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


class Deviation:
    """Tell how many standard deviations the last of `period` values is from their mean.

    The deviation is that of the population, as J. Bollinger takes it (Bollinger on Bollinger Bands, 2001):
    the last value is one of them, so that no score is beyond the square root of period - 1.
    """

    def __init__(self, period: int) -> None:
        self._values: deque[Decimal] = deque(maxlen=period)
        self._period = period
        self.mean: Decimal | None = None
        self.deviation: Decimal | None = None

    def add(self, value: Decimal) -> None:
        """Take the next value."""
        self._values.append(value)
        if len(self._values) < self._period:
            return
        mean = sum(self._values, ZERO) / self._period
        variance = sum(((one - mean) ** 2 for one in self._values), ZERO) / self._period
        self.mean, self.deviation = mean, variance.sqrt()

    @property
    def score(self) -> Decimal | None:
        """(last - mean) / deviation; None until `period` values are known or where they are all the same."""
        if self.mean is None or not self.deviation:
            return None
        return (self._values[-1] - self.mean) / self.deviation


def percentile_rank(value: Decimal, among: Collection[Decimal]) -> Decimal:
    """Return the share of `among` below `value`, those equal to it counting half; `among` is not empty."""
    below = sum(one < value for one in among)
    equal = sum(one == value for one in among)
    return (below + Decimal(equal) / 2) / len(among)
