"""What the venue holds and no fill explains: taken over from the venue's own word on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO, Instrument, InstrumentKind
from desk.contracts.netting import MONEY
from desk.contracts.orders import VenueBalance, VenueFill, VenuePosition
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.ports.view import DeskView
from desk.contracts.records import EntryKind, JournalEntry, WorkerStateSaved
from desk.contracts.sides import OrderSide
from desk.execution.external import IMPLIED

_PLATFORM = "platform"
_WORKER = "platform.reconciliation"
_EVERY_SYMBOL = "*"
_PRICE_DIGITS = Decimal("1E-10")


@dataclass(frozen=True, slots=True)
class PositionGap:
    """Hold by how much venue and ledger differ on one symbol; sizes in base, above zero for long.

    `entry_price` is the venue's, None where it holds nothing.
    """

    symbol: str
    venue_base: Decimal
    ledger_base: Decimal
    entry_price: Decimal | None = None

    @property
    def missing_base(self) -> Decimal:
        """What the ledger lacks, below zero where it has too much."""
        return MONEY.subtract(self.venue_base, self.ledger_base)

    def words(self) -> str:
        """Say what differs."""
        return f"{self.symbol}: the venue holds {self.venue_base}, the ledger {self.ledger_base}"


@dataclass(frozen=True, slots=True)
class PositionAdoption:
    """Name the gaps between venue and ledger, and close one by a fill that the venue's position implies.

    A position that was read at some time holds every fill before it: one that shows later is no news. What
    was read when is remembered durably, so that no restart counts a fill twice.
    """

    recorder: Recorder
    ledger: LedgerView
    view: DeskView
    clock: Clock

    def gaps(self, held: Sequence[VenuePosition], balances: Sequence[VenueBalance]) -> list[PositionGap]:
        """List the symbols on which the trades do not add up to what the venue holds."""
        return [*self._perpetual_gaps(held), *self._coin_gaps(balances)]

    def implied_fill(self, gap: PositionGap, read_at_ms: int) -> VenueFill | None:
        """Return the fill that would close a gap; None where the symbol is not known.

        The same gap in the same reading always gives the same fill.
        """
        instrument = self.view.instrument(gap.symbol)
        price = None if instrument is None else self._price(gap)
        if instrument is None or price is None:
            return None
        return VenueFill(
            venue_trade_id=f"{IMPLIED}{gap.venue_base}:{read_at_ms}",
            venue_order_id="position",
            client_order_id=None,
            symbol=gap.symbol,
            side=OrderSide.BUY if gap.missing_base > ZERO else OrderSide.SELL,
            size_base=abs(gap.missing_base),
            price=price,
            fee=ZERO,
            fee_currency=instrument.quote,
            time_ms=read_at_ms,
            is_maker=False,
        )

    def remember(self, read_at_ms: int, symbol: str = _EVERY_SYMBOL) -> JournalEntry:
        """State that every fill of a symbol before `read_at_ms` is in the position that was read then."""
        record = WorkerStateSaved(_PLATFORM, _WORKER, symbol, str(read_at_ms))
        now_ms = self.clock.now_ms()
        return JournalEntry(EntryKind.WORKER_STATE_SAVED, _WORKER, now_ms, record, worker=_WORKER)

    def covers(self, fill: VenueFill) -> bool:
        """Tell whether a position that was taken over holds the fill already."""
        known = self.ledger.worker_memory(_PLATFORM, _WORKER)
        marks = [int(known[key]) for key in (_EVERY_SYMBOL, fill.symbol) if key in known]
        return any(fill.time_ms < mark_ms for mark_ms in marks)

    def opened_at_ms(self) -> int | None:
        """Return when the books were opened by the venue's word, None where they began empty."""
        at = self.ledger.worker_memory(_PLATFORM, _WORKER).get(_EVERY_SYMBOL)
        return None if at is None else int(at)

    def _perpetual_gaps(self, held: Sequence[VenuePosition]) -> list[PositionGap]:
        venue = {one.symbol: one for one in held}
        ours: dict[str, Decimal] = {}
        for position in self.ledger.open_positions():
            if position.kind is InstrumentKind.PERPETUAL:
                signed = position.size_base * position.side.sign
                ours[position.symbol] = ours.get(position.symbol, ZERO) + signed
        gaps = []
        for symbol in sorted({*venue, *ours}):
            there = venue.get(symbol)
            size_base = ZERO if there is None else there.size_base * there.side.sign
            price = None if there is None else there.entry_price
            gaps.append(PositionGap(symbol, size_base, ours.get(symbol, ZERO), price))
        return [one for one in gaps if one.missing_base != ZERO]

    def _coin_gaps(self, balances: Sequence[VenueBalance]) -> list[PositionGap]:
        """List the coins that trades hold and the account has not; more than they hold is nobody's trade."""
        left = {one.currency: one.total for one in balances}
        ours: dict[str, tuple[Instrument, Decimal]] = {}
        for position in self.ledger.open_positions():
            instrument = self.view.instrument(position.symbol)
            if instrument is not None and instrument.is_spot:
                before = ours.get(position.symbol, (instrument, ZERO))[1]
                ours[position.symbol] = (instrument, before + position.size_base)
        gaps = []
        for symbol, (instrument, size_base) in ours.items():
            there_base = min(left.get(instrument.base, ZERO), size_base)
            left[instrument.base] = left.get(instrument.base, ZERO) - there_base
            if there_base != size_base:
                gaps.append(PositionGap(symbol, there_base, size_base))
        return gaps

    def _price(self, gap: PositionGap) -> Decimal | None:
        """Return the price that gives the ledger the venue's entry price; what left, went at the market."""
        grows = gap.entry_price is not None and gap.venue_base * gap.missing_base > ZERO
        if not grows or gap.entry_price is None:
            return self._market(gap)
        if not gap.ledger_base * gap.venue_base > ZERO:
            return gap.entry_price
        held = [one for one in self.ledger.open_positions() if one.symbol == gap.symbol]
        cost = sum((one.entry_price * one.size_base * one.side.sign for one in held), ZERO)
        price = MONEY.divide(gap.entry_price * gap.venue_base - cost, gap.missing_base)
        return price.quantize(_PRICE_DIGITS, context=MONEY) if price > ZERO else gap.entry_price

    def _market(self, gap: PositionGap) -> Decimal | None:
        quote = self.view.quote(gap.symbol)
        if quote is not None and quote.last.is_finite() and quote.last > ZERO:
            return quote.last
        held = (one.entry_price for one in self.ledger.open_positions() if one.symbol == gap.symbol)
        return gap.entry_price or next(held, None)
