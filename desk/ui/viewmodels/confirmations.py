"""Questions about orders, workers, schedules and alerts: what each answer would do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from desk.contracts.commands import (
    AmendOrder,
    CancelEntries,
    CancelOrder,
    PauseWorker,
    RemovePriceAlert,
    ResumeWorker,
    RunSchedule,
)
from desk.contracts.directives import Protection
from desk.contracts.orders import Leg
from desk.contracts.sides import OrderSide
from desk.contracts.snapshot import OrderRow
from desk.ui.viewmodels.amounts import Fault, read_amount
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.proposal import Book, Fact, Proposal, gone
from desk.ui.viewmodels.times import age, clock
from desk.ui.viewmodels.tones import Tone

PRICE, SIZE = "price", "size"
_MOST_LISTED = 12
_STAYS = "this stop stays: its position would be naked without it"
_INSTEAD = "m moves it; c in workspace 1 closes the position, and the stop goes with it"
_PAUSED = "it is not called until it is resumed; its positions and their stops stay"
_RESUMED = "it is called with the next event, its errors forgiven"


def cancel_proposal(frame: Frame, client_order_id: str) -> Proposal:
    """Propose to cancel one order; without a target its trade is less guarded, without its stop naked."""
    book = Book(frame)
    order = book.order(client_order_id)
    if order is None:
        return gone("this order is over")
    filled = order.filled_base.value
    part = "" if not filled else f", {book.precision.size(order.symbol, filled)} of it is filled and stays"
    facts = (
        Fact("order", f"{_named(book, order)}{part}"),
        Fact("for", f"{order.leg}, {order.status.lower()} for {age(order.age_ms)}"),
    )
    if _is_needed(book, order):
        return Proposal((*facts, Fact("instead", _INSTEAD)), _STAYS)
    return Proposal(
        facts=facts,
        button=f"CANCEL {order.leg} {_named(book, order)}",
        command=CancelOrder(client_order_id),
        raises_risk=order.is_protective,
        doubts=((f"the {order.leg} of a position goes",) if order.is_protective else ()) + book.doubts(),
    )


def _is_needed(book: Book, order: OrderRow) -> bool:
    """Tell whether it is the stop that a position must have."""
    row = book.position(order.trade_id)
    return order.leg == Leg.STOP and row is not None and row.position.protection is Protection.REQUIRED


def cancel_entries_proposal(frame: Frame) -> Proposal:
    """Propose to cancel every entry; stops and targets stay."""
    book = Book(frame)
    entries = [one for one in frame.snapshot.orders if one.leg == Leg.ENTRY]
    stay = sum(one.is_protective for one in frame.snapshot.orders)
    if not entries:
        return gone("no entry rests or is under way")
    listed = tuple(Fact("cancels", _named(book, one)) for one in entries[:_MOST_LISTED])
    more = len(entries) - len(listed)
    return Proposal(
        facts=(
            *listed,
            *((Fact("", f"and {more} more"),) if more else ()),
            Fact("stays", f"{stay} stop and target orders, every position"),
        ),
        button="CANCEL 1 entry" if len(entries) == 1 else f"CANCEL {len(entries)} entries",
        command=CancelEntries(),
        doubts=book.doubts(),
    )


def amend_proposal(frame: Frame, client_order_id: str, typed: Mapping[str, str]) -> Proposal:
    """Propose to change an entry's price or size; only what differs is changed."""
    book = Book(frame)
    order = book.order(client_order_id)
    if order is None:
        return gone("this order is over")
    change = _change(book, order, typed)
    facts = (Fact("order", _named(book, order)), *_market(book, order))
    if change.faults:
        return Proposal(facts, "not yet: see the fields", faults=change.faults)
    if change.price is None and change.size_base is None:
        return Proposal(facts, "write another price or size")
    written = _named(book, _changed(order, change))
    return Proposal(
        facts=facts,
        button=f"AMEND {_named(book, order)} to {written}",
        command=AmendOrder(client_order_id, change.price, change.size_base),
        raises_risk=_raises(order, change),
        doubts=book.doubts(order.symbol),
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """Hold what differs from the order; None where nothing does."""

    price: Decimal | None
    size_base: Decimal | None
    faults: Mapping[str, str]


def _change(book: Book, order: OrderRow, typed: Mapping[str, str]) -> _Change:
    instrument = book.instrument(order.symbol)
    quote = book.quote_of(order.symbol)
    base = order.symbol if instrument is None else book.word(instrument.base)
    price = read_amount(typed[PRICE], quote) if typed.get(PRICE, "").strip() else order.price.value
    size = read_amount(typed[SIZE], base) if typed.get(SIZE, "").strip() else order.size_base.value
    if isinstance(price, Decimal) and instrument is not None:
        price = instrument.limit_price(OrderSide(order.side), price)
    if isinstance(size, Decimal) and instrument is not None:
        size = instrument.floor_size(size)
    filled = order.filled_base.value
    if isinstance(size, Decimal) and not size > (filled or 0):
        size = Fault(f"{filled or 0} {base} is filled already: write more, or cancel the order")
    if isinstance(price, Decimal) and not price > 0:
        price = Fault("that is below one price step: write more")
    faults = {name: one.text for name, one in ((PRICE, price), (SIZE, size)) if isinstance(one, Fault)}
    return _Change(
        None if isinstance(price, Fault) or price == order.price.value else price,
        None if isinstance(size, Fault) or size == order.size_base.value else size,
        faults,
    )


def _changed(order: OrderRow, change: _Change) -> OrderRow:
    price, size = order.price, order.size_base
    return replace(
        order,
        price=price if change.price is None else replace(price, value=change.price),
        size_base=size if change.size_base is None else replace(size, value=change.size_base),
    )


def _raises(order: OrderRow, change: _Change) -> bool:
    """Tell whether more is bought or sold than before, or at a worse price."""
    size, price = order.size_base.value, order.price.value
    larger = change.size_base is not None and (size is None or change.size_base > size)
    if change.price is None or price is None:
        return larger
    return larger or (change.price - price) * OrderSide(order.side).sign > 0


def _market(book: Book, order: OrderRow) -> tuple[Fact, ...]:
    feed = book.feed(order.symbol)
    if feed is None:
        return ()
    bid, ask = (book.precision.price(order.symbol, one.value) for one in (feed.bid, feed.ask))
    stale = book.is_stale(order.symbol)
    return (
        Fact("bid, ask", f"{bid}, {ask}" + (" STALE" if stale else ""), Tone.STALE if stale else Tone.PLAIN),
    )


def _named(book: Book, order: OrderRow) -> str:
    size = book.precision.size(order.symbol, order.size_base.value)
    price = order.price.value
    at = "at the market" if price is None else f"at {book.precision.price(order.symbol, price)}"
    return f"{order.side} {size} {book.word(order.symbol)} {at}"


def worker_proposal(frame: Frame, name: str, strategy_id: str | None, *, pause: bool) -> Proposal:
    """Propose to pause or resume a worker; commands name it with its strategy where two share a name."""
    book = Book(frame)
    alike = [one for one in frame.snapshot.workers if one.name == name]
    row = next((one for one in alike if strategy_id in (None, one.strategy_id)), None)
    if row is None:
        return gone("this worker is not there any more")
    called = name if len(alike) == 1 else f"{row.strategy_id}/{name}"
    reason = f" ({book.word(row.reason)})" if row.reason else ""
    facts = (
        Fact("worker", f"{book.word(name)} of {book.word(row.strategy_id)}"),
        Fact("is", f"{row.status}{reason}"),
        Fact("then", _PAUSED if pause else _RESUMED),
    )
    command = PauseWorker(called) if pause else ResumeWorker(called)
    return Proposal(
        facts,
        f"{'PAUSE' if pause else 'RESUME'} {book.word(called)}",
        command,
        raises_risk=not pause,
        doubts=book.doubts(),
    )


def run_schedule_proposal(frame: Frame, name: str) -> Proposal:
    """Propose to run a schedule now, for the period that is due."""
    book = Book(frame)
    row = next((one for one in frame.snapshot.schedules if one.name == name), None)
    if row is None:
        return gone("this schedule is not there any more")
    if not row.workers:
        return Proposal((Fact("schedule", book.word(name)),), "no worker acts on it: there is nothing to run")
    now_ms = frame.snapshot.time_ms
    last = clock(row.last_ms, frame.writing, now_ms)
    outcome = f", {book.word(row.last_outcome)}" if row.last_outcome else ""
    return Proposal(
        facts=(
            Fact("schedule", book.word(name)),
            Fact("workers", book.word(", ".join(row.workers))),
            Fact("last run", f"{last}{outcome}"),
            Fact("next run", clock(row.next_ms, frame.writing, now_ms)),
            Fact("then", "its workers act at once; a period that is done is not done twice"),
        ),
        button=f"RUN {book.word(name)} now",
        command=RunSchedule(name),
        raises_risk=True,
        doubts=book.doubts(),
    )


def remove_alert_proposal(frame: Frame, alert_id: str) -> Proposal:
    """Propose to forget a price alert."""
    book = Book(frame)
    row = next((one for one in frame.snapshot.price_alerts if one.alert_id == alert_id), None)
    if row is None:
        return gone("this price alert is not there any more")
    way = "rises to" if row.is_above else "falls to"
    what = f"{book.word(row.symbol)} {way} {book.precision.price(row.symbol, row.price)}"
    return Proposal((Fact("alert", f"once {what}"),), f"REMOVE the alert: {what}", RemovePriceAlert(alert_id))
