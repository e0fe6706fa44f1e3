"""The streams of the local exchange, heard without a client library."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from connectors.sandbox.signature import signed
from tests.builders.sandbox import KEY, SECRET, Sandbox, sandbox, trader

WITHIN_S = 20
_PRIVATE = "/v5/private"
_LINEAR = "/v5/public/linear"
_SPOT = "/v5/public/spot"


@dataclass
class Listener:
    """A connection that hears."""

    socket: aiohttp.ClientWebSocketResponse
    venue: Sandbox

    async def say(self, **message: object) -> None:
        await self.socket.send_str(json.dumps(message))

    async def hear_text(self) -> str:
        async with asyncio.timeout(WITHIN_S):
            return str(await self.socket.receive_str())

    async def hear(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self.hear_text())
        return message

    async def hears_nothing(self) -> None:
        """Show that nothing was told: what is asked now is answered first."""
        await self.say(op="ping", req_id="proof")
        assert (await self.hear())["req_id"] == "proof"

    async def subscribe(self, *topics: str) -> None:
        if topics[0] in {"order", "execution", "position", "wallet"}:
            expires = str(self.venue.venue.now_ms() + 10_000)
            await self.say(op="auth", args=[KEY, expires, signed(SECRET, f"GET/realtime{expires}")])
            assert (await self.hear())["success"] is True
        await self.say(op="subscribe", req_id=7, args=list(topics), callerMethodName="watch")
        answer = await self.hear()
        assert (answer["success"], answer["req_id"]) == (True, "7")

    async def ends(self) -> None:
        """Wait for the end of the connection."""
        async with asyncio.timeout(WITHIN_S):
            message = await self.socket.receive()
        assert message.type in {
            aiohttp.WSMsgType.CLOSE,
            aiohttp.WSMsgType.CLOSED,
            aiohttp.WSMsgType.CLOSING,
            aiohttp.WSMsgType.ERROR,
        }


@asynccontextmanager
async def listening(venue: Sandbox, path: str) -> AsyncIterator[Listener]:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{venue.base_url}{path}") as socket:
        yield Listener(socket, venue)


async def test_an_order_is_told_with_its_fill_its_position_and_the_wallet() -> None:
    async with sandbox() as venue, trader(venue) as client, listening(venue, _PRIVATE) as listener:
        await listener.subscribe("order", "execution", "position", "wallet")
        await client.place("0.1", orderLinkId="a1", stopLoss="48000")
        told = [await listener.hear() for _ in range(4)]
        assert [one["topic"] for one in told] == ["execution", "order", "position", "wallet"]
        execution, order, position, wallet = (one["data"][0] for one in told)
        assert (execution["orderLinkId"], execution["category"]) == ("a1", "linear")
        assert order["orderStatus"] == "Filled"
        assert (position["size"], position["entryPrice"]) == ("0.1", "50000.1")
        assert wallet["accountType"] == "UNIFIED"
        child = await listener.hear()
        assert (child["topic"], child["data"][0]["stopOrderType"]) == ("order", "StopLoss")


async def test_a_stop_or_leverage_that_changes_is_told_with_its_position() -> None:
    async with sandbox() as venue, trader(venue) as client, listening(venue, _PRIVATE) as listener:
        await client.place("0.1")
        await listener.subscribe("position")
        usual = {"category": "linear", "symbol": "BTCUSDT"}
        for price, shown in (("48000", "48000"), ("48500", "48500"), ("0", "")):
            await client.tell("/v5/position/trading-stop", **usual, stopLoss=price)
            assert (await listener.hear())["data"][0]["stopLoss"] == shown
        await client.tell("/v5/position/set-leverage", **usual, buyLeverage="5", sellLeverage="5")
        assert (await listener.hear())["data"][0]["leverage"] == "5"


async def test_a_topic_may_ask_for_one_market() -> None:
    async with sandbox() as venue, trader(venue) as client, listening(venue, _PRIVATE) as listener:
        await listener.subscribe("order")
        await listener.say(op="unsubscribe", req_id="x", args=["order"])
        assert (await listener.hear())["req_id"] == "x"
        await listener.say(op="subscribe", req_id="y", args=["order.spot"])
        await listener.hear()
        await client.place("0.1")
        await client.place("0.01", category="spot", marketUnit="baseCoin")
        assert (await listener.hear())["data"][0]["category"] == "spot"


async def test_nobody_hears_of_an_account_without_its_key() -> None:
    async with sandbox() as venue, listening(venue, _PRIVATE) as listener:
        await listener.say(op="subscribe", req_id="1", args=["order"])
        assert (await listener.hear())["success"] is False
        expires = str(venue.venue.now_ms() + 10_000)
        for key, due, signature in (("nobody", expires, "x"), (KEY, expires, "x"), (KEY, "1", "x")):
            await listener.say(op="auth", args=[key, due, signature])
            answer = await listener.hear()
            assert answer["success"] is False
            assert answer["retCode"] in {10003, 10004}


@pytest.mark.parametrize(
    "rubbish",
    ["", "{", "[]", "5", '{"op":"dance"}', '{"op":["x"]}', '{"op":"subscribe","args":5}', "[" * 9999],
)
async def test_rubbish_is_answered_and_the_connection_goes_on(rubbish: str) -> None:
    async with sandbox() as venue, listening(venue, _LINEAR) as listener:
        await listener.socket.send_str(rubbish)
        assert (await listener.hear())["success"] is False
        await listener.hears_nothing()


@pytest.mark.parametrize(
    "topic", ["orderbook.7.BTCUSDT", "kline.2.BTCUSDT", "tickers.NOPE", "tickers", "weather.BTCUSDT", "order"]
)
async def test_a_topic_that_is_not_there_is_refused(topic: str) -> None:
    async with sandbox() as venue, listening(venue, _LINEAR) as listener:
        await listener.say(op="subscribe", req_id="1", args=[topic])
        answer = await listener.hear()
        assert (answer["success"], answer["req_id"]) == (False, "1")


async def test_the_perpetuals_ticker_is_a_snapshot_and_then_what_changed() -> None:
    async with sandbox() as venue, listening(venue, _LINEAR) as listener:
        await listener.subscribe("tickers.BTCUSDT")
        first = await listener.hear()
        assert (first["type"], first["data"]["lastPrice"]) == ("snapshot", "50000")
        assert "openInterestValue" in first["data"]
        venue.price("50100")
        change = await listener.hear()
        assert (change["type"], change["data"]["lastPrice"]) == ("delta", "50100")
        assert "highPrice24h" not in change["data"] or change["data"]["highPrice24h"] == "50100"
        assert "fundingRate" not in change["data"]


async def test_the_spot_ticker_is_always_whole_and_has_no_bid() -> None:
    async with sandbox() as venue, listening(venue, _SPOT) as listener:
        await listener.subscribe("tickers.BTCUSDT")
        await listener.hear()
        venue.price("50100", "BTC/USDT")
        told = await listener.hear()
        assert told["type"] == "snapshot"
        assert "bid1Price" not in told["data"]


async def test_the_book_that_is_told_adds_up_to_the_book_that_is_asked_for() -> None:
    async with sandbox() as venue, trader(venue) as client, listening(venue, _LINEAR) as listener:
        await listener.subscribe("orderbook.50.BTCUSDT")
        book: dict[str, dict[str, str]] = {"b": {}, "a": {}}
        for price in (None, "50003", "49990", "50000.5"):
            if price is not None:
                venue.price(price)
            message = await listener.hear()
            assert message["type"] == ("snapshot" if price is None else "delta")
            assert message["data"]["u"] != 1
            for side in "ba":
                for level, size in message["data"][side]:
                    if size == "0":
                        del book[side][level]
                    else:
                        book[side][level] = size
        asked = (await client.ask("/v5/market/orderbook", category="linear", symbol="BTCUSDT", limit=50))[
            "result"
        ]
        assert {side: dict(asked[side]) for side in "ba"} == book


async def test_trades_and_candles_are_told_as_they_happen() -> None:
    async with sandbox() as venue, listening(venue, _LINEAR) as listener:
        await listener.subscribe("publicTrade.BTCUSDT")
        await listener.say(op="subscribe", args=["kline.1.BTCUSDT"])
        assert (await listener.hear())["success"] is True
        assert (await listener.hear())["data"][0]["confirm"] is False
        venue.price("50100")
        trade, candle = await listener.hear(), await listener.hear()
        assert (trade["data"][0]["p"], trade["data"][0]["S"]) == ("50100", "Buy")
        assert candle["data"][0]["close"] == "50100"


async def test_a_silent_stream_answers_pings_and_tells_nothing() -> None:
    async with sandbox() as venue, listening(venue, _LINEAR) as listener:
        await listener.subscribe("publicTrade.BTCUSDT")
        venue.fault("stream_silent")
        venue.price("50100")
        await listener.hears_nothing()
        venue.lift_faults()
        venue.price("50200")
        assert (await listener.hear())["data"][0]["p"] == "50200"


async def test_a_dead_stream_does_not_even_answer() -> None:
    async with sandbox() as venue, listening(venue, _LINEAR) as listener:
        await listener.subscribe("publicTrade.BTCUSDT")
        venue.fault("stream_dead")
        (stream,) = venue.server.streams
        stream.hear(json.dumps({"op": "ping", "req_id": "1"}))
        venue.price("50100")
        venue.lift_faults()
        venue.price("50200")
        assert (await listener.hear())["data"][0]["p"] == "50200"


@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        ("stream_lost", ["2", "3"]),
        ("stream_duplicated", ["1", "1", "2", "3"]),
        ("stream_reordered", ["2", "1", "3"]),
    ],
)
async def test_messages_are_lost_doubled_and_swapped(fault: str, heard: list[str]) -> None:
    async with sandbox() as venue, listening(venue, _LINEAR) as listener:
        await listener.subscribe("publicTrade.BTCUSDT")
        venue.fault(fault, strikes=["market_stream"], times=1, path="publicTrade")
        for price in ("1", "2", "3"):
            venue.price(price, ask="10", bid="0.5")
        assert [(await listener.hear())["data"][0]["p"] for _ in heard] == heard


async def test_a_message_can_be_no_json_and_another_late() -> None:
    async with sandbox() as venue, listening(venue, _LINEAR) as listener:
        await listener.subscribe("publicTrade.BTCUSDT")
        venue.fault("stream_malformed", times=1)
        venue.price("50100")
        with pytest.raises(json.JSONDecodeError):
            json.loads(await listener.hear_text())
        began_ms = venue.venue.clock.monotonic_ms()
        venue.fault("stream_late", delay_ms=100, times=1)
        venue.price("50200")
        await listener.hear()
        assert venue.venue.clock.monotonic_ms() - began_ms >= 100  # later is no fault


@pytest.mark.parametrize("fault", ["stream_closed", "stream_reset"])
async def test_a_stream_can_end_and_is_taken_anew(fault: str) -> None:
    async with sandbox() as venue, trader(venue) as client:
        async with listening(venue, _PRIVATE) as private, listening(venue, _LINEAR) as public:
            await private.subscribe("order")
            venue.fault(fault, strikes=["stream"])
            await private.ends()
            await public.hears_nothing()
        async with listening(venue, _PRIVATE) as again:
            await again.subscribe("order")
            await client.place("0.1", orderLinkId="a1")
            assert (await again.hear())["data"][0]["orderLinkId"] == "a1"


async def test_new_streams_can_be_refused() -> None:
    async with sandbox() as venue:
        venue.fault("stream_refused", strikes=["stream"])
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with listening(venue, _PRIVATE):
                pass
        async with listening(venue, _LINEAR) as listener:
            await listener.hears_nothing()


async def test_a_stream_path_asked_without_a_handshake_says_so() -> None:
    async with (
        sandbox() as venue,
        aiohttp.ClientSession() as session,
        session.get(f"{venue.base_url}{_PRIVATE}") as response,
    ):
        assert response.status == 426
