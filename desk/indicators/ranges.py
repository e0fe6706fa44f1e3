"""How far a bar reaches on average: one bar in, one Decimal out, None until warm."""

from decimal import Decimal

from desk.contracts.market import ZERO, Bar


class AverageTrueRange:
    """Average the true range of bars, in quote (J. W. Wilder, New Concepts in Technical Trading, 1978)."""

    def __init__(self, period: int) -> None:
        self._period = period
        self._seed: list[Decimal] = []
        self._last_close: Decimal | None = None
        self.value: Decimal | None = None

    def add(self, bar: Bar) -> None:
        """Take the next bar."""
        true_range = self._true_range(bar)
        self._last_close = bar.close
        if self.value is not None:
            self.value += (true_range - self.value) / self._period
            return
        self._seed.append(true_range)
        if len(self._seed) == self._period:
            self.value = sum(self._seed, ZERO) / self._period
            self._seed.clear()

    def _true_range(self, bar: Bar) -> Decimal:
        if self._last_close is None:
            return bar.high - bar.low
        return max(bar.high, self._last_close) - min(bar.low, self._last_close)
