"""What was told of an account is never taken back, and nothing of it is told twice."""

import itertools
from decimal import Decimal

from connectors.ccxt.streams.told import ToldFills, ToldOrders
from desk.contracts.orders import OrderStatus, VenueOrder
from tests.builders.ccxt_streams import fill, order
from tests.builders.market import START_MS

NEW = order(at_ms=START_MS)
PARTLY = order(OrderStatus.PARTIALLY_FILLED, "1", START_MS + 1)
FILLED = order(OrderStatus.FILLED, "2", START_MS + 2)
CANCELED = order(OrderStatus.CANCELED, "1", START_MS + 2)


def told(*seen: VenueOrder) -> list[VenueOrder]:
    book, news = ToldOrders(), []
    for one in seen:
        if book.is_news(one):
            book.add(one)
            news.append(one)
    return news


def test_states_in_any_order_end_in_the_newest_and_never_go_back() -> None:
    for states in itertools.permutations((NEW, PARTLY, FILLED)):
        news = told(*states, *states)
        assert news[-1] == FILLED
        assert news == [one for one in (NEW, PARTLY, FILLED) if one in news]


def test_a_cancel_is_the_end_unless_more_had_filled() -> None:
    assert told(PARTLY, CANCELED, PARTLY, NEW) == [PARTLY, CANCELED]
    later = order(OrderStatus.CANCELED, "2", START_MS + 3)
    assert told(CANCELED, later) == [CANCELED, later]


def test_an_order_never_fills_less_however_new_that_is_said_to_be() -> None:
    assert told(PARTLY, order(at_ms=START_MS + 9)) == [PARTLY]


def test_an_amended_order_is_news_and_its_former_state_is_not() -> None:
    amended = order(at_ms=START_MS + 5)
    assert told(NEW, amended, NEW) == [NEW, amended]


def test_orders_that_rest_are_those_not_told_as_ended() -> None:
    book = ToldOrders()
    book.add(NEW)
    book.add(order(OrderStatus.CANCELED, name="o2"))
    assert list(book.working()) == [NEW]
    assert not book.is_ended("o1")
    assert book.is_ended("o2")
    assert not book.is_ended("o3")


def test_an_order_that_rests_is_known_however_many_have_ended() -> None:
    book = ToldOrders()
    book.add(NEW)
    for number in range(20_000):
        book.add(order(OrderStatus.CANCELED, name=f"ended{number}"))
    assert list(book.working()) == [NEW]
    assert not book.is_news(NEW)
    assert not book.is_news(order(name="ended19999"))


def test_what_a_read_may_bring_again_is_known_and_so_are_the_newest() -> None:
    fills = ToldFills()
    told = [fill(f"t{number}", time_ms=START_MS + number) for number in range(5_000)]
    for one in told:
        fills.add(one)
    fills.forget_before(told[3_000].time_ms)
    assert [one for one in told if one not in fills] == told[:3_000]
    fills.forget_before(told[-1].time_ms + 1)
    assert [one for one in told if one not in fills] == told[:-1_000]


def test_a_fill_is_known_by_symbol_and_trade_and_counts_for_its_order() -> None:
    fills = ToldFills()
    fills.add(fill("t1", size="1"))
    fills.add(fill("t2", size="2"))
    assert fill("t1") in fills
    assert fill("t1", symbol="ETH/USDT") not in fills
    assert fills.filled_base("o1") == Decimal(3)
    assert fills.filled_base("o2") == 0
