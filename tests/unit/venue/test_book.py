"""A quiet book is one where nothing could happen, and telling so costs next to nothing."""

import sys
from collections.abc import Callable
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from connectors.venue.book import Book
from connectors.venue.orders import WorkingOrder
from connectors.venue.prices import is_reached, triggers
from desk.contracts.market import Tick
from desk.contracts.orders import OrderType
from desk.contracts.plans import TimeInForce
from tests.builders.venue import BUY, SELL, SPOT, START_MS, D, VenueRig, tick

PRICES = st.integers(90, 110).map(D)
CONDITIONAL = (OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT)


@st.composite
def working_orders(draw: st.DrawFn) -> WorkingOrder:
    order_type = draw(st.sampled_from(OrderType))
    number = draw(st.integers(1, 10**9))
    return WorkingOrder(
        sequence=number,
        client_order_id=f"c{number}",
        symbol=SPOT,
        side=draw(st.sampled_from([BUY, SELL])),
        order_type=order_type,
        size_base=D(1),
        limit_price=draw(PRICES) if order_type in {OrderType.LIMIT, OrderType.STOP_LIMIT} else None,
        stop_price=draw(PRICES) if order_type in CONDITIONAL else None,
        time_in_force=TimeInForce.GTC,
        reduce_only=False,
        oco_group=None,
        is_external=False,
        hold_price=D(100),
        updated_at_ms=START_MS,
        is_triggered=draw(st.booleans()) if order_type in CONDITIONAL else False,
    )


def stirs(order: WorkingOrder, seen: Tick) -> bool:
    if order.is_waiting:
        assert order.stop_price is not None
        return triggers(order.order_type, order.side, order.stop_price, seen.price)
    return order.limit_price is None or is_reached(order.side, order.limit_price, seen)


@given(st.lists(working_orders(), unique_by=lambda one: one.client_order_id), PRICES, PRICES, PRICES)
def test_a_quiet_book_holds_no_order_that_stirs(
    orders: list[WorkingOrder], last: D, one: D, other: D
) -> None:
    book = Book()
    for order in orders:
        book.add(order)
    seen = tick(str(last), bid=str(min(one, other)), ask=str(max(one, other)))
    if book.is_quiet(seen):
        assert not any(stirs(order, seen) for order in orders)


@given(st.lists(working_orders(), min_size=1, unique_by=lambda one: one.client_order_id), PRICES)
def test_a_book_follows_what_leaves_it(orders: list[WorkingOrder], last: D) -> None:
    book = Book()
    for order in orders:
        book.add(order)
    book.is_quiet(tick(str(last)))
    for order in orders:
        book.remove(order)
    assert book.is_quiet(tick(str(last)))


def calls_of(work: Callable[[], object]) -> int:
    """Count the functions, ours and Python's, that `work` calls."""
    called = list[str]()
    sys.setprofile(lambda _, event, __: called.append(event) if event.endswith("call") else None)
    try:
        work()
    finally:
        sys.setprofile(None)
    return len(called)


def test_an_idle_tick_asks_no_order_however_many_rest() -> None:
    seen = tick(100)
    calls = []
    for resting in (1, 40):
        rig = VenueRig(BTC=100, USDT=100)
        rig.tick(100)
        for number in range(resting):
            rig.accepted(f"s{number}", SELL, 1, stop="90")
        assert not rig.exchange.sees(seen)
        calls.append(calls_of(partial(rig.exchange.sees, seen)))
    assert calls[0] == calls[1]
