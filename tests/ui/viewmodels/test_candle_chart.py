"""A candle chart tells up from down without colour, and shows where a trade stands even off its edge."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.contracts.history import MarkKind
from desk.contracts.market import Bar
from desk.contracts.sides import OrderSide
from desk.ui.viewmodels.candle_chart import candle_picture
from desk.ui.viewmodels.text import cells
from tests.builders.charts import bar_of, candle_scene_of, fill_mark, level, rising_bars, rows_of
from tests.builders.examples import examples
from tests.builders.market import BTC, MINUTE_MS, START_MS


def plot(*prices: str, width: int = 40, height: int = 12, ascii_only: bool = False) -> str:
    bars = [bar_of(one, number) for number, one in enumerate(prices)]
    return "\n".join(rows_of(candle_picture(candle_scene_of(bars, ascii_only=ascii_only), width, height)))


def test_rising_and_falling_candles_have_different_shapes() -> None:
    rising, falling = plot("100 120 90 110"), plot("110 120 90 100")
    assert "┃" in rising
    assert "█" not in rising
    assert "█" in falling
    assert "┃" not in falling


def test_a_falling_candle_smaller_than_a_cell_still_looks_like_one() -> None:
    assert any(one in plot("100 120 90 99.9") for one in "▀▄█")
    assert any(one in plot("99.9 120 90 100") for one in "╹╻┃╽╿")


def test_ascii_candles_are_hollow_and_filled_and_nothing_but_ascii() -> None:
    drawn = plot("100 120 90 110", "110 120 90 100", ascii_only=True)
    assert drawn.isascii()
    assert "o" in drawn
    assert "#" in drawn


def test_a_wick_reaches_half_a_cell() -> None:
    assert "╽" in plot("100 110 100 106", height=6)


def test_prices_on_the_axis_are_round_and_in_the_instruments_decimals() -> None:
    rows = rows_of(candle_picture(candle_scene_of(rising_bars(20)), 60, 20))
    labels = [one.split("├")[1].strip() for one in rows if "├" in one]
    assert labels == ["120.0", "115.0", "110.0", "105.0", "100.0"]


def test_the_last_price_stands_in_its_row() -> None:
    scene = candle_scene_of(rising_bars(20), last="121.3")
    picture = candle_picture(scene, 60, 20)
    tags = [span.text.strip() for line in picture for span in line if span.is_badge]
    assert tags == ["121.3"]


def test_a_last_price_far_away_points_over_the_edge() -> None:
    rows = rows_of(candle_picture(candle_scene_of(rising_bars(20), last="900"), 60, 20))
    assert "↑  900.0" in rows[1]


def test_levels_of_a_trade_are_lines_with_letter_and_price() -> None:
    scene = candle_scene_of(rising_bars(20), level("E", "110"), level("S", "100"), level("T", "121"))
    drawn = "\n".join(rows_of(candle_picture(scene, 60, 24)))
    assert "E 110.0" in drawn
    assert "S 100.0" in drawn
    assert "T 121.0" in drawn
    assert drawn.count("┄") > 60


def test_a_level_far_away_is_an_arrow_at_the_edge_and_does_not_squeeze_the_candles() -> None:
    scene = candle_scene_of(rising_bars(20), level("T", "500"), level("S", "1"))
    rows = rows_of(candle_picture(scene, 60, 20))
    assert "↑T 500.0" in rows[1]
    assert "↓S   1.0" in rows[-2]
    assert "│" in rows[10] or "┃" in "".join(rows)
    assert "115.0" in "\n".join(rows)


def test_levels_that_share_a_row_are_all_told() -> None:
    scene = candle_scene_of(rising_bars(20), level("E", "110"), level("S", "110.1"), level("T", "109.9"))
    drawn = "\n".join(rows_of(candle_picture(scene, 60, 20)))
    assert "E 110.0" in drawn
    assert "S 110.1" in drawn
    assert "T 109.9" in drawn


def test_the_levels_of_many_trades_all_find_a_place() -> None:
    levels = [level(letter, f"110.0{number}") for number in range(5) for letter in "EST"]
    drawn = "\n".join(rows_of(candle_picture(candle_scene_of(rising_bars(20), *levels), 60, 30)))
    assert sum(drawn.count(f"{letter} 110.0") for letter in "EST") == 15


def test_fills_are_marked_on_their_bar_by_direction_and_kind() -> None:
    marks = [fill_mark("101", 0), fill_mark("110", 9, side=OrderSide.SELL, kind=MarkKind.EXIT)]
    drawn = "\n".join(rows_of(candle_picture(candle_scene_of(rising_bars(20), marks=marks), 60, 20)))
    assert "▲" in drawn
    assert "▽" in drawn
    before = [fill_mark("101", -5), fill_mark("101", 50)]
    outside = "\n".join(rows_of(candle_picture(candle_scene_of(rising_bars(20), marks=before), 60, 20)))
    assert "▲" not in outside


def test_the_newest_bars_stand_at_the_right_end() -> None:
    few, many = (candle_picture(candle_scene_of(rising_bars(one)), 60, 20) for one in (3, 300))
    assert rows_of(few)[5][:40].strip() == ""
    assert "399" in "\n".join(rows_of(many)) or "400.0" in "\n".join(rows_of(many))


def test_a_price_that_stands_still_is_drawn_in_the_middle() -> None:
    rows = rows_of(candle_picture(candle_scene_of([bar_of("100 100 100 100")]), 40, 11))
    drawn = [number for number, one in enumerate(rows) if any(glyph in one for glyph in "╹╻┃")]
    assert drawn == [5]


def test_without_bars_it_says_so() -> None:
    assert "no bars yet" in "\n".join(rows_of(candle_picture(candle_scene_of([]), 40, 10)))


def test_a_price_that_is_no_number_is_left_out() -> None:
    broken = bar_of("NaN NaN NaN NaN")
    assert "no bars yet" in "\n".join(rows_of(candle_picture(candle_scene_of([broken]), 40, 10)))


PRICES = st.decimals(
    min_value=Decimal("1E-10"), max_value=Decimal("1E+14"), allow_nan=False, allow_infinity=False
)


@st.composite
def any_bars(draw: st.DrawFn) -> list[Bar]:
    around = draw(PRICES)
    spread = draw(st.sampled_from(["0", "0.000001", "0.01", "1", "1000"]))
    bars = list[Bar]()
    for number in range(draw(st.integers(0, 130))):
        moved = around * (1 + Decimal(spread) * (number * 7919 % 13))
        ends = sorted((around, moved))
        bars.append(
            Bar(BTC, START_MS + number * MINUTE_MS, MINUTE_MS, around, ends[1], ends[0], moved, Decimal(1))
        )
    return bars


@settings(max_examples=examples(60))
@given(
    bars=any_bars(),
    width=st.integers(10, 250),
    height=st.integers(4, 70),
    ascii_only=st.booleans(),
    price_step=st.sampled_from([None, "0.00000001", "0.1", "25"]),
    at=st.lists(PRICES, max_size=6),
)
def test_any_bars_are_drawn_in_exactly_the_given_size(
    *, bars: list[Bar], width: int, height: int, ascii_only: bool, price_step: str | None, at: list[Decimal]
) -> None:
    levels = [level("EST"[number % 3], str(one)) for number, one in enumerate(at)]
    scene = candle_scene_of(
        bars, *levels, last=str(at[0]) if at else None, ascii_only=ascii_only, price_step=price_step
    )
    rows = rows_of(candle_picture(scene, width, height))
    assert [cells(one) for one in rows] == [width] * height
    assert not ascii_only or "\n".join(rows).isascii()


@settings(max_examples=examples(30))
@given(width=st.integers(0, 12), height=st.integers(0, 5))
def test_a_place_too_small_for_anything_is_no_error(width: int, height: int) -> None:
    picture = candle_picture(candle_scene_of(rising_bars(5), level("S", "90")), width, height)
    assert [sum(len(span.text) for span in line) for line in picture] == [width] * height
