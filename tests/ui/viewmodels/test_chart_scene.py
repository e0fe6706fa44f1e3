"""A chart looks at the part it was told to, and says whether that is now."""

from dataclasses import replace
from decimal import Decimal

from desk.contracts.history import ChartView
from desk.ui.viewmodels.chart_scene import Answered, candle_scene, first_symbol
from desk.ui.viewmodels.chart_window import INTERVALS_MS, MOST_BARS, ChartWindow, interval_name
from tests.builders.charts import fill_mark, rising_bars
from tests.builders.frames import NOW_MS, feed_row, figure, frame, position, position_row, snapshot
from tests.builders.market import BTC, ETH, MINUTE_MS

BARS = rising_bars(100)
LIVE = ChartWindow(BTC)
ANSWERED = Answered(ChartView(BTC, MINUTE_MS, BARS, (fill_mark("110", 5),)))


def words(window: ChartWindow = LIVE, answered: Answered = ANSWERED) -> str:
    scene = candle_scene(frame(), window, answered)
    return " ".join(one.text for one in (*scene.heading, scene.state))


def test_intervals_go_from_five_seconds_to_an_hour_and_no_further() -> None:
    assert [interval_name(one) for one in INTERVALS_MS] == ["5s", "1m", "5m", "15m", "1h"]
    assert LIVE.stepped(-9).interval_ms == 5_000
    assert LIVE.stepped(9).interval_ms == 3_600_000


def test_panning_stops_at_the_oldest_page_and_ends_live() -> None:
    back = LIVE.panned(BARS, -10, 40)
    assert back.seen(BARS)[-1] == BARS[89]
    oldest = back.panned(BARS, -500, 40)
    assert len(oldest.seen(BARS)) == 40
    assert oldest.panned(BARS, 500, 40).is_live
    assert back.live() == LIVE


def test_a_chart_that_looks_back_stays_where_it_is_when_bars_are_added() -> None:
    back = LIVE.panned(BARS, -10, 40)
    assert back.seen(rising_bars(150))[-1] == BARS[89]


def test_it_asks_for_what_it_shows_a_page_before_and_all_after() -> None:
    assert LIVE.count(40, NOW_MS) == 80
    back = LIVE.panned(BARS, -10, 40)
    assert back.end_ms is not None
    assert back.count(40, back.end_ms + 30 * MINUTE_MS) == 111
    assert ChartWindow(BTC, end_ms=0).count(40, NOW_MS) == MOST_BARS
    assert LIVE.count(0, NOW_MS) == 1


def test_another_symbol_is_looked_at_live_and_the_same_one_stays() -> None:
    back = LIVE.panned(BARS, -10, 40)
    assert back.on(BTC) == back
    assert back.on(ETH) == ChartWindow(ETH)


def test_the_heading_tells_symbol_interval_and_the_newest_bar() -> None:
    assert words() == "BTC/USDT 1m O 199.00 H 201.00 L 198.00 C 200.00 +0.50% live"


def test_looking_back_says_until_when() -> None:
    assert "until 23:44:00, end: live" in words(LIVE.panned(BARS, -10, 40))


def test_an_answer_that_cannot_be_renewed_stays_and_says_stale() -> None:
    scene = candle_scene(frame(), LIVE, replace(ANSWERED, old_ms=12_000, failure="gone"))
    assert scene.state.text == "STALE 12s"
    assert scene.bars == BARS


def test_a_silent_feed_and_a_silent_desk_are_stale_too() -> None:
    silent = frame(snapshot(feeds=(replace(feed_row(BTC), is_stale=True),)))
    assert candle_scene(silent, LIVE, ANSWERED).state.text == "STALE"
    assert candle_scene(frame(unreachable="gone"), LIVE, ANSWERED).state.text == "STALE"


def test_open_trades_of_the_symbol_are_levels() -> None:
    held = frame(snapshot(positions=(position_row(), position_row(position(number=2, symbol=ETH)))))
    levels = candle_scene(held, LIVE, ANSWERED).levels
    assert [(one.letter, one.price) for one in levels] == [
        ("E", Decimal(100)), ("S", Decimal(95)), ("T", Decimal(110)),
    ]  # fmt: skip


def test_a_trade_without_stop_and_target_has_its_entry_alone() -> None:
    bare = position_row(position(stop=None, target=None))
    levels = candle_scene(frame(snapshot(positions=(bare,))), LIVE, ANSWERED).levels
    assert [one.letter for one in levels] == ["E"]


def test_the_last_price_is_the_feeds_or_that_of_the_newest_bar() -> None:
    fed = frame(snapshot(feeds=(replace(feed_row(BTC), last=figure("205.5")),)))
    assert candle_scene(fed, LIVE, ANSWERED).last == Decimal("205.5")
    assert candle_scene(frame(snapshot(feeds=())), LIVE, ANSWERED).last == Decimal(200)
    assert candle_scene(fed, LIVE.panned(BARS, -10, 40), ANSWERED).last is None


def test_what_is_missing_is_told() -> None:
    assert candle_scene(frame(), ChartWindow(""), Answered()).empty == "No symbol is watched."
    assert candle_scene(frame(), LIVE, Answered()).empty == "Asking for bars"
    assert "gone" in candle_scene(frame(), LIVE, Answered(failure="gone")).empty
    empty = Answered(ChartView(BTC, MINUTE_MS, (), ()))
    assert "No bars of BTC/USDT yet" in candle_scene(frame(), LIVE, empty).empty


def test_where_nothing_was_chosen_it_looks_at_a_position_first() -> None:
    assert first_symbol(snapshot(positions=(position_row(position(symbol=ETH)),))) == ETH
    assert first_symbol(snapshot()) == BTC
    assert first_symbol(snapshot(feeds=())) == ""
