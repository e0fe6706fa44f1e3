"""The net of a perpetual: recent fills sort among each other, older ones are one sum."""

from decimal import Decimal

from desk.contracts.netting import MONEY
from desk.contracts.records import FillBooked, JournalEntry
from desk.contracts.sides import OrderSide
from desk.ledger.netbook import NET_ROWS, WINDOW, NetBook
from desk.ledger.trades import fill_row
from tests.builders import ledger as build


def record(entry: JournalEntry) -> FillBooked:
    assert isinstance(entry.record, FillBooked)
    return entry.record


def many(count: int) -> list[FillBooked]:
    """Buy three and sell one, over and over, at moving prices."""
    sides = (OrderSide.SELL, OrderSide.BUY, OrderSide.BUY, OrderSide.BUY)
    return [
        record(build.fill_booked(number, sides[number % 4], price=str(90 + number % 21)))
        for number in range(1, count + 1)
    ]


def test_profit_and_size_add_up_over_more_fills_than_the_window_holds() -> None:
    book, cash, realized = NetBook(), Decimal(0), Decimal(0)
    for booked in many(2 * WINDOW):
        realized = MONEY.add(realized, book.book(booked))
        signed = booked.fill.size_base * booked.fill.side.sign
        cash = MONEY.subtract(cash, MONEY.multiply(signed, booked.fill.price))
    net = book.net(build.PERP)
    assert net.size_base == WINDOW
    assert MONEY.add(cash, net.cost_quote) == realized


def test_a_fill_from_before_the_window_is_booked_all_the_same() -> None:
    book = NetBook()
    for booked in many(WINDOW + 1):
        book.book(booked)
    before = book.net(build.PERP)
    change = book.book(record(build.fill_booked(9_999_999, OrderSide.SELL, "1", "100", after_ms=1)))
    after = book.net(build.PERP)
    assert after.size_base == before.size_base - 1
    assert MONEY.subtract(MONEY.add(before.cost_quote, change), after.cost_quote) == 100


def test_a_restart_goes_on_with_window_and_sum() -> None:
    first, told = NetBook(), many(WINDOW + 300)
    for booked in told:
        first.book(booked)
    row = first.row(build.PERP)
    since = NET_ROWS.decode(row).base_time_ms
    again = NetBook()
    again.restore(row, [booked for booked in reversed(told) if booked.fill.time_ms >= since])
    assert again.net(build.PERP) == first.net(build.PERP)
    late = record(build.fill_booked(5_000, OrderSide.SELL, "2.5", "97", after_ms=(WINDOW + 100) * 1000 + 1))
    assert again.book(late) == first.book(late)
    assert again.row(build.PERP) == first.row(build.PERP)


def test_a_fill_row_is_plain_and_whole() -> None:
    row = fill_row(record(build.fill_booked(7, size="0.50", price="1E+2")))
    assert row[:3] == (build.PERP, "7", "FIL_20231114_221327_00000007")
    assert row[6:8] == ("0.5", "100")
