"""Orders at the local exchange, spoken to in its dialect."""

import pytest

from tests.builders.sandbox import SPOT, sandbox, trader


async def test_an_acknowledgement_carries_ids_alone() -> None:
    async with sandbox() as venue, trader(venue) as client:
        answer = await client.place("0.1", orderLinkId="a1")
        assert set(answer["result"]) == {"orderId", "orderLinkId"}
        assert (await client.order("a1"))["orderStatus"] == "Filled"


async def test_a_client_id_is_taken_once_for_ever() -> None:
    async with sandbox(balances={"USDT": "100000"}) as venue, trader(venue) as client:
        await client.place("0.1", orderLinkId="a1")
        assert (await client.place("0.1", orderLinkId="a1"))["retCode"] == 110072
        spot = {"category": "spot", "marketUnit": "baseCoin"}
        assert (await client.place("0.01", orderLinkId="b1", **spot))["retCode"] == 0
        assert (await client.place("0.01", orderLinkId="b1", **spot))["retCode"] == 170141
        assert venue.accepted == ["a1", "b1"]
        assert venue.attempts("a1") == 2


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"qty": "0"}, 10001),
        ({"qty": "-1"}, 10001),
        ({"qty": "NaN"}, 10001),
        ({"qty": "0.0001"}, 10001),
        ({"qty": "0.1", "price": "40000.05"}, 110003),
        ({"qty": "0.001", "price": "100"}, 110094),
        ({"qty": "1000"}, 110007),
        ({"qty": "0.1", "reduceOnly": True}, 110017),
        ({"qty": "0.1", "side": "Up"}, 10001),
        ({"qty": "0.1", "symbol": "NOPE"}, 10001),
        ({"qty": "0.1", "orderLinkId": "x" * 37}, 10001),
        ({"qty": "0.1", "orderLinkId": "bad id!"}, 10001),
        ({"qty": "0.1", "triggerPrice": "51000"}, 10001),
        ({"qty": "0.1", "triggerPrice": "49000", "triggerDirection": 1}, 110092),
        ({"qty": "0.1", "triggerPrice": "51000", "triggerDirection": 2}, 110093),
        ({"qty": "0.1", "stopLoss": "51000"}, 10001),
        ({"qty": "0.1", "timeInForce": "LATER"}, 10001),
    ],
)
async def test_what_no_order_can_be_is_refused_by_its_code(order: dict[str, str], code: int) -> None:
    async with sandbox() as venue, trader(venue) as client:
        assert (await client.place(**order))["retCode"] == code
        assert venue.account.cards == {}


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"qty": "0.0000005", "price": "40000"}, 170137),
        ({"qty": "0.000001", "price": "40000"}, 170140),
        ({"qty": "0.1", "price": "40000.05"}, 170134),
        ({"qty": "100", "price": "40000"}, 170131),
        ({"qty": "0.1", "symbol": "NOPE"}, 170121),
    ],
)
async def test_spot_has_codes_of_its_own(order: dict[str, str], code: int) -> None:
    async with sandbox() as venue, trader(venue) as client:
        assert (await client.place(**order, category="spot"))["retCode"] == code


async def test_a_spot_market_buy_is_in_quote_unless_it_says_base() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("500", category="spot", orderLinkId="a1")
        row = await client.order("a1", "spot")
        assert row["qty"] == "500"
        assert row["cumExecQty"] == "0.009999"
        assert "tpslMode" not in row


async def test_a_spot_buy_pays_its_fee_in_the_coin_it_buys() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", category="spot", marketUnit="baseCoin", orderLinkId="a1")
        (fill,) = await client.list("/v5/execution/list", category="spot")
        assert (fill["feeCoin"], fill["execFee"]) == ("BTC", "0.0001")
        assert {one.currency: str(one.total) for one in venue.account.exchange.balances()}["BTC"] == "0.0999"
        assert (await client.order("a1", "spot"))["cumFeeDetail"] == {"BTC": "0.0001"}


async def test_a_post_only_order_that_would_take_is_taken_in_and_cancelled() -> None:
    async with sandbox() as venue, trader(venue) as client:
        answer = await client.place("0.1", price="50100", timeInForce="PostOnly", orderLinkId="a1")
        assert answer["retCode"] == 0
        row = await client.order("a1")
        assert (row["orderStatus"], row["rejectReason"]) == ("Cancelled", "EC_PostOnlyWillTakeLiquidity")
        await client.place("0.1", price="49000", timeInForce="PostOnly", orderLinkId="a2")
        assert venue.open_ids == ["a2"]


async def test_immediate_or_cancel_rests_for_nobody() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", price="49000", timeInForce="IOC", orderLinkId="a1")
        assert (await client.order("a1"))["orderStatus"] == "Cancelled"
        assert venue.position() is None


async def test_fill_or_kill_fills_whole_or_not_at_all() -> None:
    async with sandbox() as venue, trader(venue) as client:
        venue.fault("partial_fills")
        await client.place("0.1", price="50100", timeInForce="FOK", orderLinkId="a1")
        assert (await client.order("a1"))["cumExecQty"] == "0"
        venue.lift_faults()
        await client.place("0.1", price="50100", timeInForce="FOK", orderLinkId="a2")
        assert (await client.order("a2"))["orderStatus"] == "Filled"


async def test_a_resting_limit_order_fills_when_the_price_comes() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", price="49000", orderLinkId="a1")
        venue.price("48990")
        row = await client.order("a1")
        assert (row["orderStatus"], row["avgPrice"]) == ("Filled", "49000")
        (fill,) = await client.list("/v5/execution/list", category="linear")
        assert fill["isMaker"] is True


async def test_a_conditional_order_waits_for_its_direction() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", triggerPrice="51000", triggerDirection=1, orderLinkId="a1")
        assert (await client.order("a1"))["orderStatus"] == "Untriggered"
        venue.price("50500")
        assert venue.open_ids == ["a1"]
        venue.price("51000")
        assert (await client.order("a1"))["orderStatus"] == "Filled"


async def test_a_buy_can_wait_for_the_price_to_fall() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", triggerPrice="49000", triggerDirection=2, orderLinkId="a1")
        venue.price("49000")
        assert (await client.order("a1"))["orderStatus"] == "Filled"


async def test_a_cancelled_conditional_order_was_deactivated() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", triggerPrice="51000", triggerDirection=1, orderLinkId="a1")
        await client.tell("/v5/order/cancel", category="linear", symbol="BTCUSDT", orderLinkId="a1")
        row = await client.order("a1")
        assert (row["orderStatus"], row["cancelType"]) == ("Deactivated", "CancelByUser")


async def test_reduce_only_orders_shrink_with_the_position_and_die_with_it() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1")
        await client.place("0.3", side="Sell", price="60000", reduceOnly=True, orderLinkId="a1")
        assert (await client.order("a1"))["qty"] == "0.1"
        await client.place("0.04", side="Sell")
        assert (await client.order("a1"))["qty"] == "0.06"
        await client.place("0.06", side="Sell")
        row = await client.order("a1")
        assert (row["orderStatus"], row["cancelType"]) == ("Cancelled", "CancelByReduceOnly")
        assert venue.position() is None


async def test_an_amend_changes_size_price_and_trigger() -> None:
    async with sandbox() as venue, trader(venue) as client:
        usual = {"category": "linear", "symbol": "BTCUSDT"}
        await client.place("0.1", price="49000", orderLinkId="a1")
        await client.tell("/v5/order/amend", **usual, orderLinkId="a1", qty="0.2", price="48000")
        row = await client.order("a1")
        assert (row["qty"], row["price"]) == ("0.2", "48000")
        await client.place("0.1", triggerPrice="51000", triggerDirection=1, orderLinkId="a2")
        await client.tell("/v5/order/amend", **usual, orderLinkId="a2", triggerPrice="52000")
        assert (await client.order("a2"))["triggerPrice"] == "52000"
        venue.price("52000")
        gone = await client.tell("/v5/order/amend", **usual, orderLinkId="a2", triggerPrice="53000")
        assert gone["retCode"] == 110001


async def test_an_order_of_a_client_id_that_never_was_cannot_be_cancelled() -> None:
    async with sandbox() as venue, trader(venue) as client:
        linear = {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "a1"}
        assert (await client.tell("/v5/order/cancel", **linear))["retCode"] == 110001
        assert (await client.tell("/v5/order/cancel", **{**linear, "category": "spot"}))["retCode"] == 170213


async def test_cancel_all_takes_what_was_asked_and_leaves_the_rest() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", price="49000", orderLinkId="a1")
        await client.place("0.1", triggerPrice="51000", triggerDirection=1, orderLinkId="a2")
        await client.place("1", symbol="ETHUSDT", price="2000", orderLinkId="a3")
        await client.place("0.01", category="spot", price="49000", orderLinkId="a4")
        stops = {"category": "linear", "symbol": "BTCUSDT", "orderFilter": "StopOrder"}
        answer = await client.tell("/v5/order/cancel-all", **stops)
        assert [one["orderLinkId"] for one in answer["result"]["list"]] == ["a2"]
        await client.tell("/v5/order/cancel-all", category="linear", settleCoin="USDT")
        assert venue.open_ids == ["a4"]
        answer = await client.tell("/v5/order/cancel-all", category="spot")
        assert answer["result"]["success"] == "1"
        assert venue.open_ids == []


async def test_a_batch_answers_row_by_row() -> None:
    async with sandbox() as venue, trader(venue) as client:
        good = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "0.1", "orderLinkId": "a1"}
        rows = [good, {**good, "qty": "0.0001", "orderLinkId": "a2"}, {**good, "orderLinkId": "a3"}]
        answer = await client.tell("/v5/order/create-batch", category="linear", request=rows)
        assert [one["code"] for one in answer["retExtInfo"]["list"]] == [0, 10001, 0]
        assert [bool(one["orderId"]) for one in answer["result"]["list"]] == [True, False, True]
        assert venue.accepted == ["a1", "a3"]


async def test_an_order_by_another_hand_has_no_client_id() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1")
        await client.place("0.05", side="Sell")
        rows = await client.list("/v5/execution/list", category="linear")
        assert [one["orderLinkId"] for one in rows] == ["", ""]
        assert [one["closedSize"] for one in rows] == ["0.05", "0"]


async def test_a_halted_symbol_takes_no_order_and_lets_them_be_cancelled() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", price="49000", orderLinkId="a1")
        venue.fault("halted", symbol="BTC/USDT:USDT")
        venue.price("48000")
        assert venue.open_ids == ["a1"]
        assert (await client.place("0.1"))["retCode"] == 110074
        assert (await client.place("0.1", category="spot", price="40000"))["retCode"] == 0
        await client.tell("/v5/order/cancel", category="linear", symbol="BTCUSDT", orderLinkId="a1")
        (row,) = await client.list("/v5/market/instruments-info", category="linear", symbol="BTCUSDT")
        assert row["status"] == "Closed"
        assert venue.position(SPOT) is None
