"""One transaction on the journal's connection: whole batches, or none of them."""

import sqlite3
from collections.abc import Iterable, Sequence

from desk.journal.batch import Batch
from desk.journal.codec import ENTRY_COLUMNS
from desk.journal.projection import write_rows
from desk.ledger.rows import Row
from desk.ledger.touched import RowKey

_INSERT_ENTRY = (
    f"INSERT INTO entry ({', '.join(ENTRY_COLUMNS)}) VALUES ({', '.join('?' for _ in ENTRY_COLUMNS)})"  # noqa: S608
)
_INSERT_CAUSE = "INSERT OR IGNORE INTO cause (parent_id, sequence) VALUES (?, ?)"


def write(connection: sqlite3.Connection, batches: Sequence[Batch]) -> None:
    """Commit `batches` in one transaction; raises sqlite3.Error, and then nothing of them is durable."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany(_INSERT_ENTRY, [entry for batch in batches for entry in batch.entries])
        connection.executemany(_INSERT_CAUSE, [cause for batch in batches for cause in batch.causes])
        write_rows(connection, _merged(batches))
        connection.execute("COMMIT")
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _merged(batches: Iterable[Batch]) -> dict[RowKey, Row | None]:
    """Keep the last state of each row, in the order rows were touched first."""
    rows: dict[RowKey, Row | None] = {}
    for batch in batches:
        rows.update(batch.rows)
    return rows
