"""The equity chart shows worth, peak and drawdown, and results are bars with numbers."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.contracts.history import EquityPoint, History
from desk.ui.viewmodels.equity_chart import EquityScene, equity_picture
from desk.ui.viewmodels.equity_past import EquityPast, drawdowns, equity_past
from desk.ui.viewmodels.equity_scene import equity_scene
from desk.ui.viewmodels.results import SIDE_CELLS, bar, results_table
from desk.ui.viewmodels.text import cells
from desk.ui.viewmodels.tones import Tone
from tests.builders.charts import equity_points, result_of, rows_of
from tests.builders.examples import examples
from tests.builders.frames import account_view, frame, snapshot
from tests.builders.market import START_MS

FALLEN = equity_points("100000", "101000", "99990", "100500")


NO_PAST = History((), (), ())


def past(*points: EquityPoint) -> EquityPast | None:
    return equity_past(points)


def drawn(scene: EquityScene, width: int = 80, height: int = 20) -> list[str]:
    return rows_of(equity_picture(scene, width, height))


def test_the_heading_says_worth_change_peak_and_drawdown_against_its_limit() -> None:
    heading = drawn(equity_scene(frame(), past(*FALLEN)), 110)[0]
    assert "100,500.00 USDT" in heading
    assert "+500.00" in heading
    assert "+0.50%" in heading
    assert "peak 101,000.00" in heading
    assert "drawdown 1.20% of 10.0%" in heading
    assert "worst 1.00%" in heading


def test_a_drawdown_at_its_limit_alarms() -> None:
    over = frame(snapshot(account=account_view(drawdown="0.10")))
    tones = {one.text: one.tone for one in equity_scene(over, past(*FALLEN)).heading}
    assert tones["drawdown 10.00% of 10.0%"] is Tone.ALARM


def test_the_peak_is_a_line_and_the_last_value_a_badge() -> None:
    picture = equity_picture(equity_scene(frame(), past(*FALLEN)), 80, 20)
    rows = rows_of(picture)
    assert rows[1].startswith("P")
    assert "P 101,000.00" in rows[1]
    assert [span.text.strip() for line in picture for span in line if span.is_badge] == ["100,500.00"]


def test_the_drawdown_hangs_below_the_plot_and_says_how_deep() -> None:
    rows = drawn(equity_scene(frame(), past(*FALLEN)), height=26)
    assert "█" in "".join(rows[-6:])
    assert "-1.00%" in "\n".join(rows)


def test_a_depth_lasts_until_the_next_point() -> None:
    rows = drawn(equity_scene(frame(), past(*equity_points("100", "90", "90"))), height=26)
    deepest = max(row.count("█") for row in rows[-6:])
    assert deepest > 20


def test_a_rising_account_has_neither_peak_line_nor_depth() -> None:
    text = "\n".join(drawn(equity_scene(frame(), past(*equity_points("100", "110", "120")))))
    assert "┄" not in text
    assert "█" not in text
    assert "-0" not in text


def test_ascii_equity_is_ascii() -> None:
    text = "\n".join(drawn(equity_scene(frame(ascii_only=True), past(*FALLEN)), height=26))
    assert text.isascii()
    assert "#" in text


def test_without_points_it_says_why() -> None:
    assert "Asking the desk" in "\n".join(drawn(equity_scene(frame(), None, is_answered=False)))
    assert "No equity yet" in "\n".join(drawn(equity_scene(frame(), past())))
    assert "gone away" in "\n".join(drawn(equity_scene(frame(), None, "gone away", is_answered=False)))


def test_an_old_answer_stays_and_says_stale() -> None:
    rows = drawn(equity_scene(frame(), past(*FALLEN), "gone away"))
    assert rows[0].endswith("STALE")
    assert "├" in "\n".join(rows)


def test_drawdowns_count_from_the_peak_before() -> None:
    assert drawdowns(equity_points("100", "50", "200", "150")) == tuple(
        Decimal(one) for one in ("0", "0.5", "0", "0.25")
    )


@settings(max_examples=examples(50))
@given(
    values=st.lists(
        st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False),
        max_size=300,
    ),
    every_ms=st.sampled_from([0, 1, 5_000, 86_400_000]),
    width=st.integers(10, 250),
    height=st.integers(4, 70),
    ascii_only=st.booleans(),
)
def test_any_equity_is_drawn_in_exactly_the_given_size(
    *, values: list[Decimal], every_ms: int, width: int, height: int, ascii_only: bool
) -> None:
    points = tuple(EquityPoint(START_MS + number * every_ms, one) for number, one in enumerate(values))
    rows = drawn(equity_scene(frame(ascii_only=ascii_only), past(*points)), width, height)
    assert [cells(one) for one in rows] == [width] * height
    assert not ascii_only or "\n".join(rows).isascii()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10", "        │████████"),
        ("-10", "████████│        "),
        ("5", "        │████    "),
        ("-0.7", "       ▐│        "),
        ("0.0001", "        │▌       "),
        ("0", "        │        "),
        (None, "        │        "),
    ],
)
def test_a_bar_goes_from_its_zero_to_the_side_of_its_sign(value: str | None, expected: str) -> None:
    assert bar(None if value is None else Decimal(value), Decimal(10)) == expected


def test_an_ascii_bar_is_ascii_and_as_wide() -> None:
    for value in ("-10", "-3.3", "0", "7"):
        drawn_bar = bar(Decimal(value), Decimal(10), ascii_only=True)
        assert drawn_bar.isascii()
        assert len(drawn_bar) == SIDE_CELLS * 2 + 1


def test_results_are_after_fees_and_summed() -> None:
    history = replace(NO_PAST, results=(result_of("breakout", "11"), result_of("dca", "-5", "0.5")))
    table = results_table(frame(), history)
    cells_of = {
        row.key: {column.key: cell for column, cell in zip(table.columns, row.cells, strict=True)}
        for row in table.rows
    }
    assert cells_of["breakout"]["result"].text.strip() == "+10.00"
    assert cells_of["breakout"]["won"].text == "50%"
    assert cells_of["breakout"]["mean"].text.strip() == "+2.50"
    assert cells_of["dca"]["result"].text.strip() == "-5.50"
    assert cells_of["dca"]["bar"].tone is Tone.BAD
    assert [one.text for one in table.foot] == ["8 closed", "result +4.50", "USDT"]


def test_a_result_that_cannot_be_valued_is_not_guessed() -> None:
    table = results_table(frame(), replace(NO_PAST, results=(result_of("odd", None), result_of("dca", "1"))))
    assert [one.text for one in table.foot] == ["8 closed", "not all can be valued"]
    assert table.rows[0].cells[4].text.strip() == "-"


def test_without_results_the_table_says_why() -> None:
    assert "Asking" in results_table(frame(), None).empty
    assert "No results yet" in results_table(frame(), NO_PAST).empty
