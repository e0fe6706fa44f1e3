"""How a fill enters the journal: its id and its entry."""

from hashlib import sha256

from desk.contracts.ids import FillId
from desk.contracts.orders import VenueFill
from desk.contracts.records import EntryKind, FillBooked, JournalEntry


def fill_id(fill: VenueFill) -> FillId:
    """Derive a fill's id from the venue's own, so that the same fill always has the same id."""
    digest = sha256(f"{fill.symbol}|{fill.venue_trade_id}".encode()).digest()
    return FillId.at(fill.time_ms, int.from_bytes(digest[:4], "big"))


def fill_entry(booked: FillBooked, time_ms: int) -> JournalEntry:
    """State that a fill enters the ledger, caused by its order where it is ours."""
    return JournalEntry(
        EntryKind.FILL_BOOKED,
        booked.fill_id,
        time_ms,
        booked,
        flow_id=booked.directive_id,
        causes=(booked.client_order_id,) if booked.client_order_id else (),
        trade_id=booked.trade_id,
        symbol=booked.fill.symbol,
    )
