"""What others do on the account: seen, booked, shown as EXTERNAL, never taken for ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.directives import Protection
from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO, Instrument, InstrumentKind
from desk.contracts.netting import MONEY
from desk.contracts.orders import VenueFill
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock, IdSource
from desk.contracts.positions import EXTERNAL_STRATEGY, Position
from desk.contracts.records import EntryKind, FillBooked, JournalEntry, TradeIntended
from desk.contracts.sides import PositionSide
from desk.execution.fill_parts import Owned, parts, reduced_by
from desk.execution.fill_records import fill_entry, fill_id

COUNTED = "counted:"
"""Begins the name of what takes a fill of ours out of a position that was taken over with it."""

IMPLIED = "position:"
"""Begins the name of a fill that the venue's own position, or its balance of coins, implies."""


@dataclass(frozen=True, slots=True)
class ExternalBook:
    """Book fills that no order of the desk made.

    `own_prefix` begins the names of the desk's orders: `desk flatten` gives them too.
    """

    recorder: Recorder
    ledger: LedgerView
    clock: Clock
    ids: IdSource
    own_prefix: str

    def take(self, fill: VenueFill, instrument: Instrument) -> tuple[FillBooked, ...]:
        """Book a foreign fill: in parts on the trades it reduces, the rest on an EXTERNAL perpetual.

        A foreign spot purchase changes balances alone: coins somebody bought are no trade of the desk.
        """
        is_flattened = (fill.client_order_id or "").startswith(self.own_prefix)
        is_seen = fill.venue_trade_id.startswith(IMPLIED)
        reducible = _held if is_flattened or is_seen else _reducible
        shares = reduced_by(fill, fill.size_base, self._in_order(fill), reducible)
        rest_base = MONEY.subtract(fill.size_base, sum((size for _, size in shares), ZERO))
        first: list[JournalEntry] = []
        owned: Owned = list(shares)
        if rest_base > ZERO:
            owned.append((self.opened_by(fill, instrument, first), rest_base))
        booked = tuple(
            FillBooked(
                fill_id(part), part, instrument.kind, instrument.quote, instrument.base, trade_id, None, None
            )
            for part, trade_id in parts(fill, owned)
        )
        now_ms = self.clock.now_ms()
        self.recorder.record(*first, *(fill_entry(one, now_ms) for one in booked))
        return booked

    def _in_order(self, fill: VenueFill) -> Sequence[Position]:
        """List the trades, oldest first; what corrects a position that was taken over meets that first."""
        held = self.ledger.open_positions()
        if not fill.venue_trade_id.startswith(COUNTED):
            return held
        return sorted(held, key=lambda one: one.strategy_id != EXTERNAL_STRATEGY)

    def opened_by(self, fill: VenueFill, instrument: Instrument, first: list[JournalEntry]) -> TradeId | None:
        """Name the EXTERNAL trade for what reduces no trade; one that is new goes to `first`.

        None on spot, where coins somebody bought are no trade of the desk.
        """
        if instrument.is_spot:
            return None
        held = self._external(fill)
        if held is not None:
            return held.trade_id
        trade_id = self.ids.new(TradeId)
        first.append(self._intended(trade_id, fill, instrument))
        return trade_id

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


def _held(position: Position) -> Decimal:
    """Return what can be gone of a trade however it went, as flattening cancels stops before it sells."""
    return position.size_base


def _reducible(position: Position) -> Decimal:
    """Return what another hand can close of a trade: the coins that a resting stop locks it cannot sell."""
    if position.kind is InstrumentKind.SPOT:
        return max(position.size_base - position.stop_size_base, ZERO)
    return position.size_base
