"""What another hand does at the venue reaches the desk like anything else, without the desk's ids."""

from desk.contracts.orders import OrderStatus, OutcomeKind, VenueOrder
from tests.builders.venue import BUY, PERP, SELL, SPOT, D, PaperRig, request


async def test_an_order_by_hand_fills_without_a_client_id() -> None:
    rig = await PaperRig().opened()
    rig.connector.hand.place(PERP, SELL, D(2))
    (fill,) = rig.fills
    assert fill.client_order_id is None
    order = rig.told[-1]
    assert isinstance(order, VenueOrder)
    assert order.client_order_id == "external-1"
    (position,) = await rig.connector.fetch_positions()
    assert position.size_base == 2
    await rig.connector.close()


async def test_a_position_closed_by_hand_takes_the_desks_stop_with_it() -> None:
    rig = await PaperRig().opened()
    await rig.connector.place_order(request("a", BUY, 1, symbol=PERP))
    await rig.connector.place_order(request("stop", SELL, 1, symbol=PERP, stop=95, reduce_only=True))
    assert rig.connector.hand.close_position(PERP).kind is OutcomeKind.ACCEPTED
    stop = await rig.connector.fetch_order(PERP, "stop")
    assert stop is not None
    assert stop.status is OrderStatus.CANCELED
    assert await rig.connector.fetch_positions() == []
    assert rig.connector.hand.close_position(PERP).code == "REDUCE_ONLY"
    await rig.connector.close()


async def test_the_desks_order_may_be_cancelled_by_hand() -> None:
    rig = await PaperRig().opened()
    await rig.connector.place_order(request("a", BUY, 1, limit=90))
    rig.connector.hand.cancel(SPOT, "a")
    assert await rig.connector.fetch_open_orders() == []
    order = rig.told[-1]
    assert isinstance(order, VenueOrder)
    assert order.status is OrderStatus.CANCELED
    await rig.connector.close()


async def test_a_limit_by_hand_rests_among_the_others() -> None:
    rig = await PaperRig().opened()
    rig.connector.hand.place(SPOT, BUY, D(1), limit_price=D(90))
    (order,) = await rig.connector.fetch_open_orders()
    assert (order.limit_price, order.size_base) == (D(90), D(1))
    await rig.connector.close()


async def test_money_moves_by_hand_as_far_as_it_is_free() -> None:
    rig = await PaperRig().opened()
    assert rig.connector.hand.deposit("EUR", D(5)).kind is OutcomeKind.ACCEPTED
    refused = rig.connector.hand.deposit("EUR", D(-6))
    assert (refused.kind, refused.code) == (OutcomeKind.NOT_ACCEPTED, "INSUFFICIENT_BALANCE")
    balances = {one.currency: one.total for one in await rig.connector.fetch_balances()}
    assert balances["EUR"] == 5
    await rig.connector.close()
