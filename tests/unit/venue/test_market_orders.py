"""Market orders pay the touch and the slippage, never less."""

from decimal import Decimal

import pytest

from desk.contracts.orders import OrderStatus, VenueFill, VenueOrder
from desk.contracts.plans import TimeInForce
from desk.contracts.sides import OrderSide
from tests.builders.venue import BUY, PERP, SELL, SPOT, D, VenueRig


@pytest.mark.parametrize(("side", "price"), [(BUY, "100.5"), (SELL, "99.5")])
def test_a_market_order_takes_the_touch(side: OrderSide, price: str) -> None:
    rig = VenueRig(USDT=1000, BTC=10)
    rig.tick(100, bid="99.5", ask="100.5")
    order = rig.accepted("a", side, 1)
    assert order.status is OrderStatus.FILLED
    assert [fill.price for fill in rig.fills] == [D(price)]
    assert not rig.fills[0].is_maker


@pytest.mark.parametrize(("side", "price"), [(BUY, "101.1"), (SELL, "98.9")])
def test_slippage_is_rounded_against_the_taker(side: OrderSide, price: str) -> None:
    rig = VenueRig(slippage="0.0105", USDT=1000, BTC=10)
    rig.tick(100)
    rig.accepted("a", side, 1)
    assert rig.fills[0].price == D(price)


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_touch_between_two_steps_never_fills_better(side: OrderSide) -> None:
    rig = VenueRig(USDT=1000, BTC=10)
    rig.tick("100.05")
    rig.accepted("a", side, 1)
    assert rig.fills[0].price == D("100.1" if side is BUY else "100.0")


def test_a_market_order_without_a_price_is_refused() -> None:
    assert VenueRig(USDT=1000).refused("a", BUY, 1) == "NO_MARKET"


def test_a_fill_is_told_before_the_order_it_completes() -> None:
    rig = VenueRig(USDT=1000)
    rig.tick(100)
    rig.accepted("a", BUY, 1)
    fill, order = rig.events
    assert isinstance(fill, VenueFill)
    assert isinstance(order, VenueOrder)
    assert (fill.venue_order_id, fill.client_order_id) == (order.venue_order_id, "a")
    assert order.status is OrderStatus.FILLED


def test_a_spot_buy_moves_coins_and_pays_the_fee_in_quote() -> None:
    rig = VenueRig(USDT=1000)
    rig.tick("100.1")
    rig.accepted("a", BUY, "1.001")
    assert rig.total("BTC") == D("1.001")
    assert rig.fills[0].fee == D("0.1002001")
    assert rig.total("USDT") == 1000 - D("100.2001") - D("0.1002001")


def test_a_spot_sell_brings_quote_less_the_fee() -> None:
    rig = VenueRig(BTC=2)
    rig.tick(100)
    rig.accepted("a", SELL, 1)
    assert (rig.total("BTC"), rig.total("USDT")) == (D(1), D("99.9"))


def test_a_capped_market_order_goes_on_filling_at_later_touches() -> None:
    rig = VenueRig(max_fill="0.4", USDT=1000)
    rig.tick(100)
    assert rig.accepted("a", BUY, 1).status is OrderStatus.PARTIALLY_FILLED
    rig.tick(101)
    rig.tick(102)
    assert [(one.size_base, one.price) for one in rig.fills] == [
        (D("0.4"), D(100)),
        (D("0.4"), D(101)),
        (D("0.2"), D(102)),
    ]
    assert rig.status("a") is OrderStatus.FILLED


def test_an_immediate_or_cancel_order_leaves_nothing_behind() -> None:
    rig = VenueRig(max_fill="0.4", USDT=1000)
    rig.tick(100)
    order = rig.accepted("a", BUY, 1, time_in_force=TimeInForce.IOC)
    assert (order.status, order.filled_base) == (OrderStatus.EXPIRED, D("0.4"))
    assert rig.free("USDT") == rig.total("USDT")


def test_a_fill_or_kill_order_fills_whole_or_not_at_all() -> None:
    rig = VenueRig(max_fill="0.4", USDT=1000)
    rig.tick(100)
    killed = rig.accepted("a", BUY, 1, time_in_force=TimeInForce.FOK)
    filled = rig.accepted("b", BUY, "0.4", time_in_force=TimeInForce.FOK)
    assert (killed.status, killed.filled_base) == (OrderStatus.EXPIRED, D(0))
    assert filled.status is OrderStatus.FILLED


def test_partial_fills_by_chance_are_the_same_for_the_same_seed() -> None:
    def sizes(seed: int) -> list[Decimal]:
        rig = VenueRig(fraction="0.5", seed=seed, USDT=1000)
        rig.tick(100)
        rig.accepted("a", BUY, 5)
        for _ in range(100):
            rig.tick(100, size="2")
        assert rig.status("a") is OrderStatus.FILLED
        return [fill.size_base for fill in rig.fills]

    assert sizes(1) == sizes(1)
    assert sizes(1) != sizes(2)
    assert all(0 < size <= D("2.5") for size in sizes(1))
    assert sum(sizes(1)) == 5


def test_a_tick_without_size_fills_nothing_where_fills_are_partial() -> None:
    rig = VenueRig(fraction="0.5", USDT=1000)
    rig.tick(100, size="0")
    assert rig.accepted("a", BUY, 1).status is OrderStatus.OPEN
    assert rig.fills == []


def test_each_symbol_has_a_market_of_its_own() -> None:
    rig = VenueRig(USDT=1000)
    rig.tick(100, symbol=SPOT)
    assert rig.refused("a", BUY, 1, symbol=PERP) == "NO_MARKET"
