"""Perpetual positions net, realize into the quote balance, and are carried by margin."""

from typing import Any

import pytest

from desk.contracts.orders import OrderStatus, OrderType
from desk.contracts.sides import OrderSide, PositionSide
from tests.builders.venue import BUY, PERP, SELL, D, VenueRig, instrument

FREE: dict[str, Any] = {"maker_fee": D(0), "taker_fee": D(0)}


def rig(usdt: int = 1000, max_fill: str | None = None, **fields: Any) -> VenueRig:  # noqa: ANN401 - any field of an instrument
    made = VenueRig(instrument(PERP, **fields), instrument(**fields), USDT=usdt, max_fill=max_fill)
    made.tick(100, symbol=PERP)
    return made


def trade(venue: VenueRig, side: OrderSide, size: str, price: str, *, reduce_only: bool = False) -> None:
    venue.tick(price, symbol=PERP)
    name = f"o{venue.now_ms}"
    venue.accepted(name, side, size, symbol=PERP, reduce_only=reduce_only)


@pytest.mark.parametrize(("opens", "closes", "sign"), [(BUY, SELL, 1), (SELL, BUY, -1)])
def test_adding_averages_and_reducing_realizes(opens: OrderSide, closes: OrderSide, sign: int) -> None:
    venue = rig(**FREE)
    trade(venue, opens, "1", "100")
    trade(venue, opens, "3", "104")
    (position,) = venue.exchange.positions()
    assert (position.size_base, position.entry_price) == (D(4), D(103))
    assert position.side is PositionSide.of(opens)
    trade(venue, closes, "1", "113")
    assert venue.total("USDT") == 1000 + sign * 10
    assert venue.exchange.positions()[0].entry_price == 103
    trade(venue, closes, "3", "93")
    assert venue.total("USDT") == 1000 + sign * (10 - 30)
    assert venue.exchange.positions() == []


@pytest.mark.parametrize(("opens", "closes", "sign"), [(BUY, SELL, 1), (SELL, BUY, -1)])
def test_an_order_beyond_flat_flips_at_its_own_price(opens: OrderSide, closes: OrderSide, sign: int) -> None:
    venue = rig(**FREE)
    trade(venue, opens, "1", "100")
    trade(venue, closes, "3", "110")
    (position,) = venue.exchange.positions()
    assert venue.position() == -2 * sign
    assert (position.side, position.entry_price) == (PositionSide.of(closes), D(110))
    assert venue.total("USDT") == 1000 + sign * 10


def test_a_perpetual_moves_no_coins_and_pays_its_fee_from_the_quote() -> None:
    venue = rig()
    trade(venue, BUY, "1", "100")
    assert venue.total("BTC") == 0
    assert venue.total("USDT") == D("999.9")


def test_thirds_add_up_to_the_last_digit() -> None:
    venue = rig(**FREE)
    for size, price in (("1", "100.1"), ("1", "100.2"), ("1", "100.4")):
        trade(venue, BUY, size, price)
    for price in ("99.9", "101.3", "100.7"):
        trade(venue, SELL, "1", price)
    assert venue.total("USDT") == 1000 + D("99.9") + D("101.3") + D("100.7") - D("300.7")


def test_margin_is_notional_by_leverage_and_is_checked() -> None:
    venue = rig(usdt=100, **FREE)
    assert venue.refused("a", BUY, "10.001", symbol=PERP) == "INSUFFICIENT_MARGIN"
    venue.accepted("b", BUY, 6, symbol=PERP)
    assert venue.free("USDT") == 40
    assert venue.refused("c", BUY, "4.001", symbol=PERP) == "INSUFFICIENT_MARGIN"
    venue.accepted("d", BUY, 4, symbol=PERP, limit="90")
    assert venue.free("USDT") == 4


def test_the_fee_of_opening_is_part_of_the_check() -> None:
    venue = rig(usdt=100)
    assert venue.refused("a", BUY, 10, symbol=PERP) == "INSUFFICIENT_MARGIN"
    venue.accepted("b", BUY, "9.9", symbol=PERP)


def test_closing_asks_no_margin_and_flipping_asks_for_the_rest() -> None:
    venue = rig(usdt=100, **FREE)
    venue.accepted("a", BUY, 10, symbol=PERP)
    assert venue.free("USDT") == 0
    assert venue.refused("b", SELL, "20.001", symbol=PERP) == "INSUFFICIENT_MARGIN"
    venue.accepted("c", SELL, 10, symbol=PERP, limit="120")
    venue.cancel("c", PERP)
    venue.accepted("d", SELL, 20, symbol=PERP)
    assert venue.position() == -10


def test_an_open_loss_backs_nothing() -> None:
    venue = rig(usdt=100, **FREE)
    venue.accepted("a", BUY, 5, symbol=PERP)
    venue.tick(91, symbol=PERP)
    margin = venue.exchange.margin("USDT")
    assert (margin.equity, margin.held, margin.available) == (D(55), D(50), D(5))
    assert venue.refused("b", BUY, "0.6", symbol=PERP) == "INSUFFICIENT_MARGIN"
    venue.accepted("c", BUY, "0.5", symbol=PERP)


def test_an_open_profit_is_equity_and_not_yet_money() -> None:
    venue = rig(usdt=100, **FREE)
    venue.accepted("a", SELL, 5, symbol=PERP)
    venue.tick(90, symbol=PERP)
    margin = venue.exchange.margin("USDT")
    assert (margin.equity, margin.available) == (D(150), D(50))


@pytest.mark.parametrize(("opens", "closes"), [(BUY, SELL), (SELL, BUY)])
def test_a_reduce_only_order_never_opens(opens: OrderSide, closes: OrderSide) -> None:
    venue = rig()
    assert venue.refused("a", closes, 1, symbol=PERP, reduce_only=True) == "REDUCE_ONLY"
    venue.accepted("b", opens, 1, symbol=PERP)
    assert venue.refused("c", opens, 1, symbol=PERP, reduce_only=True) == "REDUCE_ONLY"
    order = venue.accepted("d", closes, 3, symbol=PERP, reduce_only=True)
    assert (order.size_base, order.filled_base, order.status) == (D(1), D(1), OrderStatus.FILLED)
    assert venue.position() == 0


@pytest.mark.parametrize(("opens", "closes", "stop"), [(BUY, SELL, "95"), (SELL, BUY, "105")])
def test_reduce_only_orders_follow_the_position_down(opens: OrderSide, closes: OrderSide, stop: str) -> None:
    venue = rig()
    venue.accepted("a", opens, 1, symbol=PERP)
    venue.accepted("whole", closes, 1, symbol=PERP, stop=stop, reduce_only=True)
    venue.accepted("small", closes, "0.3", symbol=PERP, stop=stop, reduce_only=True)
    trade(venue, closes, "0.4", "100")
    assert venue.order("whole").size_base == D("0.6")
    assert venue.order("small").size_base == D("0.3")
    trade(venue, closes, "0.6", "100")
    assert venue.status("whole") is venue.status("small") is OrderStatus.CANCELED
    assert "REDUCE_ONLY" in venue.order("whole").reason


def test_reduce_only_stops_that_fire_together_stop_at_flat() -> None:
    venue = rig()
    venue.accepted("a", BUY, 1, symbol=PERP)
    for name in ("b", "c"):
        venue.accepted(name, SELL, "0.7", symbol=PERP, stop="95", reduce_only=True)
    venue.tick(94, symbol=PERP)
    assert venue.position() == 0
    assert [fill.size_base for fill in venue.fills] == [D(1), D("0.7"), D("0.3")]


def test_a_flip_cancels_the_stops_of_the_old_side() -> None:
    venue = rig()
    venue.accepted("a", BUY, 1, symbol=PERP)
    venue.accepted("stop", SELL, 1, symbol=PERP, stop="95", reduce_only=True)
    venue.accepted("flip", SELL, 2, symbol=PERP)
    assert venue.status("stop") is OrderStatus.CANCELED


def test_a_partial_target_shrinks_stop_by_group_and_then_by_position() -> None:
    venue = rig(max_fill="0.4")
    for _ in range(3):
        trade(venue, BUY, "0.4", "100")
    venue.accepted("stop", SELL, "1.2", symbol=PERP, stop="95", reduce_only=True, oco_group="g")
    fields: dict[str, Any] = {"order_type": OrderType.TAKE_PROFIT, "reduce_only": True, "oco_group": "g"}
    venue.accepted("target", SELL, "1.2", symbol=PERP, stop="110", **fields)
    venue.tick(110, symbol=PERP)
    assert venue.order("stop").size_base == D("0.8") == venue.position()


def test_an_amend_cannot_make_a_reduce_only_order_larger_than_the_position() -> None:
    venue = rig()
    venue.accepted("a", BUY, 1, symbol=PERP)
    venue.accepted("stop", SELL, "0.5", symbol=PERP, stop="95", reduce_only=True)
    venue.amend("stop", symbol=PERP, size="7")
    assert venue.order("stop").size_base == 1


def test_a_group_of_opening_orders_asks_margin_once() -> None:
    venue = rig(usdt=100, **FREE)
    venue.accepted("a", BUY, 10, symbol=PERP, limit="90", oco_group="g")
    venue.accepted("b", BUY, 9, symbol=PERP, limit="99", oco_group="g")
    assert venue.free("USDT") == 10


def test_a_partly_filled_reduce_only_order_may_still_close_all_that_is_left() -> None:
    venue = rig(max_fill="0.4")
    for _ in range(3):
        trade(venue, BUY, "0.4", "100")
    venue.accepted("close", SELL, "1.2", symbol=PERP, limit="101", reduce_only=True)
    venue.tick(102, symbol=PERP)
    venue.amend("close", symbol=PERP, size="9")
    assert (venue.order("close").size_base, venue.position()) == (D("1.2"), D("0.8"))
