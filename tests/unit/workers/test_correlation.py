"""Pearson's correlation of log returns, against numbers worked out by hand, and where it is not known."""

from decimal import Decimal
from itertools import accumulate
from math import exp

import pytest

from desk.testing.building import START_MS, bars
from desk.workers.correlation import Correlation, beta, correlation, log_returns

QUICK, SLOW = (1, -1, 1, -1), (1, 1, -1, -1)
"""Two patterns of mean 0 and variance 1 whose products add up to nothing."""


def mixed(quick: int, slow: int, count: int = 60) -> dict[int, float]:
    """Return returns that hold so much of each pattern; two such correlate by the cosine between them."""
    one = [quick * first + slow * second for first, second in zip(QUICK, SLOW, strict=True)]
    return {place: one[place % 4] / 1000 for place in range(count)}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((1, 0), (1, 0), "1"),
        ((1, 0), (-3, 0), "-1"),
        ((1, 0), (0, 1), "0"),
        ((1, 0), (4, 3), "0.8"),
        ((0, 1), (4, 3), "0.6"),
        ((4, 3), (-3, 4), "0"),
        ((4, 3), (12, 5), "0.9692"),
    ],
)
def test_it_is_the_cosine_of_what_is_mixed(
    first: tuple[int, int], second: tuple[int, int], expected: str
) -> None:
    found = correlation(mixed(*first), mixed(*second), 60)
    assert found == Correlation(Decimal(expected), 60)


def test_too_few_common_bars_are_not_enough() -> None:
    shifted = {place + 1: one for place, one in mixed(1, 0).items()}
    assert correlation(mixed(1, 0), shifted, 60) == Correlation(None, 59)
    assert correlation(mixed(1, 0), shifted, 59).value is not None
    assert correlation({}, {}, 0) == Correlation(None, 0)


@pytest.mark.parametrize("still", [0.0, 0.001, 1e-12])
def test_a_price_that_stands_still_or_moves_evenly_has_none(still: float) -> None:
    assert correlation(dict.fromkeys(range(60), still), mixed(1, 0), 10).value is None


def test_returns_are_natural_logarithms_of_what_follows_without_a_hole() -> None:
    closes = [Decimal(str(exp(one))) for one in accumulate([0, 0.01, -0.02, 0.03, 0.01])]
    path = bars(closes)
    assert log_returns(path, 0) == pytest.approx(
        {path[1].open_time_ms: 0.01, path[2].open_time_ms: -0.02, path[3].open_time_ms: 0.03,
         path[4].open_time_ms: 0.01}
    )  # fmt: skip
    with_a_hole = [*path[:2], *path[3:]]
    assert list(log_returns(with_a_hole, 0)) == [path[1].open_time_ms, path[4].open_time_ms]
    assert list(log_returns(path, START_MS + 180_000)) == [path[3].open_time_ms, path[4].open_time_ms]


@pytest.mark.parametrize("wrong", ["NaN", "Infinity", "0", "-1"])
def test_a_close_that_is_no_price_makes_no_return(wrong: str) -> None:
    path = bars(["100", "101", wrong, "102", "103"])
    assert list(log_returns(path, 0)) == [path[1].open_time_ms, path[4].open_time_ms]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [((2, 0), (1, 0), "2"), ((-1, 0), (1, 0), "-1"), ((3, 4), (5, 0), "0.6"), ((0, 1), (1, 0), "0")],
)
def test_beta_is_what_of_the_first_goes_with_the_second(
    first: tuple[int, int], second: tuple[int, int], expected: str
) -> None:
    """Mixed of 3 and 4, the covariance with 5 and 0 is 15 and the variance 25: 0.6."""
    assert beta(mixed(*first), mixed(*second)) == Decimal(expected)


def test_beta_is_correlation_times_the_ratio_of_the_deviations() -> None:
    found = correlation(mixed(3, 4), mixed(5, 0), 60).value
    assert found == Decimal("0.6")
    assert beta(mixed(3, 4), mixed(5, 0)) == found * 5 / 5
    assert beta(mixed(6, 8), mixed(5, 0)) == found * 10 / 5


def test_what_stands_still_or_shares_no_bar_has_no_beta() -> None:
    assert beta(mixed(1, 0), dict.fromkeys(range(60), 0.0)) is None
    assert beta(dict.fromkeys(range(60), 0.0), mixed(1, 0)) is None
    assert beta({}, mixed(1, 0)) is None
