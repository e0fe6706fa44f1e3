from decimal import Decimal

from desk.ui.viewmodels.sparklines import sparkline
from desk.ui.viewmodels.tones import Tone
from desk.ui.viewmodels.watch import watch_table
from tests.builders.frames import feed_row, frame, snapshot
from tests.builders.market import BTC
from tests.builders.tables import cells_of, texts_of


def numbers(*values: int) -> tuple[Decimal, ...]:
    return tuple(Decimal(one) for one in values)


def test_a_symbol_tells_its_prices_and_where_they_went() -> None:
    row = texts_of(watch_table(frame(snapshot(feeds=(feed_row(),)))))

    assert (row["symbol"], row["bid"], row["ask"], row["last"]) == (BTC, "101.99", "102.01", "102.00")
    assert (row["change"], row["spread"], row["age"]) == ("+1.23%", "0.02%", "200ms")
    assert row["trend"] == "▂▄▇▁▂█▅"


def test_a_silent_symbol_keeps_its_price_and_says_stale() -> None:
    cells = cells_of(watch_table(frame(snapshot(feeds=(feed_row(is_stale=True, age_ms=90_000),)))))

    assert (cells["last"].text.strip(), cells["last"].tone) == ("~102.00", Tone.STALE)
    assert cells["age"].text == "STALE 1m"


def test_ages_go_on_while_the_desk_is_silent() -> None:
    assert texts_of(watch_table(frame(unheard_ms=1_300)))["age"] == "1.5s"


def test_a_symbol_without_a_price_shows_dashes() -> None:
    row = feed_row(is_stale=True, age_ms=None, change=None)

    assert texts_of(watch_table(frame(snapshot(feeds=(row,)))))["change"] == "-"
    assert texts_of(watch_table(frame(snapshot(feeds=(row,)))))["age"] == "STALE"


def test_a_trend_goes_from_its_lowest_to_its_highest() -> None:
    assert sparkline(numbers(1, 8), 4, ascii_only=False) == "▁█"
    assert sparkline(numbers(1, 8), 4, ascii_only=True) == "_#"


def test_a_trend_shows_its_newest_end() -> None:
    assert sparkline(numbers(9, 1, 2), 2, ascii_only=True) == "_#"


def test_a_trend_that_went_nowhere_is_flat() -> None:
    assert sparkline(numbers(5, 5, 5), 9, ascii_only=False) == "▁▁▁"
    assert sparkline((), 9, ascii_only=False) == ""
