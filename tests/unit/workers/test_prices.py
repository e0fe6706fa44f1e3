"""A price may be acted on while it is sound, and neither too old nor dated ahead."""

from decimal import Decimal

import pytest

from desk.contracts.market import Quote
from desk.testing import START_MS
from desk.workers.prices import price_fault

MOST_MS = 5_000


def quote(bid: str = "99", ask: str = "101", time_ms: int = START_MS) -> Quote:
    return Quote("BTC/USDT", Decimal(bid), Decimal(ask), Decimal(100), time_ms)


@pytest.mark.parametrize("age_ms", [0, MOST_MS, -MOST_MS])
def test_a_sound_price_of_now_can_be_acted_on(age_ms: int) -> None:
    assert price_fault(quote(time_ms=START_MS - age_ms), START_MS, MOST_MS) is None


@pytest.mark.parametrize("age_ms", [MOST_MS + 1, -MOST_MS - 1])
def test_a_price_too_old_or_dated_ahead_cannot(age_ms: int) -> None:
    assert price_fault(quote(time_ms=START_MS - age_ms), START_MS, MOST_MS) is not None


@pytest.mark.parametrize(
    ("bid", "ask"), [("NaN", "101"), ("99", "Infinity"), ("0", "101"), ("-1", "1"), ("101", "99")]
)
def test_what_is_no_market_cannot(bid: str, ask: str) -> None:
    assert price_fault(quote(bid, ask), START_MS, MOST_MS) is not None


def test_without_a_price_nothing_can() -> None:
    assert price_fault(None, START_MS, MOST_MS) is not None
