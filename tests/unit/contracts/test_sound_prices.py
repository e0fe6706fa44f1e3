"""What a market is, what a price is, and which currencies a symbol names."""

from decimal import Decimal

import pytest

from desk.contracts.assets import base_of, currencies_of
from desk.contracts.market import Quote, is_positive


@pytest.mark.parametrize(("bid", "ask"), [("99", "101"), ("100", "100"), ("0.00000001", "1")])
def test_a_market_is_finite_above_zero_and_not_crossed(bid: str, ask: str) -> None:
    assert quote(bid, ask).is_sound


@pytest.mark.parametrize(
    ("bid", "ask"),
    [
        ("101", "99"), ("0", "1"), ("-1", "1"), ("NaN", "1"), ("1", "NaN"), ("sNaN", "1"), ("1", "sNaN"),
        ("1", "Infinity"), ("-Infinity", "1"),
    ],
)  # fmt: skip
def test_what_is_no_market_is_told_and_never_raises(bid: str, ask: str) -> None:
    assert not quote(bid, ask).is_sound


@pytest.mark.parametrize("number", ["0", "-0", "-1", "NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_not_above_zero_or_not_finite_is_no_price(number: str) -> None:
    assert not is_positive(Decimal(number))


@pytest.mark.parametrize("symbol", ["BTC/USDT", "BTC/USDT:USDT"])
def test_a_symbol_names_its_currencies_whatever_it_settles_in(symbol: str) -> None:
    assert base_of(symbol) == "BTC"
    assert currencies_of(symbol) == ("BTC", "USDT")


def quote(bid: str, ask: str) -> Quote:
    return Quote("BTC/USDT", Decimal(bid), Decimal(ask), Decimal(100), 0)
