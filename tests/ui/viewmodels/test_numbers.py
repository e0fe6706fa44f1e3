from decimal import Decimal

import pytest

from desk.ui.viewmodels.numbers import Precision, multiple, number, percent, places_of, signed, signed_percent
from tests.builders.frames import BTC_PERPETUAL, snapshot
from tests.builders.market import BTC


@pytest.mark.parametrize(
    ("step", "places"), [("0.01", 2), ("0.010", 2), ("1", 0), ("10", 0), ("1E-8", 8), ("1E-12", 8)]
)
def test_a_step_says_how_many_decimals_are_written(step: str, places: int) -> None:
    assert places_of(Decimal(step)) == places


def test_thousands_are_separated() -> None:
    assert number(Decimal("1234567.891"), 2) == "1,234,567.89"


def test_a_number_without_places_keeps_its_own() -> None:
    assert number(Decimal("0.00012300")) == "0.000123"
    assert number(Decimal(100)) == "100"


def test_nothing_is_a_dash() -> None:
    assert number(None) == percent(None) == multiple(None) == signed(None) == "-"


def test_profit_always_has_its_sign() -> None:
    assert signed(Decimal("12.5")) == "+12.50"
    assert signed(Decimal("-12.5")) == "-12.50"


def test_a_loss_too_small_to_see_is_a_zero_without_a_sign() -> None:
    assert signed(Decimal("-0.001")) == "0.00"
    assert signed(Decimal("0.001")) == "0.00"
    assert number(Decimal("-0.000"), 2) == "0.00"


def test_an_absurd_number_does_not_fill_the_screen() -> None:
    assert number(Decimal("1E+900"), 2) == "1.000E+900"
    assert number(Decimal("NaN"), 2) == "NaN"


def test_fractions_are_percentages() -> None:
    assert percent(Decimal("0.0123")) == "1.2%"
    assert signed_percent(Decimal("0.0123")) == "+1.23%"
    assert multiple(Decimal("-1.25")) == "-1.2R"


def test_prices_and_sizes_have_their_instruments_decimals() -> None:
    precision = Precision(snapshot())

    assert precision.price(BTC, Decimal(100)) == "100.00"
    assert precision.size(BTC, Decimal("0.5")) == "0.500"
    assert precision.price(BTC_PERPETUAL, Decimal(100)) == "100.0"
    assert precision.price("DOGE/USDT", Decimal("0.08120")) == "0.0812"
