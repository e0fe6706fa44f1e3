"""The prices of the real ccxt against the local exchange, in weather of every kind."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.ccxt.settings import MarketChoice
from connectors.sandbox import stream
from connectors.sandbox.codes import BAD_PARAMETER, VenueRefusal
from connectors.sandbox.listings import Category
from connectors.sandbox.market import Market
from connectors.sandbox.topics import MarketTopic, market_topic
from desk.contracts.ports.market_source import QuoteUpdate, TradeUpdate
from desk.contracts.problems import ReadFailed
from tests.builders.ccxt import opened
from tests.builders.exchange_streams import QUICK, Told, told_market, until
from tests.builders.sandbox import PERP, SPOT, Sandbox, many_perpetuals, sandbox

ETHER = "ETH/USDT:USDT"

STEADY = replace(QUICK, trade_silence_ms=60_000, quote_silence_ms=60_000)
"""Where the test itself makes the gaps, and a stall of the machine must make none."""

LAGGING = replace(QUICK, late_ms=200, trade_silence_ms=2_500, quote_silence_ms=60_000)


def trade(box: Sandbox, *prices: int, symbol: str = PERP) -> list[Decimal]:
    """Let trades happen at whole prices, and return them."""
    for price in prices:
        box.price(f"{price}", symbol)
    return [Decimal(price) for price in prices]


def refuse(symbol: str, patch: pytest.MonkeyPatch) -> None:
    """Let the venue refuse every subscription of a symbol that it lists."""

    def topic(name: str, category: Category, market: Market) -> MarketTopic:
        found = market_topic(name, category, market)
        if found.listing.symbol == symbol:
            raise VenueRefusal(BAD_PARAMETER, f"error:invalid symbol,topic:{name}")
        return found

    patch.setattr(stream, "market_topic", topic)


async def until_told(told: Told, prices: list[Decimal]) -> None:
    """Wait until all was told, each once and in order."""
    await until(lambda: len(told.prices) >= len(prices))
    assert told.prices == prices


async def test_trades_and_quotes_are_told_with_size_time_and_id() -> None:
    async with sandbox() as box, told_market(box) as told:
        await told.until_up()
        box.price("50010", bid="50009.5", ask="50010.5")
        await until(lambda: bool(told.prices) and (Decimal("50009.5"), Decimal("50010.5")) in told.quotes)
        (first,) = [one for one in told.updates if isinstance(one, TradeUpdate)]
        assert (first.symbol, first.price) == (PERP, Decimal(50010))
        assert first.size_base > 0
        assert first.venue_trade_id
        quote = next(one for one in told.updates if isinstance(one, QuoteUpdate))
        assert abs(quote.time_ms - first.time_ms) < 60_000


async def test_coins_have_their_quotes_from_the_book() -> None:
    async with sandbox() as box, told_market(box, market=MarketChoice.SPOT, symbols=(SPOT,)) as told:
        await told.until_up()
        box.price("50010", SPOT, bid="50009", ask="50011")
        await until(lambda: (Decimal(50009), Decimal(50011)) in told.quotes)
        await until_told(told, [Decimal(50010)])


async def test_a_burst_of_trades_is_told_whole_and_in_order() -> None:
    async with sandbox() as box, told_market(box, STEADY) as told:
        await told.until_up()
        await until_told(told, trade(box, *range(50_000, 53_000)))


async def test_nothing_from_before_the_opening_is_told() -> None:
    async with sandbox() as box:
        trade(box, 49_000, 49_001)
        async with told_market(box) as told:
            await told.until_up()
            await until_told(told, trade(box, 50_000))


@pytest.mark.parametrize("fault", ["stream_closed", "stream_reset"])
async def test_trades_missed_in_a_gap_are_told_before_newer_ones(fault: str) -> None:
    async with sandbox() as box, told_market(box, STEADY) as told:
        await told.until_up()
        before = trade(box, 50_000, 50_001)
        await until_told(told, before)
        box.fault("stream_refused", strikes=["market_stream"])
        box.fault(fault, strikes=["market_stream"])
        await until(lambda: not told.condition("trades").is_up)
        missed = trade(box, *range(50_100, 50_120))
        box.lift_faults()
        await told.until_up()
        await until_told(told, [*before, *missed])
        await until(lambda: any("publicTrade" in topic for one in box.server.streams for topic in one.topics))
        after = trade(box, 50_200, 50_201)
        await until_told(told, [*before, *missed, *after])
        assert told.condition("trades").gaps == 1


async def test_a_silent_stream_is_rebuilt_and_what_it_withheld_is_told() -> None:
    async with sandbox() as box, told_market(box) as told:
        await told.until_up()
        before = trade(box, 50_000)
        await until_told(told, before)
        box.fault("stream_silent", strikes=["market_stream"])
        withheld = trade(box, 50_100, 50_101)
        await until(lambda: told.gaps() > 0)
        box.lift_faults()
        await until_told(told, [*before, *withheld])
        await told.until_up()
        await until_told(told, [*before, *withheld, *trade(box, 50_200)])
        await until(lambda: not any(one.is_stale for one in told.streams.conditions()))


async def test_a_single_silent_topic_is_found_out() -> None:
    async with sandbox() as box, told_market(box) as told:
        await told.until_up()
        box.fault("stream_silent", strikes=["market_stream"], path="orderbook")
        shown = len(told.quotes)
        box.price("50100", bid="50099", ask="50101")
        await until(lambda: told.condition("quotes").gaps > 0)
        box.lift_faults()
        await until(lambda: (Decimal(50099), Decimal(50101)) in told.quotes[shown:])


async def test_silent_trades_beside_living_quotes_are_found_out() -> None:
    async with sandbox() as box, told_market(box, replace(QUICK, quote_silence_ms=60_000)) as told:
        await told.until_up()
        box.fault("stream_silent", strikes=["market_stream"], path="publicTrade")
        withheld = trade(box, 50_100)
        await until(lambda: told.condition("trades").gaps > 0)
        box.lift_faults()
        await until_told(told, withheld)


async def test_a_stream_that_lags_is_rebuilt() -> None:
    async with sandbox() as box, told_market(box, LAGGING) as told:
        await told.until_up()
        before = trade(box, 50_000)
        await until_told(told, before)
        box.fault("stream_late", strikes=["market_stream"], path="publicTrade", delay_ms=1_500)
        late: list[Decimal] = []
        async with asyncio.timeout(20):
            while not told.condition("trades").gaps:
                late += trade(box, 50_100 + len(late))
                await told.pause()
        box.lift_faults()
        await until_told(told, [*before, *late])


async def test_a_quiet_market_is_not_taken_for_a_dead_stream() -> None:
    async with sandbox() as box, told_market(box) as told:
        await told.until_up()
        await until_told(told, trade(box, 50_000))
        path = "GET /v5/market/recent-trade"
        await until(lambda: box.venue.requests[path] >= 2)
        assert told.gaps() == 0
        assert not any(one.is_stale for one in told.streams.conditions())


@pytest.mark.parametrize("fault", ["stream_duplicated", "stream_late"])
async def test_trades_that_come_twice_or_late_are_told_once(fault: str) -> None:
    settings = {"delay_ms": 100} if fault == "stream_late" else {}
    async with sandbox() as box, told_market(box) as told:
        await told.until_up()
        box.fault(fault, strikes=["market_stream"], **settings)
        await until_told(told, trade(box, *range(50_000, 50_030)))


async def test_a_message_that_is_no_json_costs_no_trade() -> None:
    async with sandbox() as box, told_market(box, STEADY) as told:
        await told.until_up()
        before = trade(box, 50_000)
        await until_told(told, before)
        box.fault("stream_malformed", strikes=["market_stream"], path="publicTrade", times=1)
        torn = trade(box, 50_001)
        await until(lambda: told.condition("trades").gaps == 1)
        await told.until_up()
        await until_told(told, [*before, *torn, *trade(box, 50_002)])


async def test_prices_go_on_where_missed_trades_cannot_be_read() -> None:
    async with sandbox() as box, told_market(box, replace(STEADY, hold_ms=300)) as told:
        await told.until_up()
        before = trade(box, 50_000)
        await until_told(told, before)
        box.fault("error_before", path="recent-trade")
        box.fault("stream_reset", strikes=["market_stream"])
        await until(lambda: told.condition("trades").gaps == 1)
        await told.until_up()
        after = trade(box, 50_100, 50_101)
        await until_told(told, [*before, *after])


async def test_many_symbols_are_subscribed_in_portions() -> None:
    symbols = many_perpetuals(23)
    names = [one.symbol for one in symbols]
    async with sandbox(symbols=symbols) as box, told_market(box, symbols=names) as told:
        await told.until_up(topics=46)
        for name in names:
            box.price("150", name)
        await until(lambda: len(told.prices) == 23)
        assert len(told.streams.conditions()) == 6


async def test_a_symbol_the_venue_lacks_is_shown_and_the_others_run() -> None:
    async with sandbox() as box, told_market(box, symbols=(PERP, "NO/USDT:USDT")) as told:
        await until(lambda: told.condition("trades").is_up)
        assert not told.condition("NO/USDT:USDT").is_up
        trade(box, 50_000)
        await until(lambda: told.prices == [Decimal(50_000)])


async def test_bars_are_read_with_their_volume_in_base() -> None:
    async with sandbox() as box, told_market(box) as told:
        await told.until_up()
        trade(box, 50_000, 50_500, 49_900)
        await until(lambda: len(told.prices) == 3)
        source = told.source
        bars = await source.fetch_bars(PERP, 60_000, 3)
        assert all(bar.symbol == PERP and bar.interval_ms == 60_000 for bar in bars)
        assert [bar.open_time_ms for bar in bars] == sorted({bar.open_time_ms for bar in bars})
        assert any(bar.low <= 49_900 and bar.high >= 50_500 for bar in bars[-2:])
        assert len(await source.fetch_bars(PERP, 60_000, 450)) == 450
        with pytest.raises(ReadFailed, match="no bars of 7000 ms"):
            await source.fetch_bars(PERP, 7_000, 3)
        with pytest.raises(ReadFailed, match="no NO/USDT"):
            await source.fetch_bars("NO/USDT", 60_000, 3)
    with pytest.raises(ReadFailed, match="not connected"):
        await source.fetch_bars(PERP, 60_000, 3)


async def test_a_symbol_that_is_watched_later_is_told_whole_beside_those_before_it() -> None:
    first, later = "C001/USDT:USDT", "C002/USDT:USDT"
    async with sandbox(symbols=many_perpetuals(2)) as box, told_market(box, STEADY, symbols=(first,)) as told:
        await told.until_up()
        before = trade(box, 101, symbol=first)
        await until_told(told, before)
        trade(box, 90, symbol=later)
        told.source.watch((later, first))
        await told.until_up(topics=4)
        await until_told(told, [*before, *trade(box, 103, symbol=later), *trade(box, 102, symbol=first)])
        box.fault("stream_refused", strikes=["market_stream"])
        box.fault("stream_closed", strikes=["market_stream"])
        await until(lambda: not any(one.is_up for one in told.streams.conditions()))
        missed = trade(box, 104, 105, symbol=later)
        box.lift_faults()
        await told.until_up(topics=4)
        newest = trade(box, 106, symbol=later)
        await until(lambda: told.prices[-3:] == [*missed, *newest])
        assert len(told.prices) == 6


async def test_a_symbol_watched_later_that_the_venue_refuses_is_down_alone_and_brings_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, later, refused = "C001/USDT:USDT", "C002/USDT:USDT", "C003/USDT:USDT"
    async with sandbox(symbols=many_perpetuals(3)) as box:
        refuse(refused, monkeypatch)
        async with told_market(box, STEADY, symbols=(first,)) as told:
            await told.until_up()
            told.source.watch((refused, later))
            await until(lambda: told.condition(f"trades {later}").is_up)
            await until_told(told, [*trade(box, 101, symbol=first), *trade(box, 103, symbol=later)])
            await until(lambda: not told.condition(f"trades {refused}").is_up)
            conditions = told.streams.conditions()
            assert {one.symbols for one in conditions} == {(first,), (later,), (refused,)}
            down = [one for one in conditions if one.symbols == (refused,)]
            assert [one.silent_ms for one in down] == [None, None]


async def test_what_was_watched_later_is_watched_again_after_a_reopening() -> None:
    async with opened() as rig:
        connector, heard = rig.another(), set[str]()
        assert connector.market is not None
        connector.market.subscribe((PERP,), lambda update: heard.add(update.symbol))
        await connector.open()
        connector.market.watch((ETHER,))
        await connector.close()
        await connector.open()
        await until(lambda: all(one.is_up for one in connector.connection.streams))
        heard.clear()
        rig.box.price("3000", ETHER)
        await until(lambda: ETHER in heard)
        await connector.close()
