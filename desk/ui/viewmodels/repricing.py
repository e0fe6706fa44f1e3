"""Moving stops and targets, adopting, price alerts: what a typed price would change, as it is typed."""

from decimal import Decimal

from desk.contracts.commands import AdoptTrade, MoveStop, SetPriceAlert, SetTarget
from desk.contracts.ids import TradeId
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.contracts.snapshot import FeedRow, PositionRow, PriceAlertRow
from desk.ui.viewmodels.amounts import Fault, Yardstick, read_price, read_stop, read_target
from desk.ui.viewmodels.cells import tone_of
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import signed, signed_percent
from desk.ui.viewmodels.proposal import Book, Fact, Proposal, gone
from desk.ui.viewmodels.tones import Tone

PRICE = "price"
"""The name of the one field of these questions."""


def move_stop_proposal(frame: Frame, trade_id: str, typed: str) -> Proposal:
    """Propose to put a trade's stop at `typed`; away from the market raises the risk."""
    book = Book(frame)
    row = book.position(trade_id)
    if row is None:
        return gone("this position is not open any more")
    position = row.position
    before = _standing(book, row)
    stop = _typed_stop(book, row, typed)
    if stop is None:
        return Proposal(before, "write where the stop goes")
    if isinstance(stop, Fault):
        return _faulty(before, stop)
    written, now = _at(book, row, stop), position.stop_price
    if stop == now:
        return _faulty(before, Fault(f"the stop is at {written} already"))
    raises = now is not None and (stop - now) * position.side.sign < 0
    was = "" if now is None else f" from {_at(book, row, now)}"
    return Proposal(
        facts=(*before, _result_at(book, row, "then", stop)),
        button=f"MOVE STOP of {_named(book, position)}{was} to {written}",
        command=MoveStop(TradeId(trade_id), stop),
        raises_risk=raises,
        doubts=(*_farther(book, row, now, stop, raises=raises), *book.doubts(position.symbol)),
    )


def set_target_proposal(frame: Frame, trade_id: str, typed: str) -> Proposal:
    """Propose to put a trade's target at `typed`, or to take it away where nothing is typed."""
    book = Book(frame)
    row = book.position(trade_id)
    if row is None:
        return gone("this position is not open any more")
    position = row.position
    before = _standing(book, row)
    now = position.take_profit_price
    if not typed.strip():
        return _without_target(book, row, before)
    target = read_target(typed, _yardstick(book, row))
    if isinstance(target, Fault):
        return _faulty(before, target)
    written = _at(book, row, target)
    if target == now:
        return _faulty(before, Fault(f"the target is at {written} already"))
    if (problem := _met_at_once(book, row, target)) is not None:
        return _faulty(before, problem)
    was = "" if now is None else f" from {_at(book, row, now)}"
    return Proposal(
        facts=(*before, _result_at(book, row, "then", target)),
        button=f"SET TARGET of {_named(book, position)}{was} to {written}",
        command=SetTarget(TradeId(trade_id), target),
        doubts=book.doubts(position.symbol),
    )


def adopt_proposal(frame: Frame, trade_id: str, typed: str) -> Proposal:
    """Propose to take an EXTERNAL position into the desk's care with a stop at `typed`."""
    book = Book(frame)
    row = book.position(trade_id)
    if row is None:
        return gone("this position is not open any more")
    before = _standing(book, row)
    stop = _typed_stop(book, row, typed)
    if stop is None:
        return Proposal(before, "write where its stop goes")
    if isinstance(stop, Fault):
        return _faulty(before, stop)
    return Proposal(
        facts=(*before, _result_at(book, row, "then", stop)),
        button=f"ADOPT {_named(book, row.position)} with a stop at {_at(book, row, stop)}",
        command=AdoptTrade(TradeId(trade_id), stop),
        doubts=book.doubts(row.position.symbol),
    )


def price_alert_proposal(frame: Frame, symbol: str, typed: str) -> Proposal:
    """Propose to raise an alarm once `symbol` crosses `typed`; nothing is traded."""
    book = Book(frame)
    feed, instrument = book.feed(symbol), book.instrument(symbol)
    last = None if feed is None else _middle(feed)
    named = book.word(symbol)
    facts = (
        Fact("symbol", named),
        Fact("price now", book.precision.price(symbol, last)),
        *(Fact("waits", book.precision.price(symbol, one.price)) for one in _waiting(book, symbol)),
    )
    if not typed.strip():
        return Proposal(facts, "write a price, or a distance such as +2%")
    price = read_price(typed, instrument, last)
    if isinstance(price, Fault):
        return _faulty(facts, price)
    written = book.precision.price(symbol, price)
    if price == last:
        return _faulty(facts, Fault(f"the price is {written} now: write one it has to reach"))
    way = "crosses" if last is None else "rises to" if price > last else "falls to"
    return Proposal(
        facts,
        f"ALERT once {named} {way} {written}",
        SetPriceAlert(symbol, price),
        doubts=book.doubts(symbol),
    )


def _middle(feed: FeedRow) -> Decimal | None:
    """Return what the desk watches an alert by."""
    bid, ask = feed.bid.value, feed.ask.value
    return feed.last.value if bid is None or ask is None else (bid + ask) / 2


def _waiting(book: Book, symbol: str) -> list[PriceAlertRow]:
    return [one for one in book.snapshot.price_alerts if one.symbol == symbol]


def _faulty(facts: tuple[Fact, ...], fault: Fault) -> Proposal:
    return Proposal(facts, "not yet: see the price", faults={PRICE: fault.text})


def _standing(book: Book, row: PositionRow) -> tuple[Fact, ...]:
    """Say what is held, at what price now, and what guards it."""
    position = row.position
    entry = book.precision.price(position.symbol, position.entry_price)
    facts = [Fact("position", f"{_named(book, position)}, entry {entry}"), book.price_now(row)]
    if position.stop_price is None:
        facts.append(Fact("stop now", "NO STOP", Tone.ALARM))
    else:
        facts.append(_result_at(book, row, "stop now", position.stop_price))
    if position.take_profit_price is not None:
        facts.append(_result_at(book, row, "target now", position.take_profit_price))
    return tuple(facts)


def _result_at(book: Book, row: PositionRow, label: str, price: Decimal) -> Fact:
    """Say what leaving at `price` would bring, and how far it is from here."""
    position, mark = row.position, row.mark.value
    result = (price - position.entry_price) * position.size_base * position.side.sign
    quote = book.quote_of(position.symbol)
    away = "" if mark is None or not mark > 0 else f" ({signed_percent((price - mark) / mark)})"
    text = f"{_at(book, row, price)}{away}  {signed(result)} {quote} if met"
    return Fact(label, text, tone_of(result))


def _yardstick(book: Book, row: PositionRow) -> Yardstick:
    position = row.position
    first = position.initial_stop_price
    return Yardstick(
        position.side,
        row.mark.value,
        book.instrument(position.symbol),
        entry=position.entry_price,
        risk=None if first is None else abs(position.entry_price - first),
    )


def _typed_stop(book: Book, row: PositionRow, typed: str) -> Decimal | Fault | None:
    """Return the stop meant, what is wrong with it, or None where nothing is typed."""
    if not typed.strip():
        return None
    stop = read_stop(typed, _yardstick(book, row))
    mark, side = row.mark.value, row.position.side
    if isinstance(stop, Fault) or mark is None or (mark - stop) * side.sign > 0:
        return stop
    where = "below" if side is PositionSide.LONG else "above"
    return Fault(f"it would fire at once: the price is {_at(book, row, mark)}, write one {where} it")


def _met_at_once(book: Book, row: PositionRow, target: Decimal) -> Fault | None:
    mark, side = row.mark.value, row.position.side
    if mark is None or (target - mark) * side.sign > 0:
        return None
    where = "above" if side is PositionSide.LONG else "below"
    return Fault(f"it would fire at once: the price is {_at(book, row, mark)}, write one {where} it")


def _without_target(book: Book, row: PositionRow, before: tuple[Fact, ...]) -> Proposal:
    position = row.position
    now = position.take_profit_price
    if now is None:
        return Proposal(before, "write where the target goes")
    return Proposal(
        before,
        f"TAKE AWAY the target {_at(book, row, now)} of {_named(book, position)}",
        SetTarget(TradeId(position.trade_id), None),
        raises_risk=True,
    )


def _farther(
    book: Book, row: PositionRow, now: Decimal | None, stop: Decimal, *, raises: bool
) -> tuple[str, ...]:
    if not raises or now is None:
        return ()
    more = abs(now - stop) * row.position.size_base
    quote = book.quote_of(row.position.symbol)
    return (f"away from the market: {signed(-more)} {quote} more is lost where it is hit",)


def _at(book: Book, row: PositionRow, price: Decimal) -> str:
    return book.precision.price(row.position.symbol, price)


def _named(book: Book, position: Position) -> str:
    size = book.precision.size(position.symbol, position.size_base)
    return f"{position.side} {size} {book.word(position.symbol)}"
