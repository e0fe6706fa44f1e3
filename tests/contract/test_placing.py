"""What every connector does with a new order."""

import pytest

from desk.contracts.orders import OrderStatus, OrderType, OutcomeKind, VenueFill, VenueOrder
from desk.contracts.plans import TimeInForce
from desk.contracts.sides import OrderSide, PositionSide
from tests.builders.venue import BUY, SELL, D, request
from tests.contract.subject import Subject, known, placed, spot_of


async def test_a_market_order_fills_and_all_reads_agree(subject: Subject) -> None:
    order = await placed(subject, "a1", BUY, 1, symbol=spot_of(subject))
    assert (order.status, order.filled_base) == (OrderStatus.FILLED, D(1))
    fills = [
        one
        for one in await subject.run(subject.connector.fetch_fills(subject.began_ms))
        if one.client_order_id == "a1"
    ]
    assert sum(one.size_base for one in fills) == 1
    balances = {one.currency: one for one in await subject.run(subject.connector.fetch_balances())}
    fees = {coin: sum(one.fee for one in fills if one.fee_currency == coin) for coin in ("BTC", "USDT")}
    assert sum(fees.values()) > 0
    assert balances["BTC"].total == 11 - fees["BTC"]
    spent = sum(one.size_base * one.price for one in fills)
    assert balances["USDT"].total == 10000 - spent - fees["USDT"]
    assert balances["USDT"].free == balances["USDT"].total


async def test_fills_are_told_once_each_and_before_the_order_is_told_filled(subject: Subject) -> None:
    await placed(subject, "a1", BUY, 1)
    await subject.trade_at(subject.symbol, D(100))
    about = [one for one in subject.told if one.client_order_id == "a1"]
    assert isinstance(about[-1], VenueOrder)
    assert about[-1].status is OrderStatus.FILLED
    fills = [one for one in about if isinstance(one, VenueFill)]
    assert sum(one.size_base for one in fills) == 1
    assert fills == list(await subject.run(subject.connector.fetch_fills(subject.began_ms)))
    assert len({one.venue_trade_id for one in fills}) == len(fills)


async def test_a_resting_limit_is_listed_until_the_market_reaches_it(subject: Subject) -> None:
    resting = await placed(subject, "a1", BUY, 1, limit=95)
    assert resting.status is OrderStatus.OPEN
    assert list(await subject.run(subject.connector.fetch_open_orders())) == [resting]
    await subject.trade_at(subject.symbol, D(94))
    assert (await known(subject, "a1")).status is OrderStatus.FILLED
    assert list(await subject.run(subject.connector.fetch_open_orders())) == []
    (fill,) = await subject.run(subject.connector.fetch_fills(subject.began_ms))
    assert fill.price <= 95


@pytest.mark.parametrize(
    ("side", "order_type", "stop"),
    [
        (SELL, OrderType.STOP, 95),
        (BUY, OrderType.STOP, 105),
        (SELL, OrderType.TAKE_PROFIT, 105),
        (BUY, OrderType.TAKE_PROFIT, 95),
    ],
)
async def test_a_conditional_order_waits_at_the_venue(
    subject: Subject, side: OrderSide, order_type: OrderType, stop: int
) -> None:
    if order_type not in subject.connector.capabilities.order_types:
        pytest.skip(f"no {order_type} here")
    waiting = await placed(subject, "a1", side, 1, order_type=order_type, stop=stop)
    assert (waiting.status, waiting.stop_price) == (OrderStatus.OPEN, D(stop))
    await subject.trade_at(subject.symbol, D(stop))
    assert (await known(subject, "a1")).status is OrderStatus.FILLED


@pytest.mark.parametrize(("side", "stop", "limit"), [(BUY, 105, 107), (SELL, 95, 93)])
async def test_a_breakout_entry_waits_for_its_trigger_and_keeps_to_its_limit(
    subject: Subject, side: OrderSide, stop: int, limit: int
) -> None:
    if OrderType.STOP_LIMIT not in subject.connector.capabilities.order_types:
        pytest.skip("no STOP_LIMIT here")
    waiting = await placed(subject, "a1", side, 1, stop=stop, limit=limit)
    assert waiting.order_type is OrderType.STOP_LIMIT
    assert (waiting.status, waiting.stop_price, waiting.limit_price) == (OrderStatus.OPEN, D(stop), D(limit))
    await subject.trade_at(subject.symbol, D(stop) - D(side.sign))
    assert (await known(subject, "a1")).status is OrderStatus.OPEN
    await subject.trade_at(subject.symbol, D(stop))
    assert (await known(subject, "a1")).status is OrderStatus.FILLED
    (fill,) = await subject.run(subject.connector.fetch_fills(subject.began_ms))
    assert (limit - fill.price) * side.sign >= 0


@pytest.mark.parametrize(("side", "stop", "limit", "gap"), [(BUY, 105, 107, 110), (SELL, 95, 93, 90)])
async def test_a_breakout_that_jumps_over_the_limit_fills_once_the_price_comes_back(
    subject: Subject, side: OrderSide, stop: int, limit: int, gap: int
) -> None:
    if OrderType.STOP_LIMIT not in subject.connector.capabilities.order_types:
        pytest.skip("no STOP_LIMIT here")
    await placed(subject, "a1", side, 1, stop=stop, limit=limit)
    await subject.trade_at(subject.symbol, D(gap))
    over = await known(subject, "a1")
    assert (over.status, over.filled_base) == (OrderStatus.OPEN, D(0))
    assert [one.client_order_id for one in await subject.run(subject.connector.fetch_open_orders())] == ["a1"]
    await subject.trade_at(subject.symbol, D(limit) - D(side.sign))
    assert (await known(subject, "a1")).status is OrderStatus.FILLED
    (fill,) = await subject.run(subject.connector.fetch_fills(subject.began_ms))
    assert (limit - fill.price) * side.sign >= 0


@pytest.mark.parametrize(("side", "stop", "limit", "gap"), [(BUY, 105, 107, 110), (SELL, 95, 93, 90)])
async def test_a_breakout_that_may_not_rest_waits_for_its_trigger_and_ends_there(
    subject: Subject, side: OrderSide, stop: int, limit: int, gap: int
) -> None:
    if OrderType.STOP_LIMIT not in subject.connector.capabilities.order_types:
        pytest.skip("no STOP_LIMIT here")
    at_once = {"stop": stop, "limit": limit, "time_in_force": TimeInForce.IOC}
    assert (await placed(subject, "a1", side, 1, **at_once)).status is OrderStatus.OPEN
    await subject.trade_at(subject.symbol, D(gap))
    ended = await known(subject, "a1")
    assert (ended.status.is_terminal, ended.filled_base) == (True, D(0))
    assert list(await subject.run(subject.connector.fetch_open_orders())) == []


@pytest.mark.parametrize(("side", "stop", "limit"), [(BUY, 105, 107), (SELL, 95, 93)])
async def test_a_breakout_entry_can_be_cancelled_before_and_after_its_trigger(
    subject: Subject, side: OrderSide, stop: int, limit: int
) -> None:
    if OrderType.STOP_LIMIT not in subject.connector.capabilities.order_types:
        pytest.skip("no STOP_LIMIT here")
    for name, price in (("before", None), ("after", D(limit) + 3 * D(side.sign))):
        await placed(subject, name, side, 1, stop=stop, limit=limit)
        if price is not None:
            await subject.trade_at(subject.symbol, price)
        outcome = await subject.run(subject.connector.cancel_order(subject.symbol, name))
        assert outcome.kind is OutcomeKind.ACCEPTED
        assert (await known(subject, name)).status is OrderStatus.CANCELED
    assert list(await subject.run(subject.connector.fetch_fills(subject.began_ms))) == []


async def test_an_order_that_may_not_rest_expires(subject: Subject) -> None:
    for time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
        name = time_in_force.value.lower()
        order = await placed(subject, name, BUY, 1, limit=95, time_in_force=time_in_force)
        assert order.status is OrderStatus.EXPIRED


async def test_a_client_id_never_means_two_orders(subject: Subject) -> None:
    first = await placed(subject, "a1", BUY, 1)
    asked = request("a1", BUY, 1, symbol=subject.symbol)
    again = await subject.run(subject.connector.place_order(asked))
    assert again.kind is not OutcomeKind.ACCEPTED or again.order == first
    assert await known(subject, "a1") == first
    fills = await subject.run(subject.connector.fetch_fills(subject.began_ms))
    assert sum(one.size_base for one in fills) == 1


@pytest.mark.parametrize("size", ["0", "0.0005", "NaN", "999999"])
async def test_a_size_off_the_filters_is_refused_and_leaves_nothing(subject: Subject, size: str) -> None:
    asked = request("a1", BUY, size, symbol=subject.symbol)
    outcome = await subject.run(subject.connector.place_order(asked))
    assert outcome.kind in {OutcomeKind.NOT_ACCEPTED, OutcomeKind.NOT_SENT}
    assert outcome.reason
    assert await subject.run(subject.connector.fetch_order(subject.symbol, "a1")) is None
    assert list(await subject.run(subject.connector.fetch_open_orders())) == []


async def test_more_than_the_account_has_is_refused(subject: Subject) -> None:
    asked = request("a1", SELL, 11, symbol=spot_of(subject))
    outcome = await subject.run(subject.connector.place_order(asked))
    assert outcome.kind is OutcomeKind.NOT_ACCEPTED


@pytest.mark.parametrize(("opens", "closes"), [(BUY, SELL), (SELL, BUY)])
async def test_positions_net_and_reduce_only_never_opens(
    subject: Subject, opens: OrderSide, closes: OrderSide
) -> None:
    capabilities = subject.connector.capabilities
    if not (capabilities.nets_positions and capabilities.reduces_only):
        pytest.skip("positions are not netted here")
    await placed(subject, "a1", opens, 2)
    await placed(subject, "a2", closes, "0.5")
    (position,) = await subject.run(subject.connector.fetch_positions())
    assert (position.side, position.size_base) == (PositionSide.of(opens), D("1.5"))
    await placed(subject, "a3", closes, "1.5", reduce_only=True)
    assert list(await subject.run(subject.connector.fetch_positions())) == []
    asked = request("a4", closes, 1, symbol=subject.symbol, reduce_only=True)
    outcome = await subject.run(subject.connector.place_order(asked))
    assert outcome.kind is OutcomeKind.NOT_ACCEPTED


async def test_a_group_cancels_its_other_orders(subject: Subject) -> None:
    if not subject.connector.capabilities.cancels_other:
        pytest.skip("groups are the desk's own business here")
    await placed(subject, "a1", BUY, 1)
    await placed(subject, "stop", SELL, 1, stop=95, reduce_only=True, oco_group="g")
    target = {"order_type": OrderType.TAKE_PROFIT, "stop": 105, "reduce_only": True, "oco_group": "g"}
    await placed(subject, "target", SELL, 1, **target)
    await subject.trade_at(subject.symbol, D(106))
    assert (await known(subject, "target")).status is OrderStatus.FILLED
    assert (await known(subject, "stop")).status is OrderStatus.CANCELED
