"""The ticket: what is typed becomes an OpenTrade or sentences; what the desk answers, its last line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from desk.contracts.commands import OpenTrade
from desk.contracts.market import Instrument
from desk.contracts.sides import PositionSide
from desk.contracts.ticket import TradePreview
from desk.ui.viewmodels.amounts import Fault, Yardstick, read_amount, read_share, read_stop, read_target
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import NOTHING, money, multiple, percent
from desk.ui.viewmodels.proposal import Book, Fact, Proposal
from desk.ui.viewmodels.tones import Tone

SYMBOL, SIZE, LIMIT, STOP, TARGET = "symbol", "size", "limit", "stop", "target"
"""The fields that are typed into."""

_MOST_MATCHES = 6


class SizeBy(StrEnum):
    """What decides how large a trade is."""

    RISK = "risk"
    NOTIONAL = "notional"


class Entry(StrEnum):
    """How a trade begins."""

    MARKET = "market"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class TicketForm:
    """Hold what is chosen and typed, as it is typed."""

    symbol: str = ""
    side: PositionSide = PositionSide.LONG
    size_by: SizeBy = SizeBy.RISK
    size: str = ""
    entry: Entry = Entry.MARKET
    limit: str = ""
    stop: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what was understood: the order, or what is `wanting` first.

    `faults` and `notes` are by field: what to write instead, and what a distance comes to.
    """

    order: OpenTrade | None = None
    wanting: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


def symbols_of(frame: Frame) -> tuple[str, ...]:
    """Return what can be traded: the symbols with prices first."""
    fed = [one.symbol for one in frame.snapshot.feeds]
    known = [one.symbol for one in frame.snapshot.instruments]
    return tuple(dict.fromkeys((*fed, *known)))


def matches(typed: str, frame: Frame) -> tuple[str, ...]:
    """Return the symbols that `typed` can mean, whatever its case: what begins with it comes first."""
    wanted = typed.strip().upper()
    found = [one for one in symbols_of(frame) if wanted in one.upper()]
    return tuple(sorted(found, key=lambda one: (one.upper() != wanted, not one.upper().startswith(wanted))))


def read_ticket(form: TicketForm, frame: Frame) -> Reading:
    """Read a form against the prices of now."""
    symbol = _symbol(form.symbol, frame)
    if isinstance(symbol, Fault):
        return Reading(wanting="choose a symbol", faults={SYMBOL: symbol.text} if form.symbol.strip() else {})
    return _Reader(form, symbol, frame).read()


def symbol_meant(typed: str, frame: Frame) -> str | None:
    """Return the one symbol that `typed` means; None where it means none, or several."""
    symbol = _symbol(typed, frame)
    return None if isinstance(symbol, Fault) else symbol


def symbol_note(form: TicketForm, frame: Frame) -> str:
    """Write bid and ask of the symbol meant."""
    symbol, book = symbol_meant(form.symbol, frame), Book(frame)
    feed = None if symbol is None else book.feed(symbol)
    if symbol is None or feed is None:
        return ""
    bid, ask = (book.precision.price(symbol, one.value) for one in (feed.bid, feed.ask))
    stale = " STALE" if book.is_stale(symbol) else ""
    return f"bid {bid}  ask {ask}{stale}"


def _symbol(typed: str, frame: Frame) -> str | Fault:
    """Return the one symbol meant: written out, or the only one that fits."""
    found = matches(typed, frame)
    if found and (found[0].upper() == typed.strip().upper() or len(found) == 1):
        return found[0]
    if not found:
        known = ", ".join(symbols_of(frame)[:_MOST_MATCHES])
        return Fault(f"not traded here; write one of {known}" if known else "the desk trades nothing yet")
    return Fault(f"which one? {', '.join(found[:_MOST_MATCHES])}")


class _Reader:
    """Read one form whose symbol is known."""

    def __init__(self, form: TicketForm, symbol: str, frame: Frame) -> None:
        self._form = form
        self._symbol = symbol
        self._frame = frame
        self._book = Book(frame)
        self._instrument: Instrument | None = self._book.instrument(symbol)
        self._quote = self._book.quote_of(symbol)
        self._faults = dict[str, str]()
        self._notes = dict[str, str]()

    def read(self) -> Reading:
        size = self._kept(SIZE, self._size())
        limit = self._kept(LIMIT, self._limit()) if self._form.entry is Entry.LIMIT else None
        entry = limit if self._form.entry is Entry.LIMIT else self._touch()
        stop = self._kept(STOP, self._stop(entry))
        target = self._kept(TARGET, self._target(entry, stop))
        wanting = self._wanting(size, limit, stop)
        order = None if wanting or self._faults else self._order(size, limit, stop, target)
        return Reading(order, wanting, self._faults, self._notes)

    def _order(
        self, size: Decimal | None, limit: Decimal | None, stop: Decimal | None, target: Decimal | None
    ) -> OpenTrade:
        by_risk = self._form.size_by is SizeBy.RISK
        return OpenTrade(
            symbol=self._symbol,
            side=self._form.side,
            notional_quote=None if by_risk else size,
            risk_quote=size if by_risk else None,
            limit_price=limit,
            stop_price=stop,
            take_profit_price=target,
            wants_stop=stop is not None,
        )

    def _kept(self, name: str, value: Decimal | Fault | None) -> Decimal | None:
        """Keep a fault or, where it was not typed out, what the value comes to."""
        if isinstance(value, Fault):
            self._faults[name] = value.text
            return None
        typed = getattr(self._form, name)
        if value is not None and any(one in typed for one in "%rR"):
            written = money(value) if name == SIZE else self._price(value)
            self._notes[name] = f"= {written}"
        return value

    def _price(self, value: Decimal | None) -> str:
        return self._book.precision.price(self._symbol, value)

    def _size(self) -> Decimal | Fault | None:
        if not self._form.size.strip():
            return None
        account = self._frame.snapshot.account
        whole = account.equity.value if account.currency == self._quote else None
        return read_share(self._form.size, self._quote, whole)

    def _limit(self) -> Decimal | Fault | None:
        if not self._form.limit.strip():
            return None
        limit = read_amount(self._form.limit, self._quote)
        if isinstance(limit, Fault) or self._instrument is None:
            return limit
        rounded = self._instrument.limit_price(self._form.side.entry_side, limit)
        return rounded if rounded > 0 else Fault(f"write at least {self._instrument.price_step}")

    def _touch(self) -> Decimal | None:
        """Return what a market order meets first."""
        feed = self._book.feed(self._symbol)
        if feed is None:
            return None
        first = feed.ask if self._form.side is PositionSide.LONG else feed.bid
        return first.value if first.value is not None else feed.last.value

    def _stop(self, entry: Decimal | None) -> Decimal | Fault | None:
        if not self._form.stop.strip() or self._awaits_limit(entry):
            return None
        stop = read_stop(self._form.stop, Yardstick(self._form.side, entry, self._instrument))
        if isinstance(stop, Fault) or entry is None or (entry - stop) * self._form.side.sign > 0:
            return stop
        return self._wrong_side("stop", entry, loses=True)

    def _awaits_limit(self, entry: Decimal | None) -> bool:
        """Tell whether what is measured from the entry cannot be read before the entry is written."""
        return self._form.entry is Entry.LIMIT and entry is None

    def _target(self, entry: Decimal | None, stop: Decimal | None) -> Decimal | Fault | None:
        typed = self._form.target.strip().upper()
        awaits_stop = stop is None and STOP not in self._faults and typed.endswith("R")
        if not typed or awaits_stop or self._awaits_limit(entry):
            return None
        risk = None if entry is None or stop is None else abs(entry - stop)
        yardstick = Yardstick(self._form.side, entry, self._instrument, entry=entry, risk=risk)
        target = read_target(self._form.target, yardstick)
        if isinstance(target, Fault) or entry is None or (target - entry) * self._form.side.sign > 0:
            return target
        return self._wrong_side("target", entry, loses=False)

    def _wrong_side(self, what: str, entry: Decimal, *, loses: bool) -> Fault:
        below = (self._form.side is PositionSide.LONG) is loses
        where = "below" if below else "above"
        return Fault(f"the {what} of a {self._form.side} is {where} its entry {self._price(entry)}")

    def _wanting(self, size: Decimal | None, limit: Decimal | None, stop: Decimal | None) -> str:
        """Say what is to be written next."""
        form = self._form
        may_go_without = self._instrument is not None and self._instrument.is_spot
        by_risk = form.size_by is SizeBy.RISK
        if size is None and SIZE not in self._faults:
            return f"write how much {self._quote} {'may be lost' if by_risk else 'it is worth'}"
        if form.entry is Entry.LIMIT and limit is None and LIMIT not in self._faults:
            return "write the limit price"
        if stop is None and STOP not in self._faults and (by_risk or not may_go_without):
            return "write a stop: a price, or a distance such as 1%"
        return "not yet: see the fields" if self._faults else ""


def ticket_proposal(
    frame: Frame, reading: Reading, preview: TradePreview | None, trouble: str = ""
) -> Proposal:
    """Say what the order of `reading` would be; `trouble` is why there is no preview of it."""
    order = reading.order
    if order is None:
        return Proposal(_blank("asked once all is filled in"), reading.wanting, faults=reading.faults)
    book = Book(frame)
    doubts = book.doubts(order.symbol)
    if preview is None:
        if trouble:
            return Proposal(_blank("not known"), book.word(trouble), doubts=doubts)
        return Proposal(_blank("is asked"), "asking the desk what it would be", doubts=doubts)
    facts = _facts(book, order, preview)
    if not preview.is_approved:
        return Proposal(facts, "the desk would refuse it", doubts=doubts)
    effect = _effect(book, order, preview)
    return Proposal(facts, effect, order, raises_risk=book.is_live, doubts=doubts)


def _blank(gate: str) -> tuple[Fact, ...]:
    """Keep the place of what is not known yet, so that nothing moves when it is."""
    unknown = (Fact(one, NOTHING, Tone.DIM) for one in ("size", "risk", "reward"))
    return (*unknown, Fact("gate", gate, Tone.DIM))


def _facts(book: Book, order: OpenTrade, preview: TradePreview) -> tuple[Fact, ...]:
    quote = book.quote_of(order.symbol)
    instrument = book.instrument(order.symbol)
    base = "" if instrument is None else f" {book.word(instrument.base)}"
    size = book.precision.size(order.symbol, preview.size_base)
    risk = "no stop, no limit to the loss"
    if preview.risk_quote is not None:
        share = "" if preview.risk_fraction is None else f", {percent(preview.risk_fraction, 2)} of equity"
        risk = f"{money(preview.risk_quote)} {quote}{share}"
    reward = "no target"
    if preview.reward_risk is not None:
        reward = f"{multiple(preview.reward_risk)} at the target"
    gate = Fact("gate", "would let it through", Tone.GOOD)
    if not preview.is_approved:
        refused = f"{book.word(preview.refused_by)}: {book.word(preview.reason)}"
        gate = Fact("gate", f"would be refused by {refused}", Tone.WARN)
    return (
        Fact("size", f"{size}{base}, worth {money(preview.notional_quote)} {quote}"),
        Fact("risk", risk, Tone.PLAIN if preview.stop_price is not None else Tone.WARN),
        Fact("reward", f"{reward}, fees {money(preview.fees_quote)} {quote}"),
        gate,
    )


def _effect(book: Book, order: OpenTrade, preview: TradePreview) -> str:
    """Name exactly what sending does."""
    symbol, precision = order.symbol, book.precision
    size = precision.size(symbol, preview.size_base)
    at = "at market" if order.limit_price is None else f"at {precision.price(symbol, order.limit_price)}"
    parts = [f"{order.side.entry_side} {size} {book.word(symbol)} {at}"]
    stop = preview.stop_price
    parts.append("NO STOP" if stop is None else f"stop {precision.price(symbol, stop)}")
    if preview.take_profit_price is not None:
        parts.append(f"target {precision.price(symbol, preview.take_profit_price)}")
    if preview.risk_quote is not None:
        parts.append(f"risking {money(preview.risk_quote)} {book.quote_of(symbol)}")
    return ", ".join(parts)
