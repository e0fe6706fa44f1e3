"""Resting orders change in place or leave; ended ones do neither."""

import pytest

from desk.contracts.orders import OrderStatus, OutcomeKind
from desk.contracts.sides import OrderSide
from tests.builders.venue import BUY, PERP, SELL, D, VenueRig


def rig(max_fill: str | None = None) -> VenueRig:
    made = VenueRig(USDT=1000, BTC=10, max_fill=max_fill)
    made.tick(100)
    return made


def test_a_cancelled_order_fills_no_more_and_frees_its_funds() -> None:
    venue = rig()
    venue.accepted("a", BUY, 1, limit="99")
    assert venue.free("USDT") < 1000
    outcome = venue.cancel("a")
    assert outcome.order is not None
    assert (outcome.kind, outcome.order.status) == (OutcomeKind.ACCEPTED, OrderStatus.CANCELED)
    assert venue.free("USDT") == 1000
    assert venue.tick(90) == []


def test_a_partly_filled_order_keeps_its_fills_when_cancelled() -> None:
    venue = rig(max_fill="0.4")
    venue.accepted("a", BUY, 1)
    venue.cancel("a")
    assert (venue.status("a"), venue.order("a").filled_base) == (OrderStatus.CANCELED, D("0.4"))


def test_cancelling_what_ended_or_never_was_is_refused_with_proof() -> None:
    venue = rig()
    filled = venue.accepted("a", BUY, 1)
    ended, unknown, elsewhere = venue.cancel("a"), venue.cancel("x"), venue.cancel("a", PERP)
    assert (ended.kind, ended.code, ended.order) == (OutcomeKind.NOT_ACCEPTED, "ORDER_NOT_OPEN", filled)
    assert (unknown.kind, unknown.code, unknown.order) == (OutcomeKind.NOT_ACCEPTED, "UNKNOWN_ORDER", None)
    assert elsewhere.code == "UNKNOWN_ORDER"


@pytest.mark.parametrize(
    ("side", "first", "moved", "between"), [(SELL, "90", "95", "93"), (BUY, "110", "105", "107")]
)
def test_a_moved_stop_triggers_at_its_new_price(
    side: OrderSide, first: str, moved: str, between: str
) -> None:
    venue = rig()
    venue.accepted("a", side, 1, stop=first)
    assert venue.tick(100) == []
    outcome = venue.amend("a", stop=moved)
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert venue.order("a").stop_price == D(moved)
    venue.tick(between)
    assert venue.status("a") is OrderStatus.FILLED


@pytest.mark.parametrize(("side", "first", "through"), [(SELL, "90", "100"), (BUY, "110", "99")])
def test_a_stop_is_not_moved_through_the_market(side: OrderSide, first: str, through: str) -> None:
    venue = rig()
    venue.accepted("a", side, 1, stop=first)
    outcome = venue.amend("a", stop=through)
    assert (outcome.kind, outcome.code) == (OutcomeKind.NOT_ACCEPTED, "WOULD_TRIGGER")
    assert outcome.order == venue.order("a")
    assert venue.order("a").stop_price == D(first)


def test_a_limit_amended_through_the_market_takes_at_once() -> None:
    venue = rig()
    venue.accepted("a", BUY, 1, limit="99")
    venue.amend("a", limit="101")
    (fill,) = venue.fills
    assert (fill.price, fill.is_maker) == (D(100), False)


def test_a_size_is_amended_as_a_total_that_counts_what_filled() -> None:
    venue = rig(max_fill="0.4")
    venue.accepted("a", BUY, 1)
    assert venue.amend("a", size="0.4").code == "INVALID_SIZE"
    assert venue.amend("a", size="0.6").kind is OutcomeKind.ACCEPTED
    venue.tick(100)
    assert (venue.status("a"), venue.order("a").filled_base) == (OrderStatus.FILLED, D("0.6"))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"size": "0.0005"}, "SIZE_STEP"),
        ({"size": "NaN"}, "INVALID_SIZE"),
        ({"size": "2000"}, "SIZE_ABOVE_MAXIMUM"),
        ({"size": "20"}, "INSUFFICIENT_BALANCE"),
        ({"limit": "98.77"}, "PRICE_STEP"),
        ({"stop": "120"}, "INVALID_PRICE"),
    ],
)
def test_a_refused_amend_changes_nothing(fields: dict[str, str], code: str) -> None:
    venue = rig()
    before = venue.accepted("a", BUY, 1, limit="99")
    free = venue.free("USDT")
    outcome = venue.amend("a", **fields)
    assert (outcome.kind, outcome.code, outcome.order) == (OutcomeKind.NOT_ACCEPTED, code, before)
    assert venue.exchange.open_orders() == [before]
    assert venue.free("USDT") == free


def test_a_stop_price_that_was_touched_cannot_be_moved() -> None:
    venue = rig()
    venue.accepted("a", SELL, 1, stop="95", limit="94")
    venue.tick(90)
    assert venue.amend("a", stop="80").code == "ALREADY_TRIGGERED"
    assert venue.amend("a", limit="89").kind is OutcomeKind.ACCEPTED
    assert venue.status("a") is OrderStatus.FILLED


def test_an_amend_moves_what_is_held() -> None:
    venue = rig()
    venue.accepted("a", BUY, 1, limit="99")
    venue.amend("a", limit="50", size="2")
    assert venue.free("USDT") == 1000 - 2 * 50 * D("1.001")


def test_amending_what_ended_or_never_was_is_refused() -> None:
    venue = rig()
    venue.accepted("a", BUY, 1)
    assert venue.amend("a", size="2").code == "ORDER_NOT_OPEN"
    assert venue.amend("x", size="2").code == "UNKNOWN_ORDER"


def test_the_account_s_time_never_runs_backwards() -> None:
    venue = rig()
    venue.accepted("a", BUY, 1)
    venue.now_ms -= 60_000
    venue.accepted("b", BUY, 1)
    assert venue.fills[1].time_ms >= venue.fills[0].time_ms
