"""How two prices move together: Pearson's correlation and the beta of log returns over aligned bars.

A correlation is a statistic and no money: floats are exact enough for it and many times as fast.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import fsum, isfinite, log, sqrt

from desk.contracts.market import Bar, is_positive

_DIGITS = Decimal("0.0001")
_LEAST_VARIANCE = 1e-18  # not money: a squared log return; below it a price stands still
_ONE = 1.0  # not money: the greatest correlation

Returns = Mapping[int, float]
"""The log return of each bar, by the time it opened at."""


@dataclass(frozen=True, slots=True)
class Correlation:
    """Hold a correlation in [-1, 1] to four digits, None where it is not known, and over how many bars."""

    value: Decimal | None
    bars: int


def log_returns(bars: Sequence[Bar], from_ms: int) -> dict[int, float]:
    """Return ln(close / close before) of each bar that opened at `from_ms` or later.

    A bar has one where the bar before it is there too and both closes are prices: a hole makes none.
    """
    found: dict[int, float] = {}
    for before, bar in pairwise(bars):
        is_next = bar.open_time_ms == before.close_time_ms and bar.open_time_ms >= from_ms
        if is_next and is_positive(before.close) and is_positive(bar.close):
            found[bar.open_time_ms] = log(float(bar.close) / float(before.close))  # not money: a statistic
    return found


def correlation(first: Returns, second: Returns, min_bars: int) -> Correlation:
    """Return Pearson's correlation over the bars that both have.

    Not known with fewer than `min_bars` of them, or where one of the prices stood still.
    """
    common = [one for one in first if one in second]
    count = len(common)
    if count < min_bars or not count:
        return Correlation(None, count)
    return Correlation(_pearson([first[one] for one in common], [second[one] for one in common]), count)


def beta(first: Returns, second: Returns) -> Decimal | None:
    """Return how far the first moved per move of the second: their covariance / variance of the second.

    It is correlation x deviation of the first / deviation of the second, over the bars that both have. None
    where one of the prices stood still.
    """
    common = [one for one in first if one in second]
    found = _moments([first[one] for one in common], [second[one] for one in common]) if common else None
    if found is None:
        return None
    shared, _, second_variance = found
    value = shared / second_variance
    return Decimal(value).quantize(_DIGITS) if isfinite(value) else None


def _pearson(first: Sequence[float], second: Sequence[float]) -> Decimal | None:
    found = _moments(first, second)
    if found is None:
        return None
    shared, first_variance, second_variance = found
    value = shared / sqrt(first_variance * second_variance)
    if not isfinite(value):
        return None
    return Decimal(max(min(value, _ONE), -_ONE)).quantize(_DIGITS)


def _moments(first: Sequence[float], second: Sequence[float]) -> tuple[float, float, float] | None:
    """Return covariance and both variances; None where one of the prices stood still."""
    count = len(first)
    first_mean, second_mean = fsum(first) / count, fsum(second) / count
    first_off = [one - first_mean for one in first]
    second_off = [one - second_mean for one in second]
    first_variance = fsum(one * one for one in first_off) / count
    second_variance = fsum(one * one for one in second_off) / count
    if not (first_variance > _LEAST_VARIANCE and second_variance > _LEAST_VARIANCE):
        return None
    shared = fsum(one * other for one, other in zip(first_off, second_off, strict=True)) / count
    return shared, first_variance, second_variance
