"""The account's worth over time, with what is summed over all of it: found once for each answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from desk.contracts.history import EquityPoint
from desk.contracts.market import ZERO


@dataclass(frozen=True, slots=True)
class EquityPast:
    """Hold points oldest first, at least one, and how far each is below the peak before it, as a fraction."""

    points: tuple[EquityPoint, ...]
    depths: tuple[Decimal, ...]
    peak: Decimal

    @property
    def first(self) -> Decimal:
        """The oldest worth."""
        return self.points[0].equity

    @property
    def last(self) -> Decimal:
        """The newest worth."""
        return self.points[-1].equity


def equity_past(points: Sequence[EquityPoint]) -> EquityPast | None:
    """Return what the points tell; those that are no number are left out, and None is left of nothing."""
    known = tuple(one for one in points if one.equity.is_finite())
    if not known:
        return None
    return EquityPast(known, drawdowns(known), max(one.equity for one in known))


def drawdowns(points: Sequence[EquityPoint]) -> tuple[Decimal, ...]:
    """Return how far each point is below the highest before it, as a fraction; 0 where none is above 0."""
    peaks = accumulate((one.equity for one in points), max)
    return tuple(
        (peak - one.equity) / peak if peak > 0 else ZERO for one, peak in zip(points, peaks, strict=True)
    )


@dataclass(slots=True)
class Stretch:
    """Hold the worth within one column of a plot: where it came in, how far it went, where it went out."""

    x: int
    first: Decimal
    low: Decimal
    high: Decimal
    last: Decimal
    depth: Decimal


def stretches(past: EquityPast, columns: int) -> Sequence[Stretch]:
    """Sum the points by column, from the oldest at 0 to the newest at `columns` - 1, empty ones left out."""
    begin_ms = past.points[0].time_ms
    span_ms = max(past.points[-1].time_ms - begin_ms, 0)
    found: list[Stretch] = []
    for point, depth in zip(past.points, past.depths, strict=True):
        since_ms = min(max(point.time_ms - begin_ms, 0), span_ms)
        x = since_ms * (columns - 1) // span_ms if span_ms else columns - 1
        worth = point.equity
        here = found[-1] if found else None
        if here is None or x > here.x:
            found.append(Stretch(x, worth, worth, worth, worth, depth))
            continue
        here.last = worth
        here.low, here.high, here.depth = min(here.low, worth), max(here.high, worth), max(here.depth, depth)
    return found
