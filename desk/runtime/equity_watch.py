"""Equity over time: its peak, and how far below it the account has been."""

from collections import deque
from decimal import Decimal

from desk.contracts.history import EquityPoint
from desk.contracts.market import ZERO
from desk.contracts.ports.view import DeskView
from desk.ledger.valuation import drawdown
from desk.runtime.exposure_watch import ExposureWatch

_SAMPLE_EVERY_MS = 60_000
_SAMPLES_KEPT = 1440
_FINE_EVERY_MS = 5_000
_FINE_KEPT = 720


class EquityWatch:
    """Sample equity once a minute of the desk's time, and the exposure beside it.

    A sample that is not known is left out. A desk that is looked at samples equity every five seconds too,
    and keeps an hour of that.
    """

    def __init__(self, view: DeskView, exposure: ExposureWatch) -> None:
        self._view = view
        self.exposure = exposure
        self._next_ms = 0
        self._next_fine_ms = 0
        self.peak: Decimal | None = None
        self.measured_from: Decimal | None = None
        """The peak of all runs, where it is followed; `peak` and `worst` are of this run."""
        self.worst = ZERO
        self._lowest = ZERO
        self.samples: deque[EquityPoint] = deque(maxlen=_SAMPLES_KEPT)
        self._fine: deque[EquityPoint] = deque(maxlen=_FINE_KEPT)

    def on_time(self, now_ms: int) -> None:
        """Sample if a minute has passed."""
        if now_ms >= self._next_ms:
            self._next_ms = now_ms + _SAMPLE_EVERY_MS
            self.exposure.sample(self.sample(now_ms))

    def on_second(self, now_ms: int) -> Decimal | None:
        """Sample if five seconds have passed; return the equity that was found, None where none was."""
        if not now_ms >= self._next_fine_ms:
            return None
        self._next_fine_ms = now_ms + _FINE_EVERY_MS
        value = self._taken()
        if value is not None:
            self._fine.append(EquityPoint(now_ms, value))
        return value

    def sample(self, now_ms: int) -> Decimal | None:
        """Take equity as it is now, and return it where it is known."""
        value = self._taken()
        if value is not None:
            self.samples.append(EquityPoint(now_ms, value))
        return value

    def points(self) -> tuple[EquityPoint, ...]:
        """Return what is kept, oldest first: a point per minute, then those of the last hour."""
        if not self._fine:
            return tuple(self.samples)
        since_ms = self._fine[0].time_ms
        return (*(one for one in self.samples if one.time_ms < since_ms), *self._fine)

    def drawdown(self) -> Decimal | None:
        """Return how far the newest sample is below the peak, as a fraction."""
        newest = max((one[-1] for one in (self.samples, self._fine) if one), key=_time, default=None)
        peak = self.peak if self.measured_from is None else self.measured_from
        if peak is None or newest is None:
            return None
        return drawdown(newest.equity, peak)

    def _taken(self) -> Decimal | None:
        """Return equity as it is now, where it is known, and note a new peak or low."""
        value = self._view.equity()
        if value is None or not value.is_finite():
            return None
        if self.peak is None or value > self.peak:
            self.peak = self._lowest = value
        elif value < self._lowest:
            # Only a new low under this peak can be a new worst: most samples pay for no division.
            self._lowest = value
            self.worst = max(self.worst, drawdown(value, self.peak))
        return value


def _time(point: EquityPoint) -> int:
    return point.time_ms
