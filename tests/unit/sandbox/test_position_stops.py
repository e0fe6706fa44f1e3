"""Stops that an order brings along, and stops of a position."""

from tests.builders.sandbox import sandbox, trader


async def test_an_attached_stop_is_born_with_the_fill_and_grows_with_the_position() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", price="49000", stopLoss="48000", takeProfit="52000", orderLinkId="a1")
        assert venue.open_ids == ["a1"]
        venue.price("48999")

        stops = {one["stopOrderType"]: one for one in await client.list(**_OPEN)}
        assert {one["qty"] for one in stops.values()} == {"0.1"}
        assert stops["StopLoss"]["triggerPrice"] == "48000"
        assert stops["StopLoss"]["createType"] == "CreateByStopLoss"
        assert stops["StopLoss"]["orderLinkId"] == ""
        await client.place("0.2")
        assert {one["qty"] for one in await client.list(**_OPEN)} == {"0.3"}


async def test_when_the_stop_fills_the_target_dies_and_nothing_is_left() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", stopLoss="48000", takeProfit="52000")
        venue.price("47900")
        assert venue.position() is None
        assert venue.account.open_cards() == []
        fill = (await client.list("/v5/execution/list", category="linear"))[0]
        assert (fill["stopOrderType"], fill["closedSize"]) == ("StopLoss", "0.1")


async def test_a_position_shows_its_stops_and_they_can_be_moved_and_removed() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1")
        usual = {"category": "linear", "symbol": "BTCUSDT", "tpslMode": "Full"}
        assert (await client.tell(_STOP, **usual, stopLoss="48000"))["retCode"] == 0
        assert (await client.tell(_STOP, **usual, stopLoss="48000"))["retCode"] == 34040
        await client.tell(_STOP, **usual, stopLoss="48500")
        (row,) = await client.list("/v5/position/list", category="linear", symbol="BTCUSDT")
        assert (row["stopLoss"], row["takeProfit"]) == ("48500", "")
        assert len(venue.account.open_cards()) == 1
        await client.tell(_STOP, **usual, stopLoss="0")
        assert venue.account.open_cards() == []


async def test_a_stop_cannot_be_set_on_nothing_nor_beyond_the_price() -> None:
    async with sandbox() as venue, trader(venue) as client:
        usual = {"category": "linear", "symbol": "BTCUSDT"}
        assert (await client.tell(_STOP, **usual, stopLoss="48000"))["retCode"] == 10001
        await client.place("0.1")
        assert (await client.tell(_STOP, **usual, stopLoss="50500"))["retCode"] == 110092
        assert venue.account.open_cards() == []


async def test_a_partial_stop_covers_its_own_order_alone() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1")
        await client.place("0.2", stopLoss="48000", tpslMode="Partial")
        (stop,) = await client.list(**_OPEN)
        assert stop["qty"] == "0.2"
        venue.price("47900")
        held = venue.position()
        assert held is not None
        assert str(held.size_base) == "0.1"


async def test_stops_for_parts_of_a_position_rest_beside_each_other() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.3")
        parts = {"category": "linear", "symbol": "BTCUSDT", "tpslMode": "Partial"}
        await client.tell(_STOP, **parts, stopLoss="48000", slSize="0.1", takeProfit="52000", tpSize="0.2")
        await client.tell(_STOP, **parts, stopLoss="47000", slSize="0.1", slLimitPrice="46900")
        rows = {(one["triggerPrice"], one["qty"], one["orderType"]) for one in await client.list(**_OPEN)}
        assert rows == {("48000", "0.1", "Market"), ("52000", "0.2", "Market"), ("47000", "0.1", "Limit")}


async def test_what_an_order_brings_along_can_be_amended_before_it_fills() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", price="49000", stopLoss="48000", takeProfit="52000", orderLinkId="a1")
        change = {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "a1"}
        await client.tell("/v5/order/amend", **change, stopLoss="47000", takeProfit="0", qty="0.2")
        venue.price("48900")
        (stop,) = await client.list(**_OPEN)
        assert (stop["triggerPrice"], stop["qty"]) == ("47000", "0.2")


async def test_a_spot_order_brings_a_stop_for_what_it_received() -> None:
    async with sandbox() as venue, trader(venue) as client:
        order = {"category": "spot", "price": "49900", "stopLoss": "48000", "slOrderType": "Market"}
        await client.place("0.1", **order, orderLinkId="a1")
        venue.price("49890", "BTC/USDT")
        (stop,) = await client.list("/v5/order/realtime", category="spot")
        assert (stop["side"], stop["qty"], stop["triggerPrice"]) == ("Sell", "0.0999", "48000")


async def test_an_attached_stop_that_is_passed_before_the_fill_closes_at_once() -> None:
    async with sandbox() as venue, trader(venue) as client:
        await client.place("0.1", price="49000", stopLoss="48900", orderLinkId="a1")
        venue.price("48000")
        assert venue.position() is None
        assert (await client.order("a1"))["orderStatus"] == "Filled"


_STOP = "/v5/position/trading-stop"
_OPEN = {"path": "/v5/order/realtime", "category": "linear", "symbol": "BTCUSDT"}
