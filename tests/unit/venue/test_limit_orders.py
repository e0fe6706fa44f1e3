"""Limit orders take up to their limit, and then wait for the market to come to them."""

import pytest

from desk.contracts.orders import OrderStatus
from desk.contracts.plans import TimeInForce
from desk.contracts.sides import OrderSide
from tests.builders.venue import BUY, SELL, D, VenueRig


def rig(slippage: str = "0", max_fill: str | None = None) -> VenueRig:
    made = VenueRig(USDT=1000, BTC=10, slippage=slippage, max_fill=max_fill)
    made.tick(100, bid="99.9", ask="100.1")
    return made


@pytest.mark.parametrize(
    ("side", "limit", "slippage", "price"),
    [
        (BUY, "101", "0", "100.1"),
        (BUY, "101", "0.005", "100.7"),
        (BUY, "100.1", "0.005", "100.1"),
        (SELL, "99", "0", "99.9"),
        (SELL, "99", "0.005", "99.4"),
        (SELL, "99.9", "0.005", "99.9"),
    ],
)
def test_a_crossing_limit_takes_the_slipped_touch_but_never_beyond_its_limit(
    side: OrderSide, limit: str, slippage: str, price: str
) -> None:
    venue = rig(slippage=slippage)
    assert venue.accepted("a", side, 1, limit=limit).status is OrderStatus.FILLED
    assert venue.fills[0].price == D(price)
    assert not venue.fills[0].is_maker


@pytest.mark.parametrize(
    ("side", "limit", "tick"),
    [
        (BUY, "99.5", {"price": "99.6", "bid": "99.4", "ask": "99.5"}),
        (BUY, "99.5", {"price": "99.4", "bid": "99.4", "ask": "99.6"}),
        (SELL, "100.5", {"price": "100.4", "bid": "100.5", "ask": "100.6"}),
        (SELL, "100.5", {"price": "100.6", "bid": "100.4", "ask": "100.6"}),
    ],
)
def test_a_resting_limit_fills_as_maker_when_crossed_or_traded_through(
    side: OrderSide, limit: str, tick: dict[str, str]
) -> None:
    venue = rig(slippage="0.01")
    assert venue.accepted("a", side, 1, limit=limit).status is OrderStatus.OPEN
    venue.tick(**tick)
    (fill,) = venue.fills
    assert (fill.price, fill.is_maker) == (D(limit), True)
    assert fill.fee == D(limit) * D("0.0002")


@pytest.mark.parametrize(("side", "limit"), [(BUY, "99.5"), (SELL, "100.5")])
def test_a_trade_at_the_limit_is_not_yet_through_it(side: OrderSide, limit: str) -> None:
    venue = rig()
    venue.accepted("a", side, 1, limit=limit)
    venue.tick(limit, bid="99.4", ask="100.6")
    assert venue.status("a") is OrderStatus.OPEN


def test_a_gap_beyond_a_resting_limit_still_fills_at_the_limit() -> None:
    venue = rig()
    venue.accepted("a", BUY, 1, limit="99.5")
    venue.tick(90)
    assert venue.fills[0].price == D("99.5")


def test_a_partly_filled_limit_goes_on_resting() -> None:
    venue = rig(max_fill="0.4")
    venue.accepted("a", BUY, 1, limit="99.5")
    for price in (99, 99, 100, 99):
        venue.tick(price)
    assert [fill.size_base for fill in venue.fills] == [D("0.4"), D("0.4"), D("0.2")]
    assert venue.status("a") is OrderStatus.FILLED


@pytest.mark.parametrize("time_in_force", [TimeInForce.IOC, TimeInForce.FOK])
def test_a_limit_that_may_not_rest_expires_away_from_the_market(time_in_force: TimeInForce) -> None:
    venue = rig()
    order = venue.accepted("a", BUY, 1, limit="99", time_in_force=time_in_force)
    assert order.status is OrderStatus.EXPIRED
    assert order.reason
    assert venue.free("USDT") == 1000


def test_a_limit_may_rest_before_the_first_price() -> None:
    venue = VenueRig(USDT=1000)
    venue.accepted("a", BUY, 1, limit="99")
    venue.tick(98)
    assert (venue.fills[0].price, venue.fills[0].is_maker) == (D(99), True)


def test_orders_fill_in_the_order_of_their_arrival() -> None:
    venue = rig()
    for name in ("b", "a", "c"):
        venue.accepted(name, BUY, 1, limit="99.5")
    venue.tick(99)
    assert [fill.client_order_id for fill in venue.fills] == ["b", "a", "c"]
    assert [fill.venue_trade_id for fill in venue.fills] == ["1", "2", "3"]
