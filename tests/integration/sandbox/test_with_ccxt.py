"""The real client library against the local exchange, over real HTTP and WebSocket: one import for all."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

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
