"""Who gets in, and what the server survives."""

import asyncio

import pytest
from yarl import URL

from connectors.sandbox.limits import LimitSettings
from tests.builders.sandbox import sandbox, trader
from tests.builders.venue import ManualClock

_WALLET = "/v5/account/wallet-balance"


async def test_the_raw_query_is_what_was_signed() -> None:
    async with sandbox() as venue, trader(venue) as client:
        for raw in (
            "accountType=UNIFIED&coin=a:1",
            "coin=USDT&accountType=UNIFIED",
            "accountType=UNIFIED&x=a%3A1",
        ):
            url = URL(f"{venue.base_url}{_WALLET}?{raw}", encoded=True)
            async with client.session.get(url, headers=client.headers(raw)) as response:
                assert (await response.json())["retCode"] == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"X-BAPI-API-KEY": "nobody"}, 10003),
        ({"X-BAPI-SIGN": "0" * 64}, 10004),
        ({"X-BAPI-SIGN": "é"}, 10004),
        ({"X-BAPI-TIMESTAMP": "soon"}, 10001),
        ({"X-BAPI-TIMESTAMP": "1"}, 10002),
    ],
)
async def test_a_request_that_is_not_signed_well_is_refused(change: dict[str, str], code: int) -> None:
    async with sandbox() as venue, trader(venue) as client:
        headers = {**client.headers("accountType=UNIFIED"), **change}
        url = f"{venue.base_url}{_WALLET}?accountType=UNIFIED"
        async with client.session.get(url, headers=headers) as response:
            assert (await response.json())["retCode"] == code


@pytest.mark.parametrize(("off_ms", "code"), [(-50_000, 0), (-60_001, 10002), (900, 0), (60_000, 10002)])
async def test_a_request_has_a_window_to_arrive_in(off_ms: int, code: int) -> None:
    async with sandbox() as venue, trader(venue) as client:
        stamp_ms = venue.venue.now_ms() + off_ms
        headers = client.headers("accountType=UNIFIED", time_ms=stamp_ms, window_ms=60_000)
        url = f"{venue.base_url}{_WALLET}?accountType=UNIFIED"
        async with client.session.get(url, headers=headers) as response:
            assert (await response.json())["retCode"] == code


async def test_the_limits_are_told_and_kept() -> None:
    async with (
        sandbox(limits=LimitSettings(place=2, read=50), clock=ManualClock()) as venue,
        trader(venue) as client,
    ):
        codes = [(await client.place("0.001"))["retCode"] for _ in range(3)]
        assert codes == [0, 0, 10006]
        async with client.post("/v5/order/create", "{}") as response:
            assert response.headers["X-Bapi-Limit"] == "2"
            assert response.headers["X-Bapi-Limit-Status"] == "0"
            assert int(response.headers["X-Bapi-Limit-Reset-Timestamp"]) > 0
        cancel = {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "x"}
        assert (await client.tell("/v5/order/cancel", **cancel))["retCode"] == 110001
        assert venue.posts() == 4


async def test_one_limit_may_hold_for_everything_a_key_asks() -> None:
    async with sandbox(limits=LimitSettings(total=3), clock=ManualClock()) as venue, trader(venue) as client:
        answers = [await client.ask(_WALLET, accountType="UNIFIED"), await client.place("0.001")]
        answers += [await client.place("0.001"), await client.place("0.001")]
        assert [one["retCode"] for one in answers] == [0, 0, 0, 10006]


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '{"category": 1}', '{"category":"linear","symbol":{}}', "[" * 100_000, "\x00"],
)
async def test_rubbish_is_refused_and_hurts_nobody(body: str) -> None:
    async with sandbox() as venue, trader(venue) as client:
        for path in ("/v5/order/create", "/v5/order/create-batch", "/v5/position/trading-stop"):
            async with client.post(path, body) as response:
                assert (await response.json())["retCode"] != 0
        assert (await client.place("0.1"))["retCode"] == 0


async def test_a_body_beyond_all_measure_is_not_read() -> None:
    async with sandbox() as venue, trader(venue) as client:
        async with client.post("/v5/order/create", "x" * 1_040_000) as response:
            assert response.status == 413
        assert (await client.place("0.1"))["retCode"] == 0


async def test_unknown_paths_and_methods_are_refused_by_the_dialect() -> None:
    async with sandbox() as venue, trader(venue) as client:
        assert (await client.ask("/v5/asset/withdraw"))["retCode"] == 10001
        assert (await client.ask("/v5/order/create"))["retCode"] == 10001
        assert (await client.tell("/v5/order/realtime"))["retCode"] == 10001
        assert (await client.ask("/../../etc/passwd"))["retCode"] == 10001


async def test_half_a_request_does_not_hold_up_the_others() -> None:
    async with sandbox() as venue, trader(venue) as client:
        _, writer = await asyncio.open_connection("127.0.0.1", venue.server.port)
        writer.write(b"POST /v5/order/create HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        _, nonsense = await asyncio.open_connection("127.0.0.1", venue.server.port)
        nonsense.write(b"\x16\x03\x01nonsense\r\n\r\n")
        await nonsense.drain()
        assert (await client.place("0.1"))["retCode"] == 0
        for one in (writer, nonsense):
            one.close()
            await one.wait_closed()
