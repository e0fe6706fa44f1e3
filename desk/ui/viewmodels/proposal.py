"""What would be done, in full, before it is done: the words of a question and the command it asks about."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desk.contracts.commands import Command
from desk.contracts.market import Instrument
from desk.contracts.snapshot import FeedRow, OrderRow, PositionRow, Snapshot
from desk.contracts.states import TradingMode
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import Precision
from desk.ui.viewmodels.staleness import Staleness
from desk.ui.viewmodels.text import clean
from desk.ui.viewmodels.tones import Tone


@dataclass(frozen=True, slots=True)
class Fact:
    """Hold one line of a question: what it is about, what is so, and what that means."""

    label: str
    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Proposal:
    """Hold one question: `button` names the exact effect of `command`.

    Without a command it cannot be done now, and `button` says why or what to write. `faults` are by field.
    `raises_risk` asks for one key more than what lowers it.
    """

    facts: tuple[Fact, ...]
    button: str
    command: Command | None = None
    raises_risk: bool = False
    faults: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


class Book:
    """Look things up in one frame, and write them."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.snapshot: Snapshot = frame.snapshot
        self.precision = Precision(frame.snapshot)
        self._stale = Staleness(frame)

    def position(self, trade_id: str) -> PositionRow | None:
        """Return an open trade."""
        return next((one for one in self.snapshot.positions if one.position.trade_id == trade_id), None)

    def order(self, client_order_id: str) -> OrderRow | None:
        """Return an order that is not over."""
        return next((one for one in self.snapshot.orders if one.client_order_id == client_order_id), None)

    def protectors(self, trade_id: str) -> tuple[OrderRow, ...]:
        """Return the stop and target orders of a trade."""
        return tuple(one for one in self.snapshot.orders if one.trade_id == trade_id and one.is_protective)

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the filters of a symbol."""
        return next((one for one in self.snapshot.instruments if one.symbol == symbol), None)

    def feed(self, symbol: str) -> FeedRow | None:
        """Return the newest prices of a symbol."""
        return next((one for one in self.snapshot.feeds if one.symbol == symbol), None)

    def quote_of(self, symbol: str) -> str:
        """Return the currency that a symbol is paid in."""
        instrument = self.instrument(symbol)
        return self.word(self.snapshot.account.currency if instrument is None else instrument.quote)

    def word(self, text: str) -> str:
        """Return any text of the desk as one harmless line."""
        return clean(text, ascii_only=self.frame.writing.ascii_only)

    def is_stale(self, symbol: str) -> bool:
        """Tell whether the prices of a symbol are too old to count on."""
        return self._stale.of(symbol)

    def price_now(self, row: PositionRow) -> Fact:
        """Say what a position trades at, and whether that is old."""
        symbol = row.position.symbol
        mark = self.precision.price(symbol, row.mark.value)
        if self.is_stale(symbol):
            return Fact("price now", f"~{mark} {self._stale.word(row.mark)}", Tone.STALE)
        return Fact("price now", mark)

    def doubts(self, *symbols: str) -> tuple[str, ...]:
        """Say what the picture cannot be sure of."""
        found = []
        if self.frame.unreachable:
            found.append(f"the desk does not answer: {self.word(self.frame.unreachable)}")
        elif self._stale.is_all:
            found.append("the desk has been silent: these numbers are old")
        old = [self.word(one) for one in dict.fromkeys(symbols) if self.is_stale(one)]
        if old and not self._stale.is_all:
            found.append(f"prices are STALE: {', '.join(old)}")
        return tuple(found)

    @property
    def is_live(self) -> bool:
        """Whether real money is at stake."""
        return self.snapshot.mode is TradingMode.LIVE


def gone(what: str) -> Proposal:
    """Say that there is nothing left to do it to."""
    return Proposal((Fact("", what, Tone.WARN),), "nothing to do")
