"""Stops and targets wait for the last price, and then cost what the market asks."""

from typing import Any

import pytest

from desk.contracts.orders import OrderStatus, OrderType
from desk.contracts.plans import TimeInForce
from desk.contracts.sides import OrderSide
from tests.builders.venue import BUY, PERP, SELL, D, VenueRig

TARGET = OrderType.TAKE_PROFIT


def rig(slippage: str = "0", max_fill: str | None = None) -> VenueRig:
    made = VenueRig(USDT=10000, BTC=10, slippage=slippage, max_fill=max_fill)
    made.tick(100, bid="99.9", ask="100.1")
    return made


@pytest.mark.parametrize(
    ("side", "order_type", "stop", "untouched", "touched"),
    [
        (SELL, OrderType.STOP, "95", "95.1", "95"),
        (BUY, OrderType.STOP, "105", "104.9", "105"),
        (SELL, TARGET, "105", "104.9", "105"),
        (BUY, TARGET, "95", "95.1", "95"),
    ],
)
def test_the_last_price_triggers(
    side: OrderSide, order_type: OrderType, stop: str, untouched: str, touched: str
) -> None:
    venue = rig()
    venue.accepted("a", side, 1, order_type=order_type, stop=stop)
    assert venue.tick(untouched, bid="90", ask="110") == []
    venue.tick(touched)
    assert venue.status("a") is OrderStatus.FILLED
    assert (venue.fills[0].price, venue.fills[0].is_maker) == (D(touched), False)


@pytest.mark.parametrize(
    ("side", "stop", "tick", "price"),
    [
        (SELL, "95", {"price": "94", "bid": "94.5", "ask": "95.5"}, "94"),
        (SELL, "95", {"price": "95", "bid": "94.5", "ask": "95.5"}, "94.5"),
        (SELL, "95", {"price": "80"}, "80"),
        (BUY, "105", {"price": "106", "bid": "105.4", "ask": "105.5"}, "106"),
        (BUY, "105", {"price": "105", "bid": "105.4", "ask": "105.5"}, "105.5"),
        (BUY, "105", {"price": "120"}, "120"),
    ],
)
def test_a_gap_costs_the_worse_of_touch_and_last(
    side: OrderSide, stop: str, tick: dict[str, str], price: str
) -> None:
    venue = rig()
    venue.accepted("a", side, 1, stop=stop)
    venue.tick(**tick)
    assert venue.fills[0].price == D(price)


@pytest.mark.parametrize(("side", "stop", "price"), [(SELL, "95", "94.0"), (BUY, "105", "106.1")])
def test_a_triggered_stop_slips(side: OrderSide, stop: str, price: str) -> None:
    venue = rig(slippage="0.01")
    venue.accepted("a", side, 1, stop=stop)
    venue.tick(stop)
    assert venue.fills[0].price == D(price)


@pytest.mark.parametrize(
    ("side", "fields"),
    [
        (SELL, {"stop": "100"}),
        (SELL, {"stop": "101"}),
        (BUY, {"stop": "100"}),
        (BUY, {"stop": "99"}),
        (SELL, {"stop": "100", "order_type": TARGET}),
        (SELL, {"stop": "99", "order_type": TARGET}),
        (BUY, {"stop": "101", "order_type": TARGET}),
        (BUY, {"stop": "99", "limit": "99"}),
    ],
)
def test_a_stop_that_would_trigger_at_once_is_refused(side: OrderSide, fields: dict[str, Any]) -> None:
    assert rig().refused("a", side, 1, **fields) == "WOULD_TRIGGER"


def test_a_stop_limit_becomes_a_limit_that_takes_or_rests() -> None:
    venue = rig()
    venue.accepted("taken", BUY, 1, stop="105", limit="106")
    venue.accepted("missed", BUY, 1, stop="105", limit="105.5")
    venue.tick("105.8")
    assert venue.status("taken") is OrderStatus.FILLED
    assert venue.fills[0].price == D("105.8")
    assert venue.status("missed") is OrderStatus.OPEN
    venue.tick("105.4")
    assert venue.status("missed") is OrderStatus.FILLED
    assert (venue.fills[1].price, venue.fills[1].is_maker) == (D("105.5"), True)


def test_a_triggered_stop_limit_that_rests_is_told() -> None:
    venue = rig()
    venue.accepted("a", SELL, 1, stop="95", limit="94")
    (told,) = venue.tick(90)
    assert (told.client_order_id, venue.status("a")) == ("a", OrderStatus.OPEN)
    assert venue.tick(90) == []


def test_a_stop_of_limited_liquidity_fills_tick_by_tick_once_triggered() -> None:
    venue = rig(max_fill="0.6")
    venue.accepted("a", SELL, 1, stop="95")
    venue.tick(94)
    venue.tick(97)
    assert [(one.size_base, one.price) for one in venue.fills] == [(D("0.6"), D(94)), (D("0.4"), D(97))]


def test_an_immediate_stop_expires_what_its_trigger_does_not_fill() -> None:
    venue = rig(max_fill="0.6")
    venue.accepted("a", SELL, 1, stop="95", time_in_force=TimeInForce.IOC)
    venue.tick(94)
    assert (venue.status("a"), venue.order("a").filled_base) == (OrderStatus.EXPIRED, D("0.6"))


@pytest.mark.parametrize(("opens", "closes", "stop"), [(BUY, SELL, "95"), (SELL, BUY, "105")])
def test_a_reduce_only_stop_closes_a_long_or_a_short(opens: OrderSide, closes: OrderSide, stop: str) -> None:
    venue = VenueRig(USDT=10000)
    venue.tick(100, symbol=PERP)
    venue.accepted("open", opens, 1, symbol=PERP)
    venue.accepted("stop", closes, 1, symbol=PERP, stop=stop, reduce_only=True)
    venue.tick(stop, symbol=PERP)
    assert venue.position() == 0
