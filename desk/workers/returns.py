"""How two markets move together: log returns over bars that both have, their correlation and beta."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import Bar

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Relation:
    """Hold how one market moved with another: `count` returns, Pearson's correlation, and beta."""

    count: int
    correlation: Decimal
    beta: Decimal


def relation(bars: Sequence[Bar], other: Sequence[Bar], least: int) -> Relation | None:
    """Return how the market of `bars` moved with the other; None with fewer than `least` aligned returns.

    correlation = cov / (sd x sd of the other), in [-1, 1]; beta = cov / variance of the other = correlation x
    sd / sd of the other. A return counts where both markets have this bar and the one before it. None too
    where a close is no price, or one of them did not move at all.
    """
    returns = _aligned(bars, other)
    if returns is None or len(returns) < max(least, 2):
        return None
    ones, others = [one for one, _ in returns], [two for _, two in returns]
    mean, other_mean = math.fsum(ones) / len(ones), math.fsum(others) / len(others)
    shared = math.fsum((one - mean) * (two - other_mean) for one, two in returns)
    own = math.fsum((one - mean) ** 2 for one in ones)
    theirs = math.fsum((two - other_mean) ** 2 for two in others)
    if not (own > 0 and theirs > 0):
        return None
    correlation = shared / math.sqrt(own * theirs)
    return Relation(len(returns), _decimal(max(-1, min(1, correlation))), _decimal(shared / theirs))


def _aligned(bars: Sequence[Bar], other: Sequence[Bar]) -> list[tuple[float, float]] | None:
    """Return the log returns of bars that follow each other in both; None where a close is no price."""
    closes = {bar.open_time_ms: bar.close for bar in other}
    returns = []
    before: tuple[Bar, Decimal] | None = None
    for bar in bars:
        close = closes.get(bar.open_time_ms)
        if close is None:
            before = None
            continue
        if not (_is_price(bar.close) and _is_price(close)):
            return None
        if before is not None and bar.open_time_ms - before[0].open_time_ms == bar.interval_ms:
            returns.append((math.log(bar.close / before[0].close), math.log(close / before[1])))
        before = (bar, close)
    return returns


def _is_price(price: Decimal) -> bool:
    return price.is_finite() and price > 0


def _decimal(statistic: float) -> Decimal:
    return round(Decimal(statistic), _DIGITS)
