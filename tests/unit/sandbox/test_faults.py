"""Every fault of the table, ordered and felt."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest
from pydantic import ValidationError

from connectors.sandbox.faults import FAULTS, FaultOrder, Stage
from desk.runtime.clock import WallClock
from tests.builders.sandbox import PERP, Answer, Sandbox, Trader, sandbox, trader
from tests.builders.venue import ManualClock

WITHIN_S = 20
_BROKEN = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)


async def _status_of(client: Trader, link_id: str = "a1") -> tuple[int, str]:
    usual = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "0.1"}
    async with client.post("/v5/order/create", json.dumps({**usual, "orderLinkId": link_id})) as response:
        return response.status, await response.text()


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        ("error_before", 502, "Bad Gateway"),
        ("forbidden", 403, "html"),
        ("too_many_requests", 429, "10006"),
        ("rate_limited", 200, "10006"),
        ("banned", 403, "too frequent"),
        ("rejected", 200, "110007"),
        ("key_refused", 200, "10003"),
        ("maintenance", 503, "html"),
        ("cancel_only", 200, "110079"),
    ],
)
async def test_a_fault_before_acceptance_leaves_no_order(fault: str, status: int, text: str) -> None:
    async with sandbox() as venue, trader(venue) as client:
        venue.fault(fault, strikes=["place"], times=1)
        told_status, told = await _status_of(client)
        assert told_status == status
        assert text in told
        assert venue.accepted == []
        assert venue.attempts("a1") == 1
        assert (await _status_of(client))[0] == 200
        assert venue.accepted == ["a1"]


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        ("empty_answer", 200, ""),
        ("html_answer", 200, "<html>"),
        ("error_after", 502, "<html>"),
        ("ambiguous_code", 200, "10016"),
        ("missing_fields", 200, '"result":{}'),
        ("foreign_ids", 200, "someone-elses"),
    ],
)
async def test_a_fault_after_acceptance_leaves_the_order(fault: str, status: int, text: str) -> None:
    async with sandbox() as venue, trader(venue) as client:
        venue.fault(fault, strikes=["place"], times=1)
        told_status, told = await _status_of(client)
        assert told_status == status
        assert text in told
        assert "a1" not in told
        assert venue.accepted == ["a1"]


@pytest.mark.parametrize(
    ("fault", "is_taken"), [("reset_before", False), ("reset_after", True), ("truncated", True)]
)
async def test_a_broken_connection_says_nothing_of_the_order(fault: str, is_taken: bool) -> None:  # noqa: FBT001
    async with sandbox() as venue, trader(venue) as client:
        venue.fault(fault, strikes=["place"], times=1)
        with pytest.raises(_BROKEN):
            await _status_of(client)
        assert (venue.accepted == ["a1"]) is is_taken


@pytest.mark.parametrize(("fault", "is_taken"), [("hang_before", False), ("hang_after", True)])
async def test_a_hanging_request_never_ends_by_itself(fault: str, is_taken: bool) -> None:  # noqa: FBT001
    async with sandbox() as venue, trader(venue) as client:
        venue.fault(fault, strikes=["place"], times=1)
        asking = asyncio.ensure_future(_status_of(client))  # noqa: TID251 - ended in this test
        async with asyncio.timeout(WITHIN_S):
            while not venue.posts():
                await venue.venue.clock.sleep_ms(5)
            await venue.venue.clock.sleep_ms(50)
        assert not asking.done()
        assert (venue.accepted == ["a1"]) is is_taken
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await _status_of(client, "a2"))[0] == 200


async def _arrived(venue: Sandbox) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not venue.posts():
            await WallClock().sleep_ms(5)


@pytest.mark.parametrize(("fault", "is_taken"), [("latency", False), ("slow_answer", True)])
async def test_a_slow_request_ends_as_any_other(fault: str, is_taken: bool) -> None:  # noqa: FBT001
    clock = ManualClock()
    async with sandbox(clock=clock) as venue, trader(venue) as client:
        venue.fault(fault, delay_ms=1000, times=1)
        asking = asyncio.ensure_future(_status_of(client))  # noqa: TID251 - awaited below
        await _arrived(venue)
        await clock.advance(999)
        assert not asking.done()
        assert (venue.accepted == ["a1"]) is is_taken
        await clock.advance(1)
        assert (await asking)[0] == 200
        assert venue.accepted == ["a1"]


async def test_a_request_that_comes_after_its_sender_gave_up_is_done_all_the_same() -> None:
    clock = ManualClock()
    async with sandbox(clock=clock) as venue, trader(venue) as client:
        venue.fault("latency", strikes=["place"], delay_ms=1000, times=1)
        asking = asyncio.ensure_future(_status_of(client))  # noqa: TID251 - ended in this test
        await _arrived(venue)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert venue.accepted == []
        await clock.advance(1000)
        assert venue.accepted == ["a1"]


async def test_an_order_can_be_rejected_after_its_acknowledgement() -> None:
    async with sandbox() as venue, trader(venue) as client:
        venue.fault("rejected_late", times=1)
        assert (await client.place("0.1", price="49000", orderLinkId="a1"))["retCode"] == 0
        assert (await client.order("a1"))["orderStatus"] == "Rejected"


async def test_reads_can_lag_behind() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", price="49000", orderLinkId="a1")
        fault = venue.fault("stale_reads", lag_ms=3_600_000)
        query = {"category": "linear", "symbol": "BTCUSDT"}
        await client.place("0.1", orderLinkId="a2")
        assert await client.list("/v5/order/realtime", **query) == []
        assert await client.list("/v5/order/realtime", **query, orderLinkId="a2") == []
        assert await client.list("/v5/execution/list", **query) == []
        (row,) = await client.list("/v5/position/list", **query)
        assert row["size"] == "0"
        (wallet,) = await client.list("/v5/account/wallet-balance", accountType="UNIFIED")
        assert wallet["coin"][0]["walletBalance"] == "100000"
        venue.venue.faults.lift(fault.number)
        assert len(await client.list("/v5/execution/list", **query)) == 1


async def test_a_skewed_clock_refuses_requests_and_tells_the_wrong_time() -> None:
    async with sandbox() as venue, trader(venue) as client:
        headers = client.headers("accountType=UNIFIED")
        venue.fault("clock_skew", skew_ms=60_000)
        url = f"{venue.base_url}/v5/account/wallet-balance?accountType=UNIFIED"
        async with client.session.get(url, headers=headers) as response:
            answer = await response.json()
        assert answer["retCode"] == 10002
        assert answer["time"] - venue.venue.clock.now_ms() > 55_000


async def test_orders_fill_in_parts_and_the_rest_of_a_market_order_is_cancelled() -> None:
    async with sandbox() as venue, trader(venue) as client:
        venue.fault("partial_fills", share="0.3")
        await client.place("0.1", orderLinkId="a1")
        row = await client.order("a1")
        assert (row["orderStatus"], row["cumExecQty"]) == ("Cancelled", "0.03")
        await client.place("0.1", price="49000", orderLinkId="a2")
        for _ in range(3):
            venue.price("48900")
        row = await client.order("a2")
        assert row["orderStatus"] == "PartiallyFilled"
        assert 0 < float(row["leavesQty"]) < 0.1


async def test_without_liquidity_nothing_fills() -> None:
    async with sandbox() as venue, trader(venue) as client:
        venue.fault("no_liquidity", symbol=PERP)
        await client.place("0.1", orderLinkId="a1")
        assert (await client.order("a1"))["cumExecQty"] == "0"


@pytest.mark.parametrize(
    ("order", "left"),
    [
        ({"fault": "closed_by_hand", "symbol": PERP}, (None, ["s1"])),
        ({"fault": "closed_by_hand"}, (None, ["s1"])),
        ({"fault": "traded_by_hand", "symbol": PERP, "size_base": "0.2"}, ("0.3", ["s1", "l1"])),
        ({"fault": "cancelled_by_hand"}, ("0.1", [])),
        ({"fault": "stops_cancelled"}, ("0.1", ["l1"])),
        ({"fault": "liquidation"}, (None, [])),
        ({"fault": "price_jump", "symbol": PERP, "rate": "-0.2"}, ("0.1", [])),
    ],
)
async def test_another_hand_reaches_into_the_account(
    order: dict[str, str], left: tuple[str | None, list[str]]
) -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1")
        stop: Answer = {
            "triggerPrice": "45000",
            "triggerDirection": 2,
            "reduceOnly": True,
            "orderLinkId": "s1",
        }
        await client.place("0.1", side="Sell", **stop)
        await client.place("0.1", price="44000", orderLinkId="l1")
        settings = {name: one for name, one in order.items() if name != "fault"}
        venue.fault(order["fault"], **settings)
        held = venue.position()
        size, open_ids = left
        assert (None if held is None else str(held.size_base)) == size
        if size is None and open_ids:
            open_ids = ["l1"]
        assert sorted(venue.open_ids) == sorted(open_ids)


async def test_a_fault_strikes_only_what_it_says_so_often_and_so_late() -> None:
    async with sandbox() as venue, trader(venue) as client:
        venue.fault("rejected", strikes=["stop"], times=1, skip=1, code=110020)
        stop: Answer = {"triggerPrice": "51000", "triggerDirection": 1}
        codes = [(await client.place("0.1"))["retCode"]]
        codes += [(await client.place("0.1", **stop))["retCode"] for _ in range(3)]
        assert codes == [0, 0, 110020, 0]
        venue.fault("rejected", symbol="ETH/USDT:USDT", strikes=["place"])
        assert (await client.place("0.1"))["retCode"] == 0
        assert (await client.place("1", symbol="ETHUSDT"))["retCode"] == 110007
        venue.lift_faults()
        venue.fault("rejected", strikes=["place"], after_ms=3_600_000)
        assert (await client.place("0.1"))["retCode"] == 0


async def test_chance_is_seeded() -> None:
    async def refusals(seed: int) -> list[int]:
        async with sandbox(seed=seed) as venue, trader(venue) as client:
            venue.fault("rejected", strikes=["place"], probability="0.5")
            return [(await client.place("0.001"))["retCode"] for _ in range(20)]

    first = await refusals(3)
    assert first == await refusals(3)
    assert first != await refusals(4)
    assert 0 < first.count(110007) < 20


async def test_a_fault_that_lasts_so_long_is_over_then() -> None:
    async with sandbox() as venue, trader(venue) as client:
        venue.fault("maintenance", for_ms=1)
        await WallClock().sleep_ms(5)
        assert (await client.place("0.1"))["retCode"] == 0
        assert venue.venue.faults.active == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"fault": "gremlins"},
        {"fault": "latency", "status": 500},
        {"fault": "latency", "strikes": ["coffee"]},
        {"fault": "halted"},
        {"fault": "traded_by_hand", "symbol": PERP},
        {"fault": "latency", "probability": "1.5"},
        {"fault": "latency", "probability": "NaN"},
        {"fault": "latency", "times": 0},
    ],
)
def test_an_order_for_no_fault_there_is_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FaultOrder.model_validate(wrong, strict=False)


def test_every_fault_says_what_it_does_and_can_be_ordered() -> None:
    needed = {"symbol": PERP, "size_base": "1"}
    for name, fault in FAULTS.items():
        assert fault.summary
        settings = {key: one for key, one in needed.items() if key in fault.parameters}
        assert FaultOrder.model_validate({"fault": name, **settings}, strict=False).kind is fault
        assert fault.strikes or fault.stage in {Stage.STATE, Stage.EVENT}


def test_the_page_about_it_knows_every_fault() -> None:
    page = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    for name, fault in FAULTS.items():
        strikes = ", ".join(fault.strikes)
        heeds = ", ".join(f"`{one}`" for one in fault.parameters)
        assert f"| `{name}` | {fault.summary} | {strikes} | {heeds} |" in page


async def test_a_stop_of_a_position_can_be_struck_like_one_that_is_placed() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1")
        venue.fault("rejected", strikes=["stop"])
        stop = {"category": "linear", "symbol": "BTCUSDT", "stopLoss": "48000"}
        assert (await client.tell("/v5/position/trading-stop", **stop))["retCode"] == 110007
        assert (await client.place("0.1"))["retCode"] == 0
