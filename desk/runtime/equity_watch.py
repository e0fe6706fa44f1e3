"""Equity over time: its peak, and how far below it the account has been."""

from collections import deque
from decimal import Decimal

from desk.contracts.market import ZERO
from desk.contracts.ports.view import DeskView
from desk.ledger.valuation import drawdown

_SAMPLE_EVERY_MS = 60_000
_SAMPLES_KEPT = 1440


class EquityWatch:
    """Sample equity once a minute of the desk's time; a sample that is not known is left out."""

    def __init__(self, view: DeskView) -> None:
        self._view = view
        self._next_ms = 0
        self.peak: Decimal | None = None
        self.worst = ZERO
        self._lowest = ZERO
        self.samples: deque[tuple[int, Decimal]] = deque(maxlen=_SAMPLES_KEPT)

    def on_time(self, now_ms: int) -> None:
        """Sample if a minute has passed."""
        if now_ms >= self._next_ms:
            self._next_ms = now_ms + _SAMPLE_EVERY_MS
            self.sample(now_ms)

    def sample(self, now_ms: int) -> None:
        """Take equity as it is now."""
        value = self._view.equity()
        if value is None or not value.is_finite():
            return
        self.samples.append((now_ms, value))
        if self.peak is None or value > self.peak:
            self.peak = self._lowest = value
        elif value < self._lowest:
            # Only a new low under this peak can be a new worst: most samples pay for no division.
            self._lowest = value
            self.worst = max(self.worst, drawdown(value, self.peak))

    def drawdown(self) -> Decimal | None:
        """Return how far the newest sample is below the peak, as a fraction."""
        if self.peak is None or not self.samples:
            return None
        return drawdown(self.samples[-1][1], self.peak)
