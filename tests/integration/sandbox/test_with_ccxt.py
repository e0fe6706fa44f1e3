"""The real client library against the local exchange, over real HTTP and WebSocket: one import for all."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.builders.sandbox import KEY, PERP, SECRET, SPOT, Sandbox, sandbox

WITHIN_S = 30

Client = Any
"""The library has no types worth the name."""


def _elsewhere(urls: Any, base_url: str) -> Any:  # noqa: ANN401 - a nest of dictionaries and texts
    if isinstance(urls, dict):
        return {name: _elsewhere(one, base_url) for name, one in urls.items()}
    if not isinstance(urls, str):
        return urls
    streams = base_url.replace("http", "ws")
    return re.sub(r"^wss?://[^/]+", streams, re.sub(r"^https?://[^/]+", base_url, urls))


@asynccontextmanager
async def client(venue: Sandbox, *, streams: bool = False) -> AsyncIterator[Client]:
    """Open the library's Bybit client, pointed at the local exchange."""
    import ccxt.async_support  # noqa: PLC0415 - takes seconds, and only these tests need it
    import ccxt.pro  # noqa: PLC0415

    kind = ccxt.pro.bybit if streams else ccxt.async_support.bybit
    options = {"enableUnifiedMargin": False, "enableUnifiedAccount": True, "unifiedMarginStatus": 6}
    exchange: Client = kind(
        {
            "apiKey": KEY,
            "secret": SECRET,
            "enableRateLimit": False,
            "options": {
                **options,
                "fetchMarkets": {"types": ["spot", "linear"]},
                "watchPositions": {"fetchPositionsSnapshot": False},
            },
        }
    )
    exchange.number = str
    exchange.has["fetchCurrencies"] = False
    exchange.urls["api"] = _elsewhere(exchange.urls["api"], venue.base_url)
    try:
        await exchange.load_markets()
        yield exchange
    finally:
        await exchange.close()


async def subscribed(venue: Sandbox, *topics: str) -> None:
    """Wait until some connection has subscribed to all of `topics`."""
    while not any(set(topics) <= set(one.topics) for one in venue.server.streams):
        await venue.venue.clock.sleep_ms(10)


async def test_every_read_and_write_of_the_unified_interface_is_understood() -> None:
    async with sandbox() as venue, client(venue) as exchange:
        assert {PERP, SPOT} <= set(exchange.markets)
        assert (await exchange.fetch_balance())["USDT"]["free"] == "100000"
        bought = await exchange.create_order(PERP, "market", "buy", "0.1", None, {"clientOrderId": "buy1"})
        assert bought["id"]
        assert bought["status"] is None
        await exchange.create_order(PERP, "limit", "buy", "0.1", "40000", {"clientOrderId": "rest1"})
        stop = {"clientOrderId": "stop1", "stopLossPrice": "45000", "reduceOnly": True}
        await exchange.create_order(PERP, "market", "sell", "0.1", None, stop)
        opened = {one["clientOrderId"]: one for one in await exchange.fetch_open_orders(PERP)}
        assert set(opened) == {"rest1", "stop1"}
        assert opened["stop1"]["stopLossPrice"] == "45000"
        (fill,) = await exchange.fetch_my_trades(PERP)
        assert (fill["price"], fill["amount"], fill["fee"]["currency"]) == ("50000.1", "0.1", "USDT")
        (held,) = await exchange.fetch_positions([PERP])
        assert (held["side"], held["contracts"], held["entryPrice"]) == ("long", "0.1", "50000.1")
        ended = await exchange.fetch_canceled_and_closed_orders(PERP, params={"orderLinkId": "buy1"})
        assert [one["status"] for one in ended] == ["closed"]
        await exchange.cancel_order(None, PERP, {"orderLinkId": "rest1"})
        await exchange.cancel_all_orders(PERP)
        assert await exchange.fetch_open_orders(PERP) == []


async def test_orders_of_every_shape_the_library_sends_are_taken() -> None:
    async with sandbox(balances={"USDT": "100000", "BTC": "1"}) as venue, client(venue) as exchange:
        create = exchange.create_order
        await create(SPOT, "market", "buy", "0.01", None, {"clientOrderId": "s1"})
        await create(SPOT, "market", "buy", "0.01", None, {"clientOrderId": "s2", "cost": "500"})
        await create(SPOT, "market", "sell", "0.01", None, {"clientOrderId": "s3", "stopLossPrice": "45000"})
        await create(SPOT, "limit", "sell", "0.01", "44000", {"clientOrderId": "s4", "triggerPrice": "45000"})
        await create(
            SPOT, "market", "sell", "0.01", None, {"clientOrderId": "s5", "takeProfitPrice": "55000"}
        )
        filled = await exchange.fetch_my_trades(SPOT)
        assert [one["amount"] for one in filled] == ["0.01", "0.009999"]
        assert {one["fee"]["currency"] for one in filled} == {"BTC"}
        assert len(await exchange.fetch_open_orders(SPOT, params={"trigger": True})) == 3
        await exchange.cancel_order(None, SPOT, {"orderLinkId": "s3", "trigger": True})
        await exchange.cancel_all_orders(SPOT)
        assert await exchange.fetch_open_orders(SPOT) == []

        await exchange.set_leverage(10, PERP)
        stops = {"stopLoss": {"triggerPrice": "45000"}, "takeProfit": {"triggerPrice": "55000"}}
        await create(PERP, "market", "buy", "0.1", None, {"clientOrderId": "p1", **stops})
        held = await exchange.fetch_position(PERP)
        assert (held["leverage"], held["stopLossPrice"], held["takeProfitPrice"]) == ("10", "45000", "55000")
        await create(PERP, "limit", "buy", "0.1", "40000", {"clientOrderId": "p2", "timeInForce": "PostOnly"})
        await exchange.edit_order(None, PERP, "limit", "buy", "0.2", "41000", {"orderLinkId": "p2"})
        falling = {"triggerPrice": "46000", "triggerDirection": "descending", "reduceOnly": True}
        await create(PERP, "market", "sell", "0.1", None, {"clientOrderId": "p3", **falling})
        moved = {"orderLinkId": "p3", "triggerPrice": "46500"}
        await exchange.edit_order(None, PERP, "market", "sell", None, None, moved)
        (stop,) = await exchange.fetch_open_orders(PERP, params={"orderLinkId": "p3"})
        assert (stop["stopLossPrice"], stop["reduceOnly"]) == ("46500", True)
        rows = [
            {"symbol": PERP, "type": "limit", "side": "buy", "amount": amount, "price": "30000",
             "params": {"clientOrderId": name, "tpslMode": "Full"}}
            for name, amount in (("b1", "0.1"), ("b2", "100"))
        ]  # fmt: skip
        batch = await exchange.create_orders(rows)
        assert sorted(str(one["status"]) for one in batch) == ["None", "rejected"]
        (fill,) = await exchange.fetch_order_trades(None, PERP, params={"clientOrderId": "p1"})
        assert fill["info"]["orderLinkId"] == "p1"
        await exchange.cancel_all_orders(None, {"settleCoin": "USDT", "type": "swap"})
        assert venue.open_ids == []


async def test_refusals_are_the_errors_the_library_knows() -> None:
    import ccxt  # noqa: PLC0415 - as above

    async with sandbox() as venue, client(venue) as exchange:
        buy = (PERP, "market", "buy")
        await exchange.create_order(*buy, "0.1", None, {"clientOrderId": "a1"})
        for error, call in (
            (ccxt.InsufficientFunds, exchange.create_order(*buy, "1000")),
            (ccxt.InvalidOrder, exchange.create_order(*buy, "0.1", None, {"clientOrderId": "a1"})),
            (ccxt.OrderNotFound, exchange.cancel_order("nope", PERP)),
            (ccxt.NoChange, exchange.set_position_mode(False, PERP)),
            (ccxt.BadRequest, exchange.set_leverage(50, PERP)),
        ):
            with pytest.raises(error):
                await call
        for fault, error in (
            ("error_after", ccxt.ExchangeNotAvailable),
            ("rate_limited", ccxt.RateLimitExceeded),
            ("too_many_requests", ccxt.RateLimitExceeded),
            ("key_refused", ccxt.AuthenticationError),
            ("ambiguous_code", ccxt.ExchangeError),
            ("reset_after", ccxt.ExchangeNotAvailable),
            ("truncated", ccxt.ExchangeError),
        ):
            venue.fault(fault, strikes=["place"], times=1)
            with pytest.raises(error):
                await exchange.create_order(*buy, "0.001")
        venue.fault("clock_skew", skew_ms=-60_000)
        with pytest.raises(ccxt.InvalidNonce):
            await exchange.fetch_balance()


async def test_the_market_can_be_read_and_its_past_too() -> None:
    async with sandbox() as venue, client(venue) as exchange:
        ticker = await exchange.fetch_ticker(PERP)
        assert (ticker["last"], ticker["bid"], ticker["ask"]) == ("50000", "49999.9", "50000.1")
        three_days_ago = exchange.milliseconds() - 3 * 86_400_000
        candles = await exchange.fetch_ohlcv(SPOT, "1h", since=three_days_ago)
        assert len(candles) in {72, 73}
        assert candles == sorted(candles)
        assert len((await exchange.fetch_order_book(PERP, 5))["bids"]) == 5
        assert (await exchange.fetch_trades(PERP, limit=1))[0]["price"] == "50000"
        assert (await exchange.fetch_funding_rate(PERP))["fundingRate"] == "0.0001"
        assert len(await exchange.fetch_funding_rate_history(PERP, None, 2)) == 2
        assert (await exchange.fetch_trading_fee(PERP))["taker"] == "0.00055"
        assert (await exchange.fetch_market_leverage_tiers(PERP))[0]["maxLeverage"] == "50"
        assert (await exchange.fetch_status())["status"] == "ok"
        assert await exchange.fetch_time()


async def test_public_streams_tell_prices_and_can_be_left() -> None:
    async with sandbox() as venue, client(venue, streams=True) as exchange:
        waiting = [
            asyncio.ensure_future(one)  # noqa: TID251 - as the library's own users do
            for one in (
                exchange.watch_trades(PERP),
                exchange.watch_order_book(PERP, 50),
                exchange.watch_ohlcv(PERP, "1m"),
                exchange.watch_bids_asks([PERP]),
                exchange.watch_ticker(SPOT),
            )
        ]
        topics = ("publicTrade.BTCUSDT", "orderbook.50.BTCUSDT", "kline.1.BTCUSDT", "orderbook.1.BTCUSDT")
        async with asyncio.timeout(WITHIN_S):
            await subscribed(venue, *topics)
            await subscribed(venue, "tickers.BTCUSDT")
            venue.price("50010")
            trades, _, _, touch, ticker = await asyncio.gather(*waiting)
            for left in (exchange.un_watch_trades(PERP), exchange.un_watch_ohlcv(PERP, "1m")):
                await left
        assert trades[-1]["price"] == "50010"
        assert set(touch) == {PERP}
        assert ticker["last"] == "50000"
        assert all("publicTrade.BTCUSDT" not in one.topics for one in venue.server.streams)


async def test_private_streams_tell_an_order_its_fill_and_the_position() -> None:
    async with sandbox() as venue, client(venue, streams=True) as exchange:
        waiting = [
            asyncio.ensure_future(one)  # noqa: TID251 - as the library's own users do
            for one in (exchange.watch_orders(), exchange.watch_my_trades(), exchange.watch_positions())
        ]
        async with asyncio.timeout(WITHIN_S):
            await subscribed(venue, "order", "execution", "position")
            await exchange.create_order(PERP, "market", "buy", "0.1", None, {"clientOrderId": "buy1"})
            orders, fills, positions = await asyncio.gather(*waiting)
        assert orders[0]["status"] == "closed"
        assert fills[0]["info"]["orderLinkId"] == "buy1"
        assert positions[0]["contracts"] == "0.1"
