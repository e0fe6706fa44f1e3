"""The whole connector against the local exchange: what it refuses, what it finds, what it survives."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest
import pytest_asyncio
from pydantic import SecretStr

from connectors.ccxt.settings import MarketChoice, ModeChoice
from connectors.sandbox.limits import LimitSettings
from connectors.sandbox.settings import KeySettings
from desk.contracts.orders import Leg, OrderStatus, OrderType, OutcomeKind, VenueFill, VenueOrder
from desk.contracts.problems import InputRefused, ReadFailed, RefusedByState
from tests.builders.ccxt import CcxtRig, opened
from tests.builders.sandbox import KEY, PERP, SECRET, SPOT
from tests.builders.venue import BUY, SELL, D, request

READS = ["fetch_order", "fetch_open_orders", "fetch_fills", "fetch_positions", "fetch_balances"]


@pytest_asyncio.fixture
async def rig() -> AsyncIterator[CcxtRig]:
    async with opened(connector={"request_ms": 2000}) as made:
        yield made


async def read(rig: CcxtRig, name: str) -> object:
    arguments: dict[str, tuple[object, ...]] = {
        "fetch_order": (PERP, "a1"), "fetch_fills": (rig.began_ms,),
    }  # fmt: skip
    return await getattr(rig.connector, name)(*arguments.get(name, ()))


@pytest.mark.parametrize(
    "fault",
    [
        "hang_after",
        "reset_after",
        "truncated",
        "empty_answer",
        "html_answer",
        "error_after",
        "missing_fields",
    ],
)
async def test_a_read_that_fails_says_nothing(rig: CcxtRig, fault: str) -> None:
    await rig.connector.place_order(request("a1", BUY, 1, symbol=PERP))
    await rig.connector.place_order(request("a2", BUY, 1, symbol=PERP, limit=90))
    rig.box.fault(fault, strikes=("read",))
    answers = await asyncio.gather(*(read(rig, name) for name in READS), return_exceptions=True)
    assert [type(one) for one in answers] == [ReadFailed] * len(answers)
    rig.box.lift_faults()
    for name in READS:
        assert await read(rig, name)


async def test_half_of_a_look_up_proves_nothing(rig: CcxtRig) -> None:
    for path in ("/v5/order/realtime", "/v5/order/history", "/v5/execution/list"):
        fault = rig.box.fault("error_after", path=path, strikes=("read",))
        with pytest.raises(ReadFailed):
            await rig.connector.fetch_order(PERP, "never")
        rig.box.venue.faults.lift(fault.number)
    assert await rig.connector.fetch_order(PERP, "never") is None


async def test_a_caller_that_gives_up_leaves_one_order_and_no_second(rig: CcxtRig) -> None:
    rig.box.fault("slow_answer", strikes=("place",), times=1, delay_ms=150)
    asked = request("a1", BUY, 1, symbol=PERP, limit=90)
    waiting = asyncio.get_running_loop().create_task(rig.connector.place_order(asked))

    async def is_there() -> bool:
        return rig.box.accepted == ["a1"]

    await rig.until(is_there)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    again = await rig.connector.place_order(asked)
    assert again.kind is OutcomeKind.ACCEPTED
    assert rig.box.accepted == ["a1"]


async def test_a_caller_that_gives_up_in_the_queue_sends_nothing(rig: CcxtRig) -> None:
    line = rig.connector._workshop.line  # noqa: SLF001 - the queue is held up by hand
    line.pacer.bar(1_900)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await rig.connector.place_order(request("a1", BUY, 1, symbol=PERP))
    after = await rig.connector.place_order(request("a2", BUY, 1, symbol=PERP))
    assert after.kind is OutcomeKind.ACCEPTED
    assert rig.box.accepted == ["a2"]


async def test_an_order_of_another_hand_is_named_by_its_venue_id(rig: CcxtRig) -> None:
    card = rig.box.hand.trade(PERP, BUY, D(1), limit_price=D(90))
    (seen,) = await rig.connector.fetch_open_orders()
    assert seen.client_order_id == f"#{seen.venue_order_id}"
    assert await rig.connector.fetch_order(PERP, seen.client_order_id) == seen
    assert (await rig.connector.cancel_order(PERP, seen.client_order_id)).kind is OutcomeKind.ACCEPTED
    assert not card.is_open
    rig.box.hand.trade(PERP, SELL, D(1))
    (fill,) = await rig.connector.fetch_fills(rig.began_ms)
    assert fill.client_order_id is None


async def test_more_orders_than_a_page_holds_are_all_read(rig: CcxtRig) -> None:
    for number in range(70):
        rig.box.hand.trade(PERP, BUY, D("0.1"), limit_price=D(50 + number % 10))
    assert len(await rig.connector.fetch_open_orders()) == 70
    for _ in range(110):
        rig.box.hand.trade(PERP, BUY, D("0.1"))
    assert len(await rig.connector.fetch_fills(rig.began_ms)) == 110


async def test_a_liquidation_is_a_fill_and_leaves_nothing(rig: CcxtRig) -> None:
    await rig.connector.place_order(request("a1", BUY, 1, symbol=PERP))
    rig.box.hand.liquidate(PERP)
    fills = await rig.connector.fetch_fills(rig.began_ms)
    assert [one.side for one in fills] == [BUY, SELL]
    assert list(await rig.connector.fetch_positions()) == []


async def test_what_is_read_is_told_as_well(rig: CcxtRig) -> None:
    told: list[VenueOrder | VenueFill] = []
    rig.connector.subscribe(told.append)
    await rig.connector.place_order(request("a1", BUY, 1, symbol=PERP))

    async def is_told() -> bool:
        return any(isinstance(one, VenueOrder) and one.status is OrderStatus.FILLED for one in told)

    await rig.until(is_told)
    fills = [one for one in told if isinstance(one, VenueFill)]
    assert fills == list(await rig.connector.fetch_fills(rig.began_ms))


async def test_a_reduce_only_stop_reduces_and_waits_for_its_direction(rig: CcxtRig) -> None:
    await rig.connector.place_order(request("a1", BUY, 1, symbol=PERP))
    stop = request("s1", SELL, 1, symbol=PERP, stop=95, reduce_only=True)
    target = request("t1", SELL, 1, symbol=PERP, order_type=OrderType.TAKE_PROFIT, stop=105, reduce_only=True)
    for asked in (stop, target):
        assert (await rig.connector.place_order(asked)).kind is OutcomeKind.ACCEPTED
    resting = {one.client_order_id: one for one in await rig.connector.fetch_open_orders()}
    assert [(one.order_type, one.reduce_only) for _, one in sorted(resting.items())] == [
        (OrderType.STOP, True),
        (OrderType.TAKE_PROFIT, True),
    ]
    rig.box.price("106")
    assert list(await rig.connector.fetch_positions()) == []


async def test_a_clock_that_is_off_is_measured_and_corrected() -> None:
    async with opened() as rig:
        rig.box.fault("clock_skew", skew_ms=60_000)
        refused = await rig.connector.place_order(request("a1", BUY, 1, symbol=PERP))
        assert (refused.kind, refused.code) == (OutcomeKind.NOT_ACCEPTED, "10002")

        async def is_corrected() -> bool:
            return abs((rig.connector.connection.clock_skew_ms or 0) - 60_000) < 1000

        await rig.until(is_corrected)
        taken = await rig.connector.place_order(request("a2", BUY, 1, symbol=PERP))
        assert taken.kind is OutcomeKind.ACCEPTED


async def test_a_ban_sends_nothing_and_is_shown(rig: CcxtRig) -> None:
    rig.box.fault("banned", strikes=("place",), times=1)
    assert (await rig.connector.place_order(request("a1", BUY, 1, symbol=PERP))).kind is OutcomeKind.UNKNOWN
    connection = rig.connector.connection
    assert (connection.banned_for_ms or 0) > 500_000
    assert connection.budget_left == 0
    sent = sum(rig.box.venue.requests.values())
    assert (await rig.connector.cancel_order(PERP, "a1")).kind is OutcomeKind.NOT_SENT
    with pytest.raises(ReadFailed, match="no request"):
        await rig.connector.fetch_positions()
    assert sum(rig.box.venue.requests.values()) == sent


async def test_fifty_exits_keep_to_the_venues_limit_without_one_refusal() -> None:
    limits = LimitSettings(place=25, amend=25, cancel=25, read=50)
    async with opened(limits=limits, balances={"USDT": "100000"}) as rig:
        first = await rig.connector.place_order(request("a1", BUY, 10, symbol=PERP))
        assert first.kind is OutcomeKind.ACCEPTED
        began_ms = rig.clock.monotonic_ms()
        closes = [
            replace(request(f"c{number}", SELL, "0.2", symbol=PERP, reduce_only=True), leg=Leg.CLOSE)
            for number in range(50)
        ]
        outcomes = await asyncio.gather(*map(rig.connector.place_order, closes))
        assert {one.kind for one in outcomes} == {OutcomeKind.ACCEPTED}
        assert list(await rig.connector.fetch_positions()) == []
        assert rig.clock.monotonic_ms() - began_ms >= 900


async def test_the_connection_shows_how_the_venue_is_reached(rig: CcxtRig) -> None:
    await rig.connector.fetch_positions()
    connection = rig.connector.connection
    assert connection.latency_ms is not None
    assert abs(connection.clock_skew_ms or 0) < 500
    assert connection.budget_left is not None
    assert Decimal(0) < connection.budget_left <= 1
    assert [one.name for one in connection.streams] == ["orders", "fills"]


@pytest.mark.parametrize(
    ("right", "what"), [({"may_withdraw": True}, "may withdraw"), ({"may_trade": False}, "may only read")]
)
async def test_a_key_that_may_too_much_or_too_little_is_refused(right: dict[str, bool], what: str) -> None:
    rig = CcxtRig()
    await rig.begin(keys=[KeySettings(key=KEY, secret=SECRET, **right)])
    with pytest.raises(RefusedByState, match=what):
        await rig.connector.open()
    await rig.end()


async def test_each_account_has_an_id_of_its_own_and_keeps_it() -> None:
    rig = CcxtRig()
    await rig.begin(keys=[KeySettings(key=KEY, secret=SECRET), KeySettings(key="other", secret="others")])
    other = rig.another(api_key=SecretStr("other"), secret=SecretStr("others"))
    again = rig.another()
    told = []
    for connector in (rig.connector, again, other):
        await connector.open()
        told.append(await connector.fetch_account_id())
        await connector.close()
    assert told[0] == told[1] != told[2]
    assert (told[0] or "").startswith("bybit ")
    await rig.end()


async def test_a_wrong_key_does_not_open_and_never_shows_itself() -> None:
    rig = CcxtRig()
    await rig.begin()
    wrong = rig.another(api_key=SecretStr("wrong-key-1234"), secret=SecretStr("wrong-secret-5678"))
    with pytest.raises(Exception, match="10003") as failed:
        await wrong.open()
    assert "wrong-" not in str(failed.value)
    assert wrong.connection.key_refused is None
    await rig.end()


async def test_live_money_that_is_not_armed_is_looked_at_and_not_touched() -> None:
    rig = CcxtRig()
    await rig.begin()
    live = rig.another(mode=ModeChoice.LIVE)
    await live.open()
    assert await live.fetch_instruments()
    for path in rig.box.venue.requests:
        assert "/v5/market/" in path
    assert (await live.place_order(request("a1", BUY, 1, symbol=PERP))).kind is OutcomeKind.NOT_SENT
    with pytest.raises(ReadFailed, match="not armed"):
        await live.fetch_positions()
    assert rig.box.posts() == 0
    await live.close()
    armed = rig.another(mode=ModeChoice.LIVE, is_armed=True)
    await armed.open()
    assert (await armed.place_order(request("a1", BUY, 1, symbol=PERP))).kind is OutcomeKind.ACCEPTED
    await armed.close()
    await rig.end()


async def test_a_venue_that_does_not_answer_does_not_open_and_leaves_nothing_behind() -> None:
    rig = CcxtRig()
    await rig.begin({"request_ms": 200})
    await rig.box.server.stop()
    with pytest.raises(ReadFailed):
        await rig.connector.open()
    with pytest.raises(ReadFailed, match="not open"):
        await rig.connector.fetch_positions()
    await rig.end()


async def test_a_base_url_for_real_money_is_refused_in_a_test_mode() -> None:
    rig = CcxtRig()
    await rig.begin()
    with pytest.raises(InputRefused, match="real money"):
        await rig.another(base_url="https://api.bybit.com").open()
    await rig.end()


async def test_coins_are_sold_by_a_stop_that_holds_them() -> None:
    async with opened(MarketChoice.SPOT) as rig:
        stop = request("s1", SELL, 10, symbol=SPOT, stop=95)
        assert (await rig.connector.place_order(stop)).kind is OutcomeKind.ACCEPTED
        free = {one.currency: one.free for one in await rig.connector.fetch_balances()}
        assert free["BTC"] == 0
        another = rig.another()
        await another.open()
        assert (await another.cancel_order(SPOT, "s1")).kind is OutcomeKind.ACCEPTED
        await another.close()
        assert rig.box.open_ids == []


async def test_fees_are_what_the_account_pays(rig: CcxtRig) -> None:
    found = {one.symbol: one for one in await rig.connector.fetch_instruments()}
    told = next(one for one in rig.box.venue.listings if one.symbol == PERP)
    assert found[PERP].taker_fee == told.instrument.taker_fee


async def test_a_cancel_reaches_an_order_that_reads_do_not_show_yet() -> None:
    async with opened(MarketChoice.SPOT) as rig:
        rig.box.price("100", SPOT)
        rig.box.fault("stale_reads", lag_ms=60_000)
        other = rig.another()
        await other.open()
        await rig.connector.place_order(request("a1", BUY, 1, symbol=SPOT, limit=90))
        assert await other.fetch_order(SPOT, "a1") is None
        assert (await other.cancel_order(SPOT, "a1")).kind is OutcomeKind.ACCEPTED
        assert rig.box.open_ids == []
        await other.close()


async def test_funding_is_no_fill(rig: CcxtRig) -> None:
    await rig.connector.place_order(request("a1", BUY, 1, symbol=PERP))
    rig.box.hand.pay_funding(PERP, D("0.01"))
    (only,) = await rig.connector.fetch_fills(rig.began_ms)
    assert only.client_order_id == "a1"


async def test_one_reader_that_gives_up_cancels_no_other(rig: CcxtRig) -> None:
    fault = rig.box.fault("slow_answer", strikes=("public",), path="instruments-info", delay_ms=100)
    reads = rig.connector._opened().reads  # noqa: SLF001 - both wait for one load inside ccxt
    loop = asyncio.get_running_loop()
    first = loop.create_task(reads.call("load_markets", reload=True))
    second = loop.create_task(reads.call("load_markets", reload=True))

    async def is_struck() -> bool:
        return fault.struck > 0

    await rig.until(is_struck)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    with pytest.raises(ReadFailed, match="another reader gave up"):
        await second
