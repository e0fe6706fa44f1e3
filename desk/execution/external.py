"""What others do on the account: seen, booked, shown as EXTERNAL, never taken for ours."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from desk.contracts.directives import Protection
from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO, Instrument, InstrumentKind
from desk.contracts.netting import MONEY, RESOLUTION
from desk.contracts.orders import VenueFill
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock, IdSource
from desk.contracts.positions import EXTERNAL_STRATEGY, Position
from desk.contracts.records import EntryKind, FillBooked, JournalEntry, TradeIntended
from desk.contracts.sides import PositionSide
from desk.execution.fill_records import fill_entry, fill_id


@dataclass(frozen=True, slots=True)
class ExternalBook:
    """Book fills that no order of the desk made."""

    recorder: Recorder
    ledger: LedgerView
    clock: Clock
    ids: IdSource

    def take(self, fill: VenueFill, instrument: Instrument) -> tuple[FillBooked, ...]:
        """Book a foreign fill: in parts on the trades it reduces, the rest on an EXTERNAL perpetual.

        The first part keeps the venue's id, so that the fill books once; the others have a number behind it.
        A foreign spot purchase changes balances alone: coins somebody bought are no trade of the desk.
        """
        shares = self._reduced(fill)
        rest_base = MONEY.subtract(fill.size_base, sum((size for _, size in shares), ZERO))
        first: list[JournalEntry] = []
        owned: list[tuple[TradeId | None, Decimal]] = list(shares)
        if rest_base > ZERO:
            owned.append((self._rest(fill, instrument, first), rest_base))
        booked = tuple(
            FillBooked(
                fill_id(part), part, instrument.kind, instrument.quote, instrument.base, trade_id, None, None
            )
            for part, trade_id in _parts(fill, owned)
        )
        now_ms = self.clock.now_ms()
        self.recorder.record(*first, *(fill_entry(one, now_ms) for one in booked))
        return booked

    def _rest(self, fill: VenueFill, instrument: Instrument, first: list[JournalEntry]) -> TradeId | None:
        """Name the EXTERNAL trade for what reduces none of ours; one that is new goes to `first`."""
        if instrument.is_spot:
            return None
        held = self._external(fill)
        if held is not None:
            return held.trade_id
        trade_id = self.ids.new(TradeId)
        first.append(self._intended(trade_id, fill, instrument))
        return trade_id

    def _reduced(self, fill: VenueFill) -> list[tuple[TradeId, Decimal]]:
        """Share the fill out among the trades it closes, in part or whole, oldest first."""
        shares = []
        rest_base = fill.size_base
        for position in self.ledger.open_positions():
            size_base = min(_reducible(position), rest_base)
            is_reduced = position.symbol == fill.symbol and position.side.exit_side is fill.side
            if is_reduced and size_base > ZERO:
                shares.append((position.trade_id, size_base))
                rest_base = MONEY.subtract(rest_base, size_base)
        return shares

    def _external(self, fill: VenueFill) -> Position | None:
        side = PositionSide.of(fill.side)
        return next(
            (
                one
                for one in self.ledger.open_positions()
                if (one.symbol, one.side, one.strategy_id) == (fill.symbol, side, EXTERNAL_STRATEGY)
            ),
            None,
        )

    def _intended(self, trade_id: TradeId, fill: VenueFill, instrument: Instrument) -> JournalEntry:
        record = TradeIntended(
            trade_id,
            EXTERNAL_STRATEGY,
            EXTERNAL_STRATEGY,
            None,
            fill.symbol,
            instrument.kind,
            PositionSide.of(fill.side),
            Protection.NONE,
            None,
            None,
        )
        return JournalEntry(
            EntryKind.TRADE_INTENDED,
            trade_id,
            self.clock.now_ms(),
            record,
            trade_id=trade_id,
            symbol=fill.symbol,
        )


def _reducible(position: Position) -> Decimal:
    """Return what another hand can close of a trade: the coins that a resting stop locks it cannot sell."""
    if position.kind is InstrumentKind.SPOT:
        return max(position.size_base - position.stop_size_base, ZERO)
    return position.size_base


def _parts(
    fill: VenueFill, owned: list[tuple[TradeId | None, Decimal]]
) -> Iterator[tuple[VenueFill, TradeId | None]]:
    """Cut a fill up; the fee goes by size, and what does not divide to the last part."""
    fee_left = fill.fee
    for number, (trade_id, size_base) in enumerate(owned):
        is_last = number == len(owned) - 1
        share = MONEY.divide(MONEY.multiply(fill.fee, size_base), fill.size_base).quantize(RESOLUTION)
        fee = fee_left if is_last else share
        fee_left = MONEY.subtract(fee_left, fee)
        name = fill.venue_trade_id if number == 0 else f"{fill.venue_trade_id}-{number + 1}"
        yield replace(fill, venue_trade_id=name, size_base=size_base, fee=fee), trade_id
