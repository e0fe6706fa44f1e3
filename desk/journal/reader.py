"""Read a journal: entries in order, by what they are about, by flow, and by what they caused."""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias, TypeVar

from desk.contracts.ids import ManualId, NewsId, ScheduleId, TickId
from desk.journal.codec import EntryRow
from desk.journal.opening import open_read_only, refusal
from desk.journal.projection import ENTRIES, read_rows
from desk.ledger.rows import Row
from desk.ledger.touched import Table

BIRTHS = tuple(f"{kind.prefix}_" for kind in (TickId, ScheduleId, NewsId, ManualId))
"""How the ids begin that start a chain of causes."""

_AT_ONCE = 1_000

Answer = TypeVar("Answer")

Steps: TypeAlias = Generator[None, None, Answer]
"""An answer in small steps: between two of them the connection is free for others."""


def told_at_once(steps: Steps[Answer]) -> Answer:
    """Take all steps, and return the answer."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            answer: Answer = end.value
            return answer


class JournalReader:
    """Answer questions about a journal from one connection, and change nothing."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    def newest_sequence(self) -> int:
        """Return the place of the newest entry, zero in an empty journal."""
        return int(self._connection.execute("SELECT coalesce(max(sequence), 0) FROM entry").fetchone()[0])

    def between(self, after: int, upto: int) -> list[EntryRow]:
        """Return the entries after one place up to another, in order."""
        found = self._connection.execute(
            f"{ENTRIES} WHERE sequence > ? AND sequence <= ? ORDER BY sequence", (after, upto)
        )
        return [EntryRow(*row) for row in found.fetchall()]

    def count(self, condition: str, after: int, upto: int) -> int:
        """Count the entries after one place up to another for which an SQL condition holds."""
        counted = f"SELECT count(*) FROM entry WHERE sequence > ? AND sequence <= ? AND ({condition})"  # noqa: S608
        return int(self._connection.execute(counted, (after, upto)).fetchone()[0])

    def entries(self) -> Iterator[EntryRow]:
        """Yield every entry, in order."""
        found = self._connection.execute(f"{ENTRIES} ORDER BY sequence")
        while rows := found.fetchmany(_AT_ONCE):
            yield from (EntryRow(*row) for row in rows)

    def about(self, subject_id: str, most: int | None = None) -> list[EntryRow]:
        """Return the entries about one id, in order; where there are more than `most`, first and newest."""
        if most is None or self.count_about(subject_id) <= most:
            return self._entries("subject_id = ?", subject_id)
        first = f"{ENTRIES} WHERE subject_id = ? ORDER BY sequence LIMIT 1"
        newest = f"{ENTRIES} WHERE subject_id = ? ORDER BY sequence DESC LIMIT ?"
        found = self._connection.execute(newest, (subject_id, most - 1)).fetchall()
        rows = [*self._connection.execute(first, (subject_id,)).fetchall(), *reversed(found)]
        return [EntryRow(*row) for row in rows]

    def count_about(self, subject_id: str) -> int:
        """Count the entries about one id."""
        counted = "SELECT count(*) FROM entry WHERE subject_id = ?"
        return int(self._connection.execute(counted, (subject_id,)).fetchone()[0])

    def of_flow(self, flow_id: str) -> list[EntryRow]:
        """Return the entries of one flow, in order."""
        return self._entries("flow_id = ?", flow_id)

    def caused_by(self, parent_id: str) -> list[str]:
        """Return the ids that named `parent_id` as a cause, in the order they did so first."""
        found = self._connection.execute(
            "SELECT entry.subject_id FROM cause JOIN entry USING (sequence) "
            "WHERE parent_id = ? ORDER BY sequence",
            (parent_id,),
        )
        return list(dict.fromkeys(str(subject_id) for (subject_id,) in found))

    def causes(self) -> Iterator[tuple[str, int]]:
        """Yield every cause that an entry named, and the entry's place."""
        found = self._connection.execute("SELECT parent_id, sequence FROM cause ORDER BY parent_id, sequence")
        while rows := found.fetchmany(_AT_ONCE):
            yield from rows

    def causes_after(self, parent_id: str, sequence: int, most: int) -> list[tuple[str, int]]:
        """Return the next causes and entries behind one such pair, in the order of `causes`."""
        found = self._connection.execute(
            "SELECT parent_id, sequence FROM cause WHERE (parent_id, sequence) > (?, ?) "
            "ORDER BY parent_id, sequence LIMIT ?",
            (parent_id, sequence, most),
        )
        return found.fetchall()

    def is_named(self, subject_id: str) -> bool:
        """Tell whether an id is a cause of anything, recorded itself or not."""
        named = self._connection.execute("SELECT 1 FROM cause WHERE parent_id = ? LIMIT 1", (subject_id,))
        return named.fetchone() is not None

    def orders_of_trade(self, trade_id: str) -> list[str]:
        """Return the client ids of a trade's orders, oldest first."""
        query = "SELECT client_order_id FROM order_fact WHERE trade_id = ? ORDER BY rowid"
        return [str(order) for (order,) in self._connection.execute(query, (trade_id,))]

    def rows(self, table: Table, rest: str = "", *values: object) -> list[Row]:
        """Return the rows of one projection; `rest` is what follows its name in the query."""
        return read_rows(self._connection, table, rest, *values)

    def newest_rowid(self, table: Table) -> int:
        """Return the place of a projection's newest row, zero where it has none."""
        newest = f"SELECT coalesce(max(rowid), 0) FROM {table.value}"  # noqa: S608
        return int(self._connection.execute(newest).fetchone()[0])

    def _entries(self, condition: str, value: str) -> list[EntryRow]:
        found = self._connection.execute(f"{ENTRIES} WHERE {condition} ORDER BY sequence", (value,))
        return [EntryRow(*row) for row in found]


@contextmanager
def reading(path: Path) -> Iterator[JournalReader]:
    """Open a journal to read; raises InputRefused where there is none, or it cannot be read."""
    connection = open_read_only(path)
    try:
        yield JournalReader(connection, path)
    except sqlite3.Error as error:
        raise refusal(path, "", f"cannot be read: {error}") from error
    finally:
        connection.close()


def is_birth(subject_id: str) -> bool:
    """Tell whether an id starts a chain of causes."""
    return subject_id.startswith(BIRTHS)
