from decimal import Decimal

from desk.contracts.directives import Protection
from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.contracts.sides import PositionSide
from desk.contracts.snapshot import PositionRow
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.positions import positions_table
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.tones import Tone
from tests.builders.frames import (
    BTC_PERPETUAL,
    feed_row,
    frame,
    position,
    position_row,
    snapshot,
    trade_id,
)
from tests.builders.market import BTC, ETH
from tests.builders.tables import cells_of, column_of, foot_of, texts_of


def holding(*rows: PositionRow) -> Frame:
    return frame(snapshot(positions=rows))


def test_a_position_tells_what_decides_its_survival() -> None:
    row = texts_of(positions_table(holding(position_row())))

    assert row["symbol"] == BTC
    assert row["side"] == "LONG ▲"
    assert row["unrealized"] == "+1.00"
    assert row["r"] == "+0.4"
    assert row["distance"] == "6.86%"
    assert (row["mark"], row["entry"], row["stop"], row["target"]) == ("102.00", "100.00", "95.00", "110.00")
    assert (row["size"], row["notional"], row["fees"]) == ("0.500", "51.00", "0.05")
    assert (row["protection"], row["risk"], row["age"]) == ("STOP OK", "3.50", "2m05s")
    assert (row["worker"], row["strategy"]) == ("trend", "breakout")


def test_a_short_gains_as_the_mark_falls() -> None:
    held = position(side=PositionSide.SHORT, stop="105", target="90")
    cells = cells_of(positions_table(holding(position_row(held, mark="98"))))

    assert cells["side"].text == "SHORT ▼"
    assert (cells["unrealized"].text, cells["unrealized"].tone) == ("+1.00", Tone.GOOD)


def test_sides_have_arrows_in_ascii_too() -> None:
    seen = snapshot(positions=(position_row(),))

    assert texts_of(positions_table(frame(seen, ascii_only=True)))["side"] == "LONG ^"


def test_a_missing_stop_alarms_with_a_running_clock() -> None:
    naked = position_row(position(stop=None), naked_ms=62_000)
    silent = frame(snapshot(positions=(naked,)), unheard_ms=1_000)

    cell = cells_of(positions_table(holding(naked)))["protection"]
    assert (cell.text, cell.tone) == ("NO STOP 01:02", Tone.ALARM)
    assert texts_of(positions_table(silent))["protection"] == "NO STOP 01:03"


def test_a_position_that_wants_no_stop_raises_no_alarm() -> None:
    held = position(stop=None, protection=Protection.NONE)

    assert texts_of(positions_table(holding(position_row(held))))["protection"] == "none wanted"


def test_a_price_through_the_stop_is_told_in_words() -> None:
    cells = cells_of(positions_table(holding(position_row(mark="94"))))

    assert (cells["protection"].text, cells["protection"].tone) == ("THROUGH STOP", Tone.ALARM)
    assert cells["distance"].tone is Tone.ALARM


def test_a_position_the_desk_did_not_open_is_marked() -> None:
    held = position(stop=None, protection=Protection.NONE, strategy_id=EXTERNAL_STRATEGY)
    row = texts_of(positions_table(holding(position_row(held))))

    assert row["protection"] == row["strategy"] == "EXTERNAL"


def test_a_silent_feed_makes_its_numbers_stale_and_says_for_how_long() -> None:
    rows = (position_row(mark_age_ms=75_000), position_row(position(number=2, symbol=ETH)))
    seen = snapshot(positions=rows, feeds=(feed_row(BTC, is_stale=True), feed_row(ETH)))
    table = positions_table(frame(seen))

    assert column_of(table, "distance")[0] == "STALE 1m"
    assert column_of(table, "unrealized") == ["~+1.00", "+1.00"]
    assert cells_of(table)["unrealized"].tone is Tone.STALE
    assert cells_of(table, 1)["unrealized"].tone is Tone.GOOD


def test_a_desk_out_of_reach_makes_every_number_stale() -> None:
    seen = snapshot(positions=(position_row(),))

    for unheard in (frame(seen, unheard_ms=3_000), frame(seen, unreachable="socket is gone")):
        assert texts_of(positions_table(unheard))["mark"] == "~102.00"


def test_a_stale_feed_does_not_hide_a_missing_stop() -> None:
    seen = snapshot(positions=(position_row(position(stop=None)),), feeds=(feed_row(is_stale=True),))

    assert cells_of(positions_table(frame(seen)))["protection"].tone is Tone.ALARM


def test_derivatives_have_columns_only_where_one_is_held() -> None:
    held = position_row(
        position(symbol=BTC_PERPETUAL), leverage="5", liquidation="81.6", funding="-0.42", mark="102"
    )
    table = positions_table(holding(held))
    row = texts_of(table)

    assert (row["leverage"], row["liquidation"], row["funding"]) == ("5x", "20.0%", "-0.42")
    assert "leverage" not in texts_of(positions_table(holding(position_row())))


def test_a_short_is_liquidated_above() -> None:
    held = position(symbol=BTC_PERPETUAL, side=PositionSide.SHORT, stop="110")
    row = position_row(held, mark="100", liquidation="120")

    assert texts_of(positions_table(holding(row)))["liquidation"] == "20.0%"


def test_an_unknown_mark_leaves_dashes_and_no_guess() -> None:
    row = texts_of(positions_table(holding(position_row(mark=None))))

    assert row["mark"] == row["unrealized"] == row["r"] == row["notional"] == row["distance"] == "-"
    assert row["bar"] == ""


def test_decimal_points_stand_below_each_other() -> None:
    rows = (position_row(), position_row(position(number=2, symbol=BTC_PERPETUAL)))
    table = positions_table(holding(*rows))

    assert [cells_of(table, at)["mark"].text for at in (0, 1)] == ["102.00", "102.0 "]


def test_a_tight_stop_is_not_written_as_no_distance_at_all() -> None:
    tight = position_row(position(entry="100", stop="99.97"), mark="100")

    assert cells_of(positions_table(holding(tight)))["distance"].text == "0.03%"


def test_the_foot_sums_the_book_in_the_accounts_currency() -> None:
    assert foot_of(positions_table(holding(position_row()))) == (
        "1 open | uPnL +22.40 | risk open 33.20 | gross 6,420.10 | net +1,200.00 | USDT"
    )


def test_the_foot_says_which_positions_its_risk_does_not_know() -> None:
    rows = (position_row(), position_row(position(number=2, stop=None)))

    assert "risk open 33.20 | + 1 without a stop |" in foot_of(positions_table(holding(*rows)))


def test_totals_over_a_stale_price_are_stale() -> None:
    seen = snapshot(positions=(position_row(),), feeds=(feed_row(is_stale=True),))

    assert "uPnL ~+22.40" in foot_of(positions_table(frame(seen)))


def test_an_empty_book_says_so_and_what_to_press() -> None:
    table = positions_table(frame())

    assert not table.rows
    assert not table.foot
    assert "n opens one" in table.empty


def test_the_cursor_knows_its_trade() -> None:
    assert positions_table(holding(position_row())).rows[0].subject == Subject(
        SubjectKind.POSITION, trade_id(), BTC, trade_id(), "breakout"
    )


def test_naked_positions_sort_before_all_others() -> None:
    rows = (position_row(), position_row(position(number=2, stop=None), naked_ms=5_000))
    table = positions_table(holding(*rows))
    orders = [Decimal(cells_of(table, at)["protection"].order or 0) for at in (0, 1)]

    assert orders[1] < orders[0]
