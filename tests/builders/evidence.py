"""What a desk and its paper venue left on disk, read side by side."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from connectors.paper import rows
from connectors.venue.orders import WorkingOrder
from desk.config.storage import StorageLayout
from desk.contracts.market import ZERO
from desk.contracts.orders import VenueFill
from desk.contracts.records import JournalEntry, Record
from desk.journal.codec import decode
from desk.journal.reader import reading
from desk.journal.verify import VerifyReport, verify
from desk.ledger.ledger import Ledger


@dataclass(frozen=True)
class Evidence:
    """Hold the journal's entries, the ledger they fold to, and the venue's own books."""

    report: VerifyReport
    entries: Sequence[JournalEntry]
    ledger: Ledger
    orders: Mapping[str, WorkingOrder]
    fills: Sequence[VenueFill]
    positions: Mapping[str, Decimal]
    balances: Mapping[str, Decimal]

    def records(self, *kinds: type[Record]) -> Iterator[JournalEntry]:
        """Return the entries whose record is of one of `kinds`, in order."""
        return (one for one in self.entries if isinstance(one.record, kinds))


def evidence(state: StorageLayout) -> Evidence:
    """Read a state folder that no living desk writes to."""
    report = verify(state.journal)
    with reading(state.journal) as journal:
        entries = [decode(row) for row in journal.entries()]
    ledger = Ledger()
    for entry in entries:
        ledger.apply(entry)
    return Evidence(report, entries, ledger, *_venue(state.account))


def _venue(
    path: Path,
) -> tuple[dict[str, WorkingOrder], list[VenueFill], dict[str, Decimal], dict[str, Decimal]]:
    if not path.is_file():
        return {}, [], {}, {}
    with closing(sqlite3.connect(path)) as db:
        orders = [rows.order_of(row) for row in db.execute("SELECT * FROM orders ORDER BY sequence")]
        fills = [rows.fill_of(row) for row in db.execute("SELECT * FROM fills ORDER BY sequence")]
        positions = dict(db.execute("SELECT symbol, size_base FROM positions"))
        balances = dict(db.execute("SELECT currency, total FROM balances"))
    return (
        {one.client_order_id: one for one in orders},
        fills,
        {symbol: Decimal(size) for symbol, size in positions.items() if Decimal(size) != ZERO},
        {currency: Decimal(total) for currency, total in balances.items()},
    )
