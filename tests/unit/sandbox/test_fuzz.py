"""Whatever is sent, signed or not, the exchange answers in its dialect and keeps its account whole."""

import asyncio
import json
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.private_reads import READS
from connectors.sandbox.rest import Asked, Rest
from connectors.sandbox.signature import signed
from connectors.sandbox.stream import Stream
from tests.builders.examples import examples
from tests.builders.sandbox import KEY, SECRET, Sandbox, sandbox

_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**20),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(
        ["0.1", "50000", "51000", "49000", "NaN", "Infinity", "-1", "1e400", "0", "BTCUSDT", "linear", "a1"]
    ),
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
_QUERIES = st.dictionaries(
    st.sampled_from(
        ["category", "symbol", "limit", "cursor", "startTime", "endTime", "interval", "start", "end", "coin"]
    ),
    st.sampled_from(
        [
            "linear",
            "spot",
            "BTCUSDT",
            "-1",
            "0",
            "5",
            "D",
            "9" * 30,
            "x",
            "",
            "page:3",
            "page:x",
            "1700000000000",
        ]
    ),
)
_GETS = (*READS, "/v5/market/kline", "/v5/market/orderbook", "/v5/market/funding/history")
_WORDS = st.sampled_from(["ping", "auth", "subscribe", "unsubscribe"])
_SOUND: dict[str, Any] = {
    "category": "linear",
    "symbol": "BTCUSDT",
    "side": "Buy",
    "orderType": "Limit",
    "qty": "0.1",
    "price": "49000",
}
_FIELDS = (
    *_SOUND,
    "triggerPrice",
    "triggerDirection",
    "orderLinkId",
    "orderId",
    "reduceOnly",
    "timeInForce",
    "stopLoss",
    "takeProfit",
    "tpslMode",
    "marketUnit",
    "orderFilter",
    "settleCoin",
    "request",
    "buyLeverage",
    "slSize",
    "mode",
)
_POSTS = (
    "/v5/order/create",
    "/v5/order/amend",
    "/v5/order/cancel",
    "/v5/order/cancel-all",
    "/v5/order/create-batch",
    "/v5/order/cancel-batch",
    "/v5/position/trading-stop",
    "/v5/position/set-leverage",
    "/v5/position/switch-mode",
)


def _asked(venue: Sandbox, method: str, path: str, query: str, body: str) -> Asked:
    stamp = str(venue.venue.now_ms())
    payload = body if method == "POST" else query
    sign = signed(SECRET, f"{stamp}{KEY}5000{payload}")
    names = {
        "X-BAPI-API-KEY": KEY,
        "X-BAPI-TIMESTAMP": stamp,
        "X-BAPI-RECV-WINDOW": "5000",
        "X-BAPI-SIGN": sign,
    }
    return Asked(method, path, query, names, body)


def _run(work: Any) -> None:  # noqa: ANN401 - a coroutine function of a venue
    async def main() -> None:
        async with sandbox() as venue:
            await work(venue)

    asyncio.run(main())


@settings(max_examples=examples(25))
@given(
    calls=st.lists(
        st.tuples(st.sampled_from(_POSTS), st.dictionaries(st.sampled_from(_FIELDS), _VALUES)), max_size=25
    )
)
def test_no_body_brings_the_exchange_down(calls: list[tuple[str, dict[str, Any]]]) -> None:
    async def work(venue: Sandbox) -> None:
        rest = Rest(venue.venue)
        resting = {**_SOUND, "orderLinkId": "a1"}
        await rest.answer(_asked(venue, "POST", "/v5/order/create", "", json.dumps(resting)))
        for path, change in calls:
            reply = await rest.answer(_asked(venue, "POST", path, "", json.dumps({**_SOUND, **change})))
            assert isinstance(json.loads(reply.body)["retCode"], int)
        assert all(balance.total.is_finite() for balance in venue.account.exchange.balances())

    _run(work)


@settings(max_examples=examples(25))
@given(calls=st.lists(st.tuples(st.sampled_from(_GETS), _QUERIES), max_size=25))
def test_no_query_brings_the_exchange_down(calls: list[tuple[str, dict[str, str]]]) -> None:
    async def work(venue: Sandbox) -> None:
        rest = Rest(venue.venue)
        for path, query in calls:
            raw = "&".join(f"{name}={value}" for name, value in query.items())
            reply = await rest.answer(_asked(venue, "GET", path, raw, ""))
            assert isinstance(json.loads(reply.body)["retCode"], int)

    _run(work)


@settings(max_examples=examples(25))
@given(
    messages=st.lists(
        st.dictionaries(st.sampled_from(["op", "args", "req_id"]), _VALUES | _WORDS), max_size=20
    )
)
def test_no_message_brings_a_stream_down(messages: list[dict[str, Any]]) -> None:
    async def work(venue: Sandbox) -> None:
        stream = Stream(venue.venue, None, 1)
        for message in messages:
            stream.hear(json.dumps(message))
        venue.price(str(Decimal(50_100)))

    _run(work)
