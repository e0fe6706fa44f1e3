"""Open spot orders hold what they could cost, once per group, and no more is spent than there is."""

import pytest

from desk.contracts.orders import OrderStatus, OrderType, OutcomeKind
from desk.contracts.sides import OrderSide
from tests.builders.venue import BUY, SELL, D, VenueRig

TARGET = OrderType.TAKE_PROFIT


def rig(max_fill: str | None = None, slippage: str = "0", usdt: int = 1000) -> VenueRig:
    made = VenueRig(USDT=usdt, BTC=1, max_fill=max_fill, slippage=slippage)
    made.tick(100)
    return made


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        ({"limit": "99"}, "99.099"),
        ({"stop": "105"}, "106.1060"),
        ({"stop": "105", "limit": "106"}, "106.106"),
    ],
)
def test_a_buy_holds_its_worst_price_and_fee(fields: dict[str, str], held: str) -> None:
    venue = rig(slippage="0.01")
    venue.accepted("a", BUY, 1, **fields)
    if fields == {"stop": "105"}:
        held = str(D("106.1") * D("1.001"))
    assert venue.free("USDT") == 1000 - D(held)
    assert venue.total("USDT") == 1000


def test_a_sell_holds_its_coins() -> None:
    venue = rig()
    venue.accepted("a", SELL, "0.6", limit="101")
    assert (venue.free("BTC"), venue.total("BTC")) == (D("0.4"), D(1))
    assert venue.refused("b", SELL, "0.5") == "INSUFFICIENT_BALANCE"


def test_a_buy_beyond_the_balance_is_refused_fee_included() -> None:
    venue = rig()
    assert venue.refused("a", BUY, 10, limit="100") == "INSUFFICIENT_BALANCE"
    assert venue.refused("b", BUY, 10) == "INSUFFICIENT_BALANCE"
    venue.accepted("c", BUY, "9.99", limit="100")


def test_orders_of_a_group_hold_once() -> None:
    venue = rig()
    venue.accepted("stop", SELL, 1, stop="95", oco_group="g")
    venue.accepted("target", SELL, 1, stop="110", order_type=TARGET, oco_group="g")
    venue.accepted("replacement", SELL, 1, stop="96", oco_group="g")
    assert venue.free("BTC") == 0
    assert venue.refused("other", SELL, "0.1", stop="95", oco_group="h") == "INSUFFICIENT_BALANCE"


@pytest.mark.parametrize(
    ("price", "filled", "cancelled"), [("94", "stop", "target"), ("111", "target", "stop")]
)
def test_a_filled_order_cancels_the_others_of_its_group(price: str, filled: str, cancelled: str) -> None:
    venue = rig()
    venue.accepted("stop", SELL, 1, stop="95", oco_group="g")
    venue.accepted("target", SELL, 1, stop="110", order_type=TARGET, oco_group="g")
    venue.tick(price)
    assert venue.status(filled) is OrderStatus.FILLED
    assert venue.status(cancelled) is OrderStatus.CANCELED
    assert "OCO" in venue.order(cancelled).reason
    assert len(venue.fills) == 1


def test_a_partial_fill_shrinks_the_others_of_its_group() -> None:
    venue = rig(max_fill="0.4")
    venue.accepted("stop", SELL, 1, stop="95", oco_group="g")
    venue.accepted("target", SELL, 1, limit="110", oco_group="g")
    venue.tick(111)
    assert venue.order("stop").size_base == D("0.6")
    assert venue.free("BTC") == 0
    for _ in range(2):
        venue.tick(94)
    assert venue.status("stop") is OrderStatus.FILLED
    assert venue.status("target") is OrderStatus.CANCELED
    assert venue.total("BTC") == 0


def test_cancelling_one_of_a_group_leaves_the_other() -> None:
    venue = rig()
    venue.accepted("stop", SELL, 1, stop="95", oco_group="g")
    venue.accepted("target", SELL, 1, limit="110", oco_group="g")
    venue.cancel("target")
    assert venue.status("stop") is OrderStatus.OPEN


def test_a_gap_that_costs_more_than_the_balance_cuts_the_buy() -> None:
    venue = rig(usdt=100)
    venue.accepted("a", BUY, "0.9", stop="110")
    venue.tick(200)
    order = venue.order("a")
    assert (order.status, order.filled_base) == (OrderStatus.FILLED, D("0.499"))
    assert "INSUFFICIENT_BALANCE" in order.reason
    assert 0 <= venue.total("USDT") < D("0.2003")


def test_a_gap_that_pays_for_nothing_cancels_the_buy() -> None:
    venue = rig(usdt=100)
    venue.accepted("a", BUY, "0.9", stop="110")
    venue.tick(1000000)
    assert venue.status("a") is OrderStatus.CANCELED
    assert venue.total("USDT") == 100


def test_a_cut_buy_never_spends_what_other_orders_hold() -> None:
    venue = rig(usdt=200)
    venue.accepted("held", BUY, 1, limit="90")
    venue.accepted("a", BUY, 1, stop="109")
    venue.tick(200)
    assert venue.order("a").filled_base == D("0.549")
    assert venue.total("USDT") >= 90 * D("1.001")


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_hold_shrinks_with_what_fills(side: OrderSide) -> None:
    venue = rig(max_fill="0.4")
    venue.accepted("a", side, 1, limit="100")
    assert venue.free("BTC") == (D("1.4") if side is BUY else 0)
    assert venue.free("USDT") == (1000 - 100 * D("1.001") if side is BUY else 1000 + 40 * D("0.999"))


def test_money_comes_and_goes_only_as_far_as_it_is_free() -> None:
    venue = rig()
    venue.accepted("a", BUY, 9, limit="99")
    outcome = venue.withdraw("USDT", "108.11")
    assert (outcome.kind, outcome.code) == (OutcomeKind.NOT_ACCEPTED, "INSUFFICIENT_BALANCE")
    assert venue.withdraw("USDT", "108.109").kind is OutcomeKind.ACCEPTED
    venue.exchange.deposit("EUR", D("1.5"))
    assert [(one.currency, one.total, one.free) for one in venue.exchange.balances()] == [
        ("BTC", D(1), D(1)),
        ("EUR", D("1.5"), D("1.5")),
        ("USDT", D("891.891"), D(0)),
    ]
