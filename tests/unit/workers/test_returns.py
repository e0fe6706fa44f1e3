"""How markets move together, against numbers worked out by hand."""

import dataclasses
import math
from decimal import Decimal

from desk.contracts.market import Bar
from desk.workers.returns import relation
from tests.builders.workers import bars


def moved(*steps: str) -> list[Bar]:
    """Build bars whose log returns are these, in hundredths."""
    closes, price = [Decimal(100)], 100.0
    for step in steps:
        price *= math.exp(float(step) / 100)
        closes.append(Decimal(price))
    return bars(closes)


def test_twice_the_moves_are_a_beta_of_two_and_a_correlation_of_one() -> None:
    found = relation(moved("2", "-4", "6"), moved("1", "-2", "3"), 3)
    assert found is not None
    assert (found.count, found.correlation, found.beta) == (3, Decimal("1.0000"), Decimal("2.0000"))


def test_the_opposite_moves_are_the_mirror() -> None:
    found = relation(moved("-1", "2", "-3"), moved("1", "-2", "3"), 3)
    assert found is not None
    assert (found.correlation, found.beta) == (Decimal("-1.0000"), Decimal("-1.0000"))


def test_correlation_and_beta_are_those_of_the_textbook() -> None:
    """Returns (1, 2, 3) and (1, 3, 2): deviations (-1, 0, 1) and (-1, 1, 0); cov 1, variances 2 and 2."""
    found = relation(moved("1", "2", "3"), moved("1", "3", "2"), 3)
    assert found is not None
    assert (found.correlation, found.beta) == (Decimal("0.5000"), Decimal("0.5000"))


def test_only_bars_that_both_have_and_that_follow_each_other_count() -> None:
    ones, others = moved("1", "2", "3", "5", "1"), moved("1", "2", "3", "5", "1")
    del others[2]
    found = relation(ones, others, 2)
    assert found is not None
    assert found.count == 3, "the hole costs the return to it and the one after it"
    assert relation(ones, others, 4) is None


def test_what_did_not_move_has_no_beta() -> None:
    assert relation(moved("1", "2"), moved("0", "0"), 2) is None
    assert relation(moved("0", "0"), moved("1", "2"), 2) is None


def test_a_close_that_is_no_price_gives_nothing() -> None:
    for wrong in ("NaN", "Infinity", "0", "-1"):
        spoilt = moved("1", "2", "3")
        spoilt[1] = dataclasses.replace(spoilt[1], close=Decimal(wrong))
        assert relation(spoilt, moved("1", "2", "3"), 2) is None
        assert relation(moved("1", "2", "3"), spoilt, 2) is None


def test_one_return_is_no_relation() -> None:
    assert relation(moved("1"), moved("1"), 1) is None
    assert relation([], moved("1"), 1) is None
