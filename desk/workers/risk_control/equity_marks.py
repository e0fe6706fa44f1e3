"""What equity is measured against: its peak, and where the day began; both follow deposits."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from desk.contracts.dto import Dto
from desk.contracts.market import ZERO
from desk.contracts.ports.view import DeskView
from desk.workers.worth import rate_of

DAY_MS = 86_400_000

_PEAK_STEP = Decimal("0.0001")
"""A peak is written down once it has risen by this fraction: not every tick of a rally is."""

_LOOK_STEP = Decimal("0.001")
"""What was last seen is written down once it has moved by this fraction."""


class EquityMarks(Dto):
    """Hold peak and start of the UTC day, in the account currency, and how far each was breached.

    A level is 0 where nothing was breached, 1 for the first and 2 for the second. `adjusted` is, by
    currency, what no fill had changed of the balances when it was last looked at. `seen` is the equity of
    the last look of the day, None before the first.
    """

    peak: Decimal
    day_start: Decimal
    day_ms: int
    adjusted: Mapping[str, Decimal]
    total_level: int = 0
    daily_level: int = 0
    seen: Decimal | None = None

    @classmethod
    def at(cls, equity: Decimal, now_ms: int, adjusted: Mapping[str, Decimal]) -> Self:
        """Begin at the equity of now."""
        day_ms = now_ms - now_ms % DAY_MS
        return cls(peak=equity, day_start=equity, day_ms=day_ms, adjusted=dict(adjusted), seen=equity)

    def transferred(self, equity: Decimal, amount: Decimal) -> Self:
        """Return the marks after a deposit, or a withdrawal below zero, that `equity` holds already.

        Both marks change by the factor equity / (equity - amount), so that no drawdown changes: money that
        comes or goes is no result. The way of time-weighted returns (CFA Institute, Global Investment
        Performance Standards, 2020). Where nothing was left before, all begins anew at `equity`.
        """
        before = equity - amount
        if not before > ZERO:
            return self.model_copy(update={"peak": equity, "day_start": equity, "seen": None})
        factor = equity / before
        moved = {"peak": self.peak * factor, "day_start": self.day_start * factor}
        return self.model_copy(update=moved | {"seen": self.seen and self.seen * factor})

    def on_day(self, equity: Decimal, now_ms: int) -> Self:
        """Return the marks of the UTC day of `now_ms`, nothing breached of a new one.

        It begins at what was last seen of the day before, so that nothing lost around midnight is of no day;
        at `equity` where nothing was seen of that day.
        """
        day_ms = now_ms - now_ms % DAY_MS
        if day_ms <= self.day_ms:
            return self.model_copy(update={"seen": equity})
        is_next = day_ms == self.day_ms + DAY_MS
        start = self.seen if is_next and self.seen is not None else equity
        anew = {"day_ms": day_ms, "day_start": start, "daily_level": 0, "seen": equity}
        return self.model_copy(update=anew)

    def risen(self, equity: Decimal) -> Self:
        """Return the marks with the peak no lower than `equity`; a new one ends what was breached of it."""
        if not equity > self.peak:
            return self
        return self.model_copy(update={"peak": equity, "total_level": 0})

    def drawdown(self, equity: Decimal) -> Decimal:
        """Return (peak - equity) / peak, zero at the peak."""
        return _lost(self.peak, equity)

    def daily_loss(self, equity: Decimal) -> Decimal:
        """Return (day start - equity) / day start, zero where the day has gained."""
        return _lost(self.day_start, equity)

    def is_worth_keeping(self, kept: Self) -> bool:
        """Tell whether these marks differ from those written down by more than a step of what moves."""
        moving = {"peak": kept.peak, "seen": kept.seen}
        if self.model_copy(update=moving) != kept or self.peak < kept.peak:
            return True
        has_risen = self.peak > kept.peak and self.peak >= kept.peak * (1 + _PEAK_STEP)
        return has_risen or self._is_seen_elsewhere(kept)

    def _is_seen_elsewhere(self, kept: Self) -> bool:
        if self.seen is None or kept.seen is None or self.seen == kept.seen:
            return self.seen != kept.seen
        return abs(self.seen - kept.seen) >= abs(kept.seen) * _LOOK_STEP


def transferred_since(marks: EquityMarks, view: DeskView, min_transfer: Decimal) -> Decimal | None:
    """Return what was deposited since `marks`, less what was withdrawn; None where a rate is missing.

    A venue tells a balance and not why it changed. What is at least `min_transfer` of the peak is a transfer;
    what is smaller, such as funding, interest or a correction, stays in equity and counts as the result that
    it is.
    """
    flow = ZERO
    for currency, total in view.adjustments().items():
        delta = total - marks.adjusted.get(currency, ZERO)
        if not delta:
            continue
        rate = rate_of(currency, view)
        if rate is None:
            return None
        worth = delta * rate
        if abs(worth) >= min_transfer * marks.peak:
            flow += worth
    return flow


def _lost(mark: Decimal, equity: Decimal) -> Decimal:
    return (mark - equity) / mark if mark > ZERO and equity < mark else ZERO
