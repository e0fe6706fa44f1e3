"""Closing by hand: exactly what is sold or bought back, at what price now, and which orders go with it."""

from collections.abc import Sequence
from decimal import Decimal

from desk.contracts.commands import CloseTrade, CloseTrades
from desk.contracts.ids import TradeId
from desk.contracts.market import ONE
from desk.contracts.orders import Leg
from desk.contracts.snapshot import OrderRow, PositionRow
from desk.ui.viewmodels.cells import tone_of
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import money, signed
from desk.ui.viewmodels.proposal import Book, Fact, Proposal, gone
from desk.ui.viewmodels.times import age

HALF = Decimal("0.5")
_MOST_LISTED = 12


def close_proposal(frame: Frame, trade_id: str, fraction: Decimal = ONE) -> Proposal:
    """Propose to close one trade, or the `fraction` of it that the lot size allows."""
    book = Book(frame)
    row = book.position(trade_id)
    if row is None:
        return gone("this position is not open any more")
    position = row.position
    symbol = position.symbol
    size = _part(book, row, fraction)
    named = f"{position.side} {book.precision.size(symbol, position.size_base)} {book.word(symbol)}"
    held = Fact("position", f"{named}, entry {book.precision.price(symbol, position.entry_price)}")
    if not size > 0:
        return Proposal((held,), "too small to be parted: close all of it")
    part = book.precision.size(symbol, size)
    return Proposal(
        facts=(
            held,
            Fact("does", f"{position.side.exit_side} {part} at the market"),
            book.price_now(row),
            _result(book, row, size),
            _protection(book, row, size),
            *_time(row),
            Fact("opened by", book.word(row.worker or position.strategy_id)),
        ),
        button=f"CLOSE {named} at the market" if size == position.size_base else f"CLOSE {part} of {named}",
        command=CloseTrade(TradeId(trade_id), fraction),
        doubts=book.doubts(symbol),
    )


def close_symbol_proposal(frame: Frame, symbol: str) -> Proposal:
    """Propose to close every trade of one symbol."""
    book = Book(frame)
    rows = [one for one in frame.snapshot.positions if one.position.symbol == symbol]
    waiting = [one for one in frame.snapshot.orders if one.symbol == symbol]
    return _close_all(book, rows, waiting, CloseTrades(symbol=symbol), f"in {book.word(symbol)}")


def close_strategy_proposal(frame: Frame, strategy_id: str) -> Proposal:
    """Propose to close every trade of one strategy."""
    book = Book(frame)
    rows = [one for one in frame.snapshot.positions if one.position.strategy_id == strategy_id]
    waiting = [one for one in frame.snapshot.orders if one.strategy_id == strategy_id]
    return _close_all(
        book, rows, waiting, CloseTrades(strategy_id=strategy_id), f"of {book.word(strategy_id)}"
    )


def _close_all(
    book: Book,
    rows: Sequence[PositionRow],
    orders: Sequence[OrderRow],
    command: CloseTrades,
    of_what: str,
) -> Proposal:
    if not rows:
        return gone(f"no position {of_what} is open any more")
    listed = [_line(book, one) for one in rows[:_MOST_LISTED]]
    more = len(rows) - len(listed)
    what = "1 position" if len(rows) == 1 else f"{len(rows)} positions"
    protectors = sum(len(book.protectors(one.position.trade_id)) for one in rows)
    entries = sum(one.leg == Leg.ENTRY for one in orders)
    return Proposal(
        facts=(
            *listed,
            *((Fact("", f"and {more} more"),) if more else ()),
            *_sum(book, rows),
            Fact("goes", f"{protectors} stop and target orders, {entries} entries"),
        ),
        button=f"CLOSE {what} {of_what} at the market",
        command=command,
        doubts=book.doubts(*(one.position.symbol for one in rows)),
    )


def _time(row: PositionRow) -> tuple[Fact, ...]:
    """Say when the trade is left by itself, where its time is limited."""
    hold_ms, lasted_ms = row.position.hold_for_ms, row.age_ms
    if hold_ms is None or lasted_ms is None:
        return ()
    left_ms = hold_ms - lasted_ms
    return (Fact("leaves", f"by itself in {age(left_ms)}" if left_ms > 0 else "now, its time is over"),)


def _line(book: Book, row: PositionRow) -> Fact:
    position = row.position
    size = book.precision.size(position.symbol, position.size_base)
    now = book.price_now(row)
    result = row.unrealized_quote.value
    return Fact(
        f"{position.side.exit_side} {size}",
        f"{book.word(position.symbol)} at {now.text}  {signed(result)} {book.quote_of(position.symbol)}",
        now.tone,
    )


def _sum(book: Book, rows: Sequence[PositionRow]) -> tuple[Fact, ...]:
    """Add the results up, where they are all in one currency and known."""
    results = [one.unrealized_quote.value for one in rows]
    known = [one for one in results if one is not None]
    quotes = {book.quote_of(one.position.symbol) for one in rows}
    if len(known) < len(results) or len(quotes) > 1:
        return ()
    total = sum(known, Decimal(0))
    return (Fact("expected", f"{signed(total)} {quotes.pop()} before fees", tone_of(total)),)


def _part(book: Book, row: PositionRow, fraction: Decimal) -> Decimal:
    """Return what of a position is closed, in whole lots; 0 where the venue trades no such part."""
    position = row.position
    held, instrument = position.size_base, book.instrument(position.symbol)
    if fraction == ONE or instrument is None:
        return held * fraction
    part, price = instrument.floor_size(held * fraction), row.mark.value or position.entry_price
    is_dust = instrument.is_dust(part, price) or instrument.is_dust(held - part, price)
    return Decimal(0) if is_dust else part


def _result(book: Book, row: PositionRow, size: Decimal) -> Fact:
    """Say what closing brings at the price of now, and about what leaving costs."""
    position, mark = row.position, row.mark.value
    if mark is None:
        return Fact("expected", "not known: there is no price")
    result = (mark - position.entry_price) * size * position.side.sign
    quote = book.quote_of(position.symbol)
    instrument = book.instrument(position.symbol)
    fees = "" if instrument is None else f", fees about {money(mark * size * instrument.taker_fee)}"
    return Fact("expected", f"{signed(result)} {quote}{fees}", tone_of(result))


def _protection(book: Book, row: PositionRow, size: Decimal) -> Fact:
    """Say what becomes of the stop and the target."""
    position = row.position
    resting = [
        f"{one.leg} {book.precision.price(position.symbol, one.price.value)}"
        for one in book.protectors(position.trade_id)
    ]
    left = position.size_base - size
    if not resting:
        return Fact("protection", "no stop and no target rest")
    if left > 0:
        stay = f"for the {book.precision.size(position.symbol, left)} left"
        return Fact("stays", f"{' and '.join(resting)}, {stay}")
    return Fact("goes", f"{' and '.join(resting)}, cancelled")
