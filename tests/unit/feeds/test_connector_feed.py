"""What a venue quotes and trades becomes ticks: each once, in order, none silently lost."""

from dataclasses import replace
from decimal import Decimal

import pytest

from desk.contracts.market import Bar
from desk.contracts.problems import ReadFailed
from desk.feeds.bars import BarBuilder
from desk.feeds.irregularities import Irregularity
from tests.builders.market import BTC, ETH, MINUTE_MS, START_MS, bar
from tests.builders.market_source import MAX_QUOTE_AGE_MS, HandSource, HeardFeed, hear

SOL = "SOL/USDT"


def test_quotes_and_trades_travel_apart_and_become_one_line_of_ticks() -> None:
    async def trades(heard: HeardFeed) -> None:
        heard.source.quote(START_MS, "99", "101")
        heard.source.trade(START_MS, "101", "0.5")
        heard.source.quote(START_MS, "100", "102")
        heard.source.quote(START_MS, "103", "104")
        heard.source.quote(START_MS, "97", "98")

    heard = hear(trades)
    assert heard.shown() == [
        (0, "100", "99", "101", "0"),
        (0, "101", "99", "101", "0.5"),
        (0, "101", "100", "102", "0"),
        (0, "103", "103", "104", "0"),
        (0, "98", "97", "98", "0"),
    ]
    assert [tick.sequence for tick in heard.ticks] == [7, 8, 9, 10, 11]
    assert len({tick.id for tick in heard.ticks}) == 5
    assert not heard.troubles


def test_the_source_is_asked_for_the_feed_s_symbols_and_they_stay_apart() -> None:
    async def trades(heard: HeardFeed) -> None:
        heard.source.quote(START_MS, "99", "101")
        heard.source.trade(START_MS, "3000", symbol=ETH)

    heard = hear(trades)
    assert heard.source.subscribed == heard.feed.symbols == (BTC, ETH)
    assert [(tick.symbol, tick.bid, tick.ask) for tick in heard.ticks] == [
        (BTC, Decimal(99), Decimal(101)),
        (ETH, Decimal(3000), Decimal(3000)),
    ]


def test_a_symbol_that_is_watched_later_is_asked_for_once_and_brings_ticks() -> None:
    async def trades(heard: HeardFeed) -> None:
        assert heard.feed.watch(SOL)
        assert heard.feed.watch(SOL)
        assert heard.feed.watch(BTC)
        heard.source.quote(START_MS, "149", "151", SOL)

    heard = hear(trades)
    assert heard.source.subscribed == heard.feed.symbols == (BTC, ETH, SOL)
    assert [(tick.symbol, tick.price) for tick in heard.ticks] == [(SOL, Decimal(150))]
    assert not heard.troubles


def test_nothing_is_dropped_while_the_core_is_busy() -> None:
    async def bursts(heard: HeardFeed) -> None:
        for number in range(900):
            heard.source.trade(START_MS, "100", str(number), trade_id=str(number))
            if number == 500:
                await heard.settle()

    heard = hear(bursts)
    assert [int(tick.size_base) for tick in heard.ticks] == list(range(900))


def test_others_have_their_turn_within_a_burst() -> None:
    async def bursts(heard: HeardFeed) -> None:
        for _ in range(900):
            heard.source.trade(START_MS, "100")
        seen = []
        while len(heard.ticks) < 900:
            await heard.clock.sleep_ms(0)
            seen.append(len(heard.ticks))
        assert len(seen) > 3

    hear(bursts)


def test_a_trade_outside_the_quote_widens_it_and_the_next_quote_counts_again() -> None:
    async def trades(heard: HeardFeed) -> None:
        heard.source.quote(START_MS, "99", "101")
        heard.source.trade(START_MS, "103")
        heard.source.trade(START_MS, "98")
        heard.source.quote(START_MS, "97", "98")

    assert [one[1:4] for one in hear(trades).shown()[1:]] == [
        ("103", "99", "103"),
        ("98", "98", "101"),
        ("98", "97", "98"),
    ]


def test_a_quote_that_has_fallen_silent_is_not_shown_beside_fresh_trades() -> None:
    async def trades(heard: HeardFeed) -> None:
        heard.source.quote(START_MS, "99", "101")
        await heard.clock.sleep_ms(MAX_QUOTE_AGE_MS - 1)  # the first millisecond went by before
        heard.source.trade(heard.now_ms, "90")
        await heard.clock.sleep_ms(1)
        heard.source.trade(heard.now_ms, "90")

    assert [one[1:4] for one in hear(trades).shown()[1:]] == [("90", "90", "101"), ("90", "90", "90")]


def test_a_trade_that_was_overtaken_is_kept_with_the_newer_quote_beside_it() -> None:
    async def trades(heard: HeardFeed) -> None:
        await heard.clock.sleep_ms(100)
        heard.source.quote(START_MS + 50, "99", "101")
        heard.source.trade(START_MS + 40, "103", "2")

    assert hear(trades).shown()[1] == (50, "103", "99", "101", "2")


def test_a_quote_older_than_the_newest_is_superseded() -> None:
    async def quotes(heard: HeardFeed) -> None:
        await heard.clock.sleep_ms(100)
        heard.source.quote(START_MS + 50, "99", "101")
        heard.source.quote(START_MS + 49, "95", "96")

    heard = hear(quotes)
    assert len(heard.ticks) == 1
    assert heard.feed.irregularities.count(Irregularity.SUPERSEDED, BTC) == 1
    assert not heard.troubles


@pytest.mark.parametrize("kind", ["trade", "quote"])
def test_what_comes_far_too_late_is_told_and_never_shown_as_new(kind: str) -> None:
    async def delays(heard: HeardFeed) -> None:
        await heard.clock.sleep_ms(9_000)
        if kind == "quote":
            heard.source.trade(heard.now_ms, "100")
            heard.source.quote(START_MS, "50", "51")
        else:
            heard.source.quote(heard.now_ms, "99", "101")
            heard.source.trade(START_MS, "50")

    heard = hear(delays)
    assert [tick.price for tick in heard.ticks] == [Decimal(100)]
    assert heard.feed.irregularities.count(Irregularity.LATE, BTC) == 1
    [trouble] = heard.troubles
    assert trouble.startswith(f"{BTC}: a {kind} came that is 9001 ms older than the newest price")


def test_a_trade_told_again_after_a_lost_connection_counts_once() -> None:
    async def reconnects(heard: HeardFeed) -> None:
        for trade_id in ("a", "b", "a", "b", "c"):
            heard.source.trade(START_MS, "100", trade_id=trade_id)
        heard.source.trade(START_MS, "100", symbol=ETH, trade_id="a")
        for _ in range(2):
            heard.source.trade(START_MS, "100")

    heard = hear(reconnects)
    assert len(heard.ticks) == 6
    assert heard.feed.irregularities.count(Irregularity.DUPLICATE) == 2
    assert not heard.troubles


@pytest.mark.parametrize(
    ("bid", "ask"),
    [("NaN", "101"), ("99", "sNaN"), ("0", "101"), ("-1", "101"), ("99", "Infinity"), ("101", "99")],
)
def test_a_quote_that_is_no_market_is_refused_and_told(bid: str, ask: str) -> None:
    async def quotes(heard: HeardFeed) -> None:
        heard.source.quote(START_MS, "98", "102")
        heard.source.quote(START_MS, bid, ask)
        heard.source.trade(START_MS, "100")

    heard = hear(quotes)
    assert heard.troubles == [f"{BTC}: bid {bid} and ask {ask} are no market, and were refused"]
    assert [(tick.bid, tick.ask) for tick in heard.ticks] == [
        (Decimal(98), Decimal(102)),
        (Decimal(100), Decimal(100)),
    ]


@pytest.mark.parametrize(
    ("price", "size"), [("NaN", "1"), ("0", "1"), ("-5", "1"), ("Infinity", "1"), ("5", "NaN"), ("5", "-1")]
)
def test_a_trade_that_is_none_is_refused_and_told(price: str, size: str) -> None:
    async def trades(heard: HeardFeed) -> None:
        heard.source.trade(START_MS, price, size)
        heard.source.trade(START_MS, "100", "0")

    heard = hear(trades)
    assert heard.troubles == [f"{BTC}: a trade of {size} at {price} is none, and was refused"]
    assert [tick.price for tick in heard.ticks] == [100]
    assert heard.feed.irregularities.count(Irregularity.REFUSED, BTC) == 1


def test_trouble_that_goes_on_is_counted_and_told_at_powers_of_ten() -> None:
    async def quotes(heard: HeardFeed) -> None:
        for _ in range(250):
            heard.source.quote(START_MS, "101", "99")
        heard.source.quote(START_MS, "101", "99", ETH)

    heard = hear(quotes)
    assert heard.feed.irregularities.count(Irregularity.REFUSED) == 251
    whole = "bid 101 and ask 99 are no market, and were refused"
    assert heard.troubles == [
        f"{BTC}: {whole}", f"{BTC}: {whole} (10 so far)", f"{BTC}: {whole} (100 so far)", f"{ETH}: {whole}",
    ]  # fmt: skip


def test_prices_that_nobody_asked_for_are_left_out_and_told() -> None:
    async def trades(heard: HeardFeed) -> None:
        heard.source.trade(START_MS, "1", symbol="DOGE/USDT")

    heard = hear(trades)
    assert not heard.ticks
    assert heard.troubles == ["DOGE/USDT: prices that nobody asked for came"]


def test_a_venue_ahead_of_the_clock_makes_no_price_from_the_future() -> None:
    async def trades(heard: HeardFeed) -> None:
        heard.source.trade(START_MS + 900, "100")
        heard.source.trade(START_MS + 99_000, "100")

    heard = hear(trades)
    assert [tick.time_ms for tick in heard.ticks] == [START_MS + 1, START_MS + 1]
    [trouble] = heard.troubles
    assert "the venue's clock is 98999 ms ahead of this machine's" in trouble


def test_a_wall_clock_that_is_set_back_does_not_make_every_price_late() -> None:
    async def trades(heard: HeardFeed) -> None:
        heard.source.quote(heard.now_ms, "99", "101")
        await heard.settle()
        heard.clock.jump_wall(-3_600_000)
        heard.source.quote(heard.now_ms, "98", "101")
        heard.source.trade(heard.now_ms, "99")

    heard = hear(trades)
    assert [tick.time_ms - START_MS for tick in heard.ticks] == [1, -3_599_998, -3_599_998]
    assert not heard.troubles


def test_a_flood_folds_older_quotes_away_and_keeps_every_trade() -> None:
    async def floods(heard: HeardFeed) -> None:
        heard.source.quote(START_MS, "2000", "2001", ETH)
        for number in range(400):
            heard.source.quote(START_MS, str(100 + number), "900")
            if number % 10 == 0:
                heard.source.trade(START_MS, "500", trade_id=str(number))
        heard.source.quote(START_MS, "3000", "3001", ETH)

    heard = hear(floods, capacity=100)
    trades = [tick for tick in heard.ticks if tick.size_base]
    assert len(trades) == 40
    assert (heard.ticks[0].symbol, heard.ticks[0].bid) == (ETH, Decimal(2000))
    assert heard.ticks[-2].bid == 499
    assert (heard.ticks[-1].symbol, heard.ticks[-1].bid) == (ETH, Decimal(3000))
    irregularities = heard.feed.irregularities
    assert irregularities.count(Irregularity.CONFLATED) == 442 - len(heard.ticks) > 0
    assert irregularities.count(Irregularity.LOST) == 0
    assert heard.troubles[0].startswith("the desk is behind its market: of 100 updates ")


def test_trades_are_lost_only_where_they_alone_are_too_many_and_that_is_told() -> None:
    async def floods(heard: HeardFeed) -> None:
        heard.source.quote(START_MS, "99", "101")
        for number in range(101):
            heard.source.trade(START_MS, "100", str(number + 1))

    heard = hear(floods, capacity=100)
    lost = heard.feed.irregularities.count(Irregularity.LOST, BTC)
    assert lost == 25
    assert heard.ticks[0].bid == 99
    assert [int(tick.size_base) for tick in heard.ticks[1:]] == list(range(lost + 1, 102))
    assert heard.troubles[0].startswith(f"{BTC}: the desk is behind its market: trades were lost")


def test_bars_hold_the_volume_of_every_trade() -> None:
    async def trades(heard: HeardFeed) -> None:
        for number in range(240):
            await heard.clock.sleep_until_ms(START_MS + number * 500 + 2)
            heard.source.quote(heard.now_ms, "99", "101")
            heard.source.trade(heard.now_ms - 1, "100", "0.25")

    heard = hear(trades)
    builder = BarBuilder(BTC, MINUTE_MS, 10)
    closed = [one for one in map(builder.add, heard.ticks) if one is not None]
    assert [one.volume for one in closed] == [30]
    assert builder.late_ticks == 0


def test_what_comes_between_the_history_and_the_first_tick_is_kept() -> None:
    async def starts(heard: HeardFeed) -> None:
        heard.source.trade(START_MS, "100")
        await heard.clock.sleep_ms(500)
        assert not heard.ticks
        taking = heard.feed.ticks()
        assert (await anext(taking)).time_ms == START_MS  # its age is the desk's to judge

    hear(starts, takes=False)


def test_a_silent_market_brings_no_tick() -> None:
    async def waits(heard: HeardFeed) -> None:
        heard.source.trade(START_MS, "100")
        await heard.clock.sleep_ms(3_600_000)

    assert len(hear(waits).ticks) == 1


def test_closing_ends_the_ticks_at_once() -> None:
    async def closes(heard: HeardFeed) -> None:
        heard.source.trade(START_MS, "100")
        await heard.feed.close()
        heard.source.trade(START_MS, "100")
        await heard.settle()
        assert heard.has_ended
        assert not heard.ticks

    hear(closes)


def test_a_closed_feed_keeps_nothing_of_a_market_that_goes_on() -> None:
    async def goes_on(heard: HeardFeed) -> None:
        await heard.feed.close()
        for _ in range(1_000):
            heard.source.quote(START_MS, "99", "101")

    assert not hear(goes_on, capacity=10).troubles


def test_closing_ends_a_wait_for_ticks() -> None:
    async def closes(heard: HeardFeed) -> None:
        await heard.feed.close()
        await heard.settle()
        assert heard.has_ended

    hear(closes)


def history_of(*bars: Bar, count: int = 3, after_ms: int = 10 * MINUTE_MS) -> tuple[list[Bar], HeardFeed]:
    answered: list[Bar] = []

    async def asks(heard: HeardFeed) -> None:
        await heard.clock.sleep_until_ms(START_MS + after_ms)
        answered.extend(await heard.feed.history(BTC, MINUTE_MS, count))

    return answered, hear(asks, HandSource(bars))


def test_history_is_the_venue_s_closed_bars_in_order() -> None:
    newest_first = [bar(str(100 + number), number) for number in (10, 9, 8, 8, 7, 6, 5)]
    bars, heard = history_of(*newest_first)
    assert bars == [bar(str(100 + number), number) for number in (7, 8, 9)]
    assert heard.source.asked == [(BTC, MINUTE_MS, 4)]


def test_of_two_bars_for_one_time_the_later_answer_counts() -> None:
    bars, _ = history_of(bar("100", 8), bar("100.5", 8), bar("101", 9))
    assert [one.close for one in bars] == [Decimal("100.5"), 101]


BAD_BARS = {
    "is of": replace(bar(), symbol=ETH),
    "not of BTC/USDT over 60000 ms": replace(bar(), interval_ms=1_000),
    "does not open at a multiple": replace(bar(), open_time_ms=START_MS + 1),
    "no number": replace(bar(), close=Decimal("NaN")),
    "contradicts itself": replace(bar(), high=Decimal(99)),
    "contradicts itself: 100, 100, 0": replace(bar(), low=Decimal(0)),
    "a volume of -1": replace(bar(), volume=Decimal(-1)),
}


@pytest.mark.parametrize("what", BAD_BARS)
def test_a_history_that_is_none_is_a_failed_read(what: str) -> None:
    async def asks(heard: HeardFeed) -> None:
        with pytest.raises(ReadFailed, match=f"the venue's bar of .*{what}"):
            await heard.feed.history(BTC, MINUTE_MS, 3)

    assert not hear(asks, HandSource([bar("100", -1), BAD_BARS[what]])).troubles


def test_a_venue_that_does_not_answer_leaves_it_to_the_caller_to_tell_and_to_decide() -> None:
    async def asks(heard: HeardFeed) -> None:
        with pytest.raises(ReadFailed):
            await heard.feed.history(BTC, MINUTE_MS, 3)
        with pytest.raises(KeyError):
            await heard.feed.history("DOGE/USDT", MINUTE_MS, 3)

    heard = hear(asks, HandSource(None))
    assert not heard.troubles
