"""What others do on the account: seen, booked, shown as EXTERNAL, never taken for ours."""

from dataclasses import dataclass

from desk.contracts.directives import Protection
from desk.contracts.ids import TradeId
from desk.contracts.market import Instrument
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

    def take(self, fill: VenueFill, instrument: Instrument) -> FillBooked:
        """Book a foreign fill on the trade it reduces, else on an EXTERNAL trade of a perpetual.

        A foreign spot purchase changes balances alone: coins somebody bought are no trade of the desk.
        """
        trade_id = self._reduced(fill)
        first: tuple[JournalEntry, ...] = ()
        if trade_id is None and not instrument.is_spot:
            held = self._external(fill)
            trade_id = held.trade_id if held is not None else self.ids.new(TradeId)
            first = () if held is not None else (self._intended(trade_id, fill, instrument),)
        booked = FillBooked(
            fill_id(fill), fill, instrument.kind, instrument.quote, instrument.base, trade_id, None, None
        )
        self.recorder.record(*first, fill_entry(booked, self.clock.now_ms()))
        return booked

    def _reduced(self, fill: VenueFill) -> TradeId | None:
        """Find the oldest trade that the fill closes in part or whole."""
        for position in self.ledger.open_positions():
            is_closing = position.side.exit_side is fill.side and position.size_base >= fill.size_base
            if position.symbol == fill.symbol and is_closing:
                return position.trade_id
        return None

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
