import csv
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from desk.ui.viewmodels.closed_trades import CSV_TITLES, closed_trades_csv, closed_trades_table
from desk.ui.viewmodels.frame import Writing
from desk.ui.viewmodels.tones import Tone
from tests.builders.frames import closed_trade, frame, history, trade_id
from tests.builders.tables import cells_of, foot_of, texts_of

UTC = Writing(time_zone=ZoneInfo("UTC"))


def test_a_result_is_what_is_left_after_fees() -> None:
    table = closed_trades_table(frame(), history(closed_trade()))
    row = texts_of(table)

    assert (row["result"], row["fees"], row["r"]) == ("+12.39", "0.11", "+2.5")
    assert (row["closed"], row["held"], row["reason"]) == ("22:13:00", "59m00s", "target filled")


def test_a_win_eaten_by_fees_is_a_loss() -> None:
    cell = cells_of(closed_trades_table(frame(), history(closed_trade(realized="0.05"))))["result"]

    assert (cell.text, cell.tone) == ("-0.06", Tone.BAD)


def test_slippage_is_in_basis_points_and_a_dash_where_no_reference_was() -> None:
    trades = history(closed_trade(slippage="0.0004"), closed_trade(number=2, slippage=None))
    table = closed_trades_table(frame(), trades)

    assert [texts_of(table, at)["slippage"] for at in (0, 1)] == ["+4.0", "-"]


def test_the_foot_sums_what_is_in_one_currency() -> None:
    trades = (closed_trade(), closed_trade(number=2, realized="-5"))

    assert foot_of(closed_trades_table(frame(), history(*trades))) == (
        "2 closed | won 50% | result +7.28 | fees 0.22 | USDT"
    )


def test_currencies_are_not_added_up() -> None:
    trades = (closed_trade(), replace(closed_trade(number=2), symbol="BTC/EUR"))

    assert foot_of(closed_trades_table(frame(), history(*trades))) == "2 closed | won 100%"


def test_without_an_answer_the_table_says_what_it_waits_for() -> None:
    assert closed_trades_table(frame(), None).empty.startswith("Asking")
    assert closed_trades_table(frame(), None, "socket is gone").empty == "socket is gone"
    assert closed_trades_table(frame(), history()).empty.startswith("No closed trades yet")


def test_the_csv_has_every_number_whole() -> None:
    text = closed_trades_csv([closed_trade()], UTC)
    titles, row = list(csv.reader(text.splitlines()))
    values = dict(zip(titles, row, strict=True))

    assert tuple(titles) == CSV_TITLES
    assert values["trade_id"] == trade_id()
    assert (values["realized_quote"], values["result_quote"]) == ("12.5", "12.39")
    assert values["slippage_fraction"] == "0.0004"
    assert values["closed"] == "2023-11-14 22:13:00+00:00"


def test_the_csv_leaves_out_what_is_not_known_and_small_numbers_keep_their_digits() -> None:
    trade = replace(closed_trade(slippage=None), r_multiple=None, size_base=Decimal("1E-8"))
    titles, row = list(csv.reader(closed_trades_csv([trade], UTC).splitlines()))
    values = dict(zip(titles, row, strict=True))

    assert values["slippage_fraction"] == values["r_multiple"] == ""
    assert values["size_base"] == "0.00000001"


def test_text_in_the_csv_is_no_formula_and_no_second_line() -> None:
    trade = replace(closed_trade(), reason='=HYPERLINK("x")\n\x1b[2J', strategy_id="@sum")
    rows = list(csv.reader(closed_trades_csv([trade], UTC).splitlines()))

    assert len(rows) == 2
    assert rows[1][-1] == '\'=HYPERLINK("x") '
    assert rows[1][3] == "'@sum"
