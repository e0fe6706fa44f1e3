"""How far the market reaches: the average true range of the bars a planner was pinned."""

from decimal import Decimal

from desk.contracts.manifests import BarsNeeded
from desk.indicators.ranges import AverageTrueRange
from desk.planning.impossible import PlanImpossible
from desk.planning.request import PlanRequest

_SETTLES_IN = 4
"""Periods of history: after that many, what the average was seeded with weighs less than 2 %."""


def range_bars(symbol: str, interval_ms: int, atr_bars: int) -> BarsNeeded:
    """Ask for the bars that an average true range over `atr_bars` is reckoned from."""
    return BarsNeeded(symbol, interval_ms, _SETTLES_IN * atr_bars + 1)


def average_range(request: PlanRequest, interval_ms: int, atr_bars: int) -> Decimal:
    """Return Wilder's average true range in quote, of the newest bars alone, however many others keep.

    Raises PlanImpossible where there are too few, the newest is old, or the price did not move.
    """
    bars = request.bars(interval_ms, atr_bars + 1, _SETTLES_IN * atr_bars + 1)
    average = AverageTrueRange(atr_bars)
    for bar in bars:
        average.add(bar)
    value = average.value
    if value is None or not value > 0:
        raise PlanImpossible(f"{request.symbol} did not move over the last {len(bars)} bars")
    return value
