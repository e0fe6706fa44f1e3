"""One transaction on the journal's connection: whole batches, or none of them."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from desk.journal.batch import Batch
from desk.journal.codec import ENTRY_COLUMNS, EntryRow
from desk.journal.projection import write_rows
from desk.ledger.rows import Row
from desk.ledger.touched import RowKey

_INSERT_ENTRY = (
    f"INSERT INTO entry ({', '.join(ENTRY_COLUMNS)}) VALUES ({', '.join('?' for _ in ENTRY_COLUMNS)})"  # noqa: S608
)
_INSERT_CAUSE = "INSERT OR IGNORE INTO cause (parent_id, sequence) VALUES (?, ?)"


@dataclass(frozen=True, slots=True)
class Transaction:
    """Hold all that one commit writes; None deletes a row."""

    entries: list[EntryRow]
    causes: list[tuple[str, int]]
    rows: dict[RowKey, Row | None]


def gathered(batches: Sequence[Batch]) -> Transaction:
    """Put `batches`, all that waits, into one transaction: each row once, as it is now."""
    rows: dict[RowKey, Row | None] = {}
    for batch in batches:
        rows.update(dict.fromkeys(batch.touched))
    once = {key: row for batch in batches for key, row in batch.once.items()}
    for key in rows:
        rows[key] = once[key] if key in once else batches[0].row_of(key)
    return Transaction(
        entries=[entry for batch in batches for entry in batch.entries],
        causes=[cause for batch in batches for cause in batch.causes],
        rows=rows,
    )


def write(connection: sqlite3.Connection, transaction: Transaction) -> None:
    """Commit it whole; raises sqlite3.Error, and then nothing of it is durable."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany(_INSERT_ENTRY, transaction.entries)
        connection.executemany(_INSERT_CAUSE, transaction.causes)
        write_rows(connection, transaction.rows)
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
