"""With a latency, everything travels; without, everything is told inside the call that caused it."""

import asyncio

from desk.contracts.orders import OrderStatus, OutcomeKind, VenueFill, VenueOrder
from tests.builders.venue import BUY, SELL, PaperRig, request


async def test_without_latency_a_fill_is_told_before_the_tick_is_done() -> None:
    rig = await PaperRig().opened()
    await rig.connector.place_order(request("a", SELL, 1, stop=95))
    rig.told.clear()
    rig.tick(94)
    fill, order = rig.told
    assert isinstance(fill, VenueFill)
    assert isinstance(order, VenueOrder)
    assert order.status is OrderStatus.FILLED
    await rig.connector.close()


async def test_a_request_arrives_after_the_latency_and_meets_the_market_of_then() -> None:
    rig = await PaperRig(latency_ms=50).opened()
    placing = asyncio.get_running_loop().create_task(rig.connector.place_order(request("a", BUY, 1)))
    await rig.clock.advance(49)
    assert not rig.told
    rig.tick(120)
    await rig.clock.advance(50)
    assert not placing.done()
    await rig.clock.advance(1)
    assert (await placing).kind is OutcomeKind.ACCEPTED
    assert rig.fills[0].price == 120
    await rig.connector.close()


async def test_events_travel_too_and_keep_their_order() -> None:
    rig = await PaperRig(latency_ms=50).opened()
    names = [f"s{number}" for number in range(5)]
    for name in names:
        rig.connector.hand.place("BTC/USDT", BUY, request("x", BUY, 1).size_base)
        placing = rig.connector.place_order(request(name, SELL, 1, stop=95))
        done = asyncio.get_running_loop().create_task(placing)
        await rig.clock.advance(100)
        assert done.done()
    rig.told.clear()
    rig.tick(94)
    assert rig.told == []
    await rig.clock.advance(30)
    rig.tick(93)
    await rig.clock.advance(19)
    assert rig.told == []
    await rig.clock.advance(1)
    assert [fill.client_order_id for fill in rig.fills] == names
    assert rig.spawner.failures == []
    await rig.connector.close()


async def test_a_request_given_up_on_its_way_never_arrives() -> None:
    rig = await PaperRig(latency_ms=50).opened()
    placing = asyncio.get_running_loop().create_task(rig.connector.place_order(request("a", BUY, 1)))
    await rig.clock.advance(10)
    placing.cancel()
    await rig.clock.advance(100)
    assert placing.cancelled()
    looking = asyncio.get_running_loop().create_task(rig.connector.fetch_order("BTC/USDT", "a"))
    await rig.clock.advance(100)
    assert await looking is None
    await rig.connector.close()


async def test_a_reply_given_up_on_its_way_leaves_the_order_there() -> None:
    rig = await PaperRig(latency_ms=50).opened()
    placing = asyncio.get_running_loop().create_task(rig.connector.place_order(request("a", BUY, 1)))
    await rig.clock.advance(60)
    placing.cancel()
    await rig.clock.advance(100)
    assert [fill.client_order_id for fill in rig.fills] == ["a"]
    await rig.connector.close()


async def test_closing_while_requests_travel_proves_nothing_of_them() -> None:
    rig = await PaperRig(latency_ms=50).opened()
    placing = asyncio.get_running_loop().create_task(rig.connector.place_order(request("a", BUY, 1)))
    await rig.clock.advance(10)
    await rig.connector.close()
    await rig.clock.advance(100)
    assert (await placing).kind is OutcomeKind.UNKNOWN


async def test_an_order_of_latency_zero_spawns_nothing() -> None:
    rig = await PaperRig().opened()
    await rig.connector.place_order(request("a", BUY, 1))
    assert len(asyncio.all_tasks()) == 1
    assert len(rig.told) == 2
    await rig.connector.close()
