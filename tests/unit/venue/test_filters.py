"""What the venue refuses at the door, and by which code."""

from typing import Any

import pytest

from desk.contracts.orders import OrderType, OutcomeKind
from tests.builders.venue import BUY, PERP, SELL, D, VenueRig, instrument


def rig() -> VenueRig:
    narrow: dict[str, Any] = {"min_size_base": D("0.01"), "min_notional_quote": D(10), "max_size_base": D(5)}
    made = VenueRig(instrument(**narrow), instrument(PERP, **narrow), USDT=100000, BTC=100)
    made.tick(100)
    made.tick(100, symbol=PERP)
    return made


@pytest.mark.parametrize(
    ("size", "fields", "code"),
    [
        ("0.0105", {}, "SIZE_STEP"),
        ("0.009", {}, "SIZE_BELOW_MINIMUM"),
        ("5.001", {}, "SIZE_ABOVE_MAXIMUM"),
        ("0", {}, "INVALID_SIZE"),
        ("-1", {}, "INVALID_SIZE"),
        ("NaN", {}, "INVALID_SIZE"),
        ("Infinity", {}, "INVALID_SIZE"),
        ("0.099", {}, "NOTIONAL_BELOW_MINIMUM"),
        ("0.1", {"limit": "99.9"}, "NOTIONAL_BELOW_MINIMUM"),
        ("1", {"limit": "99.95"}, "PRICE_STEP"),
        ("1", {"stop": "105.55"}, "PRICE_STEP"),
        ("1", {"limit": "0"}, "INVALID_PRICE"),
        ("1", {"limit": "NaN"}, "INVALID_PRICE"),
        ("1", {"limit": "-5"}, "INVALID_PRICE"),
        ("1", {"limit": "99", "order_type": OrderType.MARKET}, "INVALID_PRICE"),
        ("1", {"order_type": OrderType.LIMIT}, "INVALID_PRICE"),
        ("1", {"limit": "99", "order_type": OrderType.STOP_LIMIT}, "INVALID_PRICE"),
        ("1", {"symbol": "ETH/USDT"}, "UNKNOWN_SYMBOL"),
        ("1", {"reduce_only": True}, "REDUCE_ONLY"),
    ],
)
def test_an_order_the_venue_cannot_take_is_refused(size: str, fields: dict[str, Any], code: str) -> None:
    venue = rig()
    assert venue.refused("a", BUY, size, **fields) == code
    assert venue.exchange.find("a") is None
    assert venue.exchange.open_orders() == []


@pytest.mark.parametrize("name", ["", "x" * 65, "naïve"])
def test_an_id_that_cannot_be_looked_up_is_refused(name: str) -> None:
    assert rig().refused(name, BUY, 1) == "INVALID_CLIENT_ID"


def test_the_limits_themselves_are_allowed() -> None:
    venue = rig()
    venue.accepted("most", BUY, 5)
    venue.accepted("least", BUY, "0.1")


def test_a_client_id_is_taken_for_ever_and_answers_with_its_order() -> None:
    venue = rig()
    first = venue.accepted("a", BUY, 1)
    again = venue.send("a", SELL, 2, limit="120")
    assert (again.kind, again.code) == (OutcomeKind.NOT_ACCEPTED, "DUPLICATE_CLIENT_ID")
    assert again.order == first
    resting = venue.accepted("b", SELL, 1, limit="120")
    assert venue.send("b", SELL, 1).order == resting
    assert venue.total("BTC") == 101


def test_a_refused_client_id_stays_free() -> None:
    venue = rig()
    venue.refused("a", BUY, "0.001")
    venue.accepted("a", BUY, 1)


def test_what_reduces_a_position_may_be_small() -> None:
    venue = rig()
    venue.accepted("a", BUY, "0.1", symbol=PERP)
    venue.accepted("b", SELL, "0.096", symbol=PERP, reduce_only=True)
    venue.accepted("c", SELL, "0.004", symbol=PERP, reduce_only=True)
    assert venue.position() == 0
