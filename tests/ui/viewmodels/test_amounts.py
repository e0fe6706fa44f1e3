"""What is typed into a field becomes the number that was meant, or a sentence that says what to write."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.market import Instrument, InstrumentKind
from desk.contracts.sides import PositionSide
from desk.ui.viewmodels.amounts import (
    Fault,
    Typed,
    Yardstick,
    read_amount,
    read_price,
    read_share,
    read_stop,
    read_target,
    read_typed,
)

BITCOIN = Instrument(
    "BTC/USDT:USDT", InstrumentKind.PERPETUAL, "BTC", "USDT", Decimal("0.1"), Decimal("0.001"),
    Decimal("0.001"), Decimal(5), Decimal("0.0002"), Decimal("0.0005"),
)  # fmt: skip
LONG = Yardstick(PositionSide.LONG, Decimal(50_000), BITCOIN, entry=Decimal(50_000), risk=Decimal(500))
SHORT = Yardstick(PositionSide.SHORT, Decimal(50_000), BITCOIN, entry=Decimal(50_000), risk=Decimal(500))


@pytest.mark.parametrize(
    ("text", "value", "unit", "is_signed"),
    [
        ("1234.5", "1234.5", "", False),
        (" 1,234.5 ", "1234.5", "", False),
        (".5", "0.5", "", False),
        ("-1.5%", "-1.5", "%", True),
        ("+ 2 %", "2", "%", True),
        ("2r", "2", "R", False),
        ("0R", "0", "R", False),
    ],
)
def test_a_number_is_read_with_its_sign_and_unit(text: str, value: str, unit: str, is_signed: bool) -> None:  # noqa: FBT001
    assert read_typed(text) == Typed(Decimal(value), unit, is_signed)


@pytest.mark.parametrize(
    "text",
    [
        "", "abc", "1,5", "1,23,456", "1.2.3", "1e5", "NaN", "Infinity", "٣", "1_000", "--1", "$5", "1.5 BTC",
        "%", "R",
    ],
)  # fmt: skip
def test_what_is_no_number_says_what_to_write(text: str) -> None:
    fault = read_typed(text)
    assert isinstance(fault, Fault)
    assert "write" in fault.text


def test_a_decimal_comma_is_not_guessed_at() -> None:
    fault = read_typed("1,5")
    assert isinstance(fault, Fault)
    assert "a comma groups thousands" in fault.text


def test_escapes_and_controls_in_a_paste_do_not_reach_the_fault() -> None:
    fault = read_typed("\x1b[31mred\x07\n" + "x" * 500)
    assert isinstance(fault, Fault)
    assert fault.text.isprintable()
    assert len(fault.text) < 100


@given(st.text(max_size=60))
def test_nothing_typed_breaks_the_reading(text: str) -> None:
    typed = read_typed(text)
    if isinstance(typed, Typed):
        assert typed.value.is_finite()
    else:
        assert typed.text.isprintable()


@given(st.decimals(min_value="0.01", max_value="999999999", places=2))
def test_an_amount_written_by_the_desk_reads_back(amount: Decimal) -> None:
    assert read_amount(f"{amount:,}", "USDT") == amount


@pytest.mark.parametrize("text", ["0", "-5", "5%", "2R", "1000000000000000"])
def test_an_amount_is_above_zero_finite_and_has_no_unit(text: str) -> None:
    assert isinstance(read_amount(text, "USDT"), Fault)


def test_a_share_of_equity_becomes_an_amount() -> None:
    assert read_share("0.5%", "USDT", Decimal(100_000)) == Decimal("500.00")
    assert read_share("250", "USDT", None) == Decimal(250)


@pytest.mark.parametrize("text", ["1%", "0%", "-1%"])
def test_a_share_of_nothing_is_refused(text: str) -> None:
    whole = None if text == "1%" else Decimal(1000)
    assert isinstance(read_share(text, "USDT", whole), Fault)


@pytest.mark.parametrize(
    ("yardstick", "text", "price"),
    [
        (LONG, "1%", "49500.0"),
        (LONG, "-1%", "49500.0"),
        (SHORT, "1%", "50500.0"),
        (SHORT, "+1%", "50500.0"),
        (LONG, "+1%", "50500.0"),
        (LONG, "0R", "50000.0"),
        (LONG, "1R", "50500.0"),
        (SHORT, "1R", "49500.0"),
        (LONG, "49,500.07", "49500.0"),
        (SHORT, "50500.07", "50500.1"),
    ],
)
def test_a_stop_is_a_price_or_a_distance_and_gives_way_to_the_market(
    yardstick: Yardstick, text: str, price: str
) -> None:
    assert read_stop(text, yardstick) == Decimal(price)


@pytest.mark.parametrize(
    ("yardstick", "text", "price"),
    [
        (LONG, "2R", "51000.0"),
        (SHORT, "2R", "49000.0"),
        (LONG, "2%", "51000.0"),
        (SHORT, "-2%", "49000.0"),
        (LONG, "51000.01", "51000.1"),
        (SHORT, "49000.09", "49000.0"),
    ],
)
def test_a_target_is_a_price_a_distance_or_a_multiple_of_the_risk(
    yardstick: Yardstick, text: str, price: str
) -> None:
    assert read_target(text, yardstick) == Decimal(price)


@pytest.mark.parametrize("text", ["0", "-50000", "-100%", "-500%", "0.01"])
def test_a_stop_that_is_no_price_is_refused(text: str) -> None:
    assert isinstance(read_stop(text, LONG), Fault)


def test_a_distance_needs_something_to_measure_from() -> None:
    blind = Yardstick(PositionSide.LONG, None, BITCOIN)
    percent, multiple = read_stop("1%", blind), read_target("2R", blind)
    assert isinstance(percent, Fault)
    assert isinstance(multiple, Fault)
    assert read_stop("49500", blind) == Decimal(49_500)


def test_a_price_alert_wants_to_know_above_or_below() -> None:
    assert read_price("+2%", BITCOIN, Decimal(50_000)) == Decimal(51_000)
    fault = read_price("2%", BITCOIN, Decimal(50_000))
    assert isinstance(fault, Fault)
    assert "+2% or -2%" in fault.text


@given(
    st.sampled_from([LONG, SHORT]),
    st.decimals(min_value="0.01", max_value="99", places=2),
)
def test_an_unsigned_stop_always_loses_and_an_unsigned_target_always_gains(
    yardstick: Yardstick, distance: Decimal
) -> None:
    stop, target = read_stop(f"{distance}%", yardstick), read_target(f"{distance}%", yardstick)
    assert isinstance(stop, Decimal)
    assert isinstance(target, Decimal)
    assert (stop - Decimal(50_000)) * yardstick.side.sign < 0
    assert (target - Decimal(50_000)) * yardstick.side.sign > 0
    assert stop % BITCOIN.price_step == target % BITCOIN.price_step == 0
