"""A journal that is being written, page by page: to be exported and proven by another process."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol, TypeVar

from pydantic_core import to_json

from desk.journal.asking import Question
from desk.journal.codec import EntryRow
from desk.journal.reader import JournalReader, Steps
from desk.ledger.rows import Row
from desk.ledger.touched import Table

_ENTRIES_AT_ONCE = 250
_CAUSES_AT_ONCE = 2_000

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class PagedEntry:
    """Hold one entry as the journal's table keeps it, its hash in hex."""

    sequence: int
    kind: str
    subject_id: str
    time_ms: int
    flow_id: str | None
    causes: str
    trade_id: str | None
    worker: str | None
    symbol: str | None
    data: str
    hash: str

    def row(self) -> EntryRow:
        """Return the row it was."""
        return EntryRow(
            self.sequence, self.kind, self.subject_id, self.time_ms, self.flow_id, self.causes,
            self.trade_id, self.worker, self.symbol, self.data, bytes.fromhex(self.hash),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableSum:
    """Say what a projection holds when the newest entry is `sequence`: how many rows, and their digest."""

    table: Table
    sequence: int
    rows: int
    digest: str


class Asked(Protocol):
    """Whoever answers questions to the journal while it is written."""

    async def ask(self, question: Question[Answer]) -> Answer:
        """Answer from all that is recorded by now; raises StoreFailed where the journal is closed."""
        ...


class JournalPages:
    """Give a journal out in bounded pages; each is read between two writes, and no page changes later."""

    def __init__(self, journal: Asked) -> None:
        self._journal = journal

    async def entries(self, after: int) -> tuple[PagedEntry, ...]:
        """Return the next entries after a place, in order; none at the end."""
        return await self._journal.ask(lambda journal: _entries(journal, after))

    async def causes(self, parent_id: str, sequence: int) -> tuple[tuple[str, int], ...]:
        """Return the next pairs of cause and entry behind one, in the order of the table; none at the end."""
        return await self._journal.ask(lambda journal: _causes(journal, parent_id, sequence))

    async def table_sums(self) -> tuple[TableSum, ...]:
        """Sum up every projection; each in one step, so that it is at one place in the journal."""
        return await self._journal.ask(_table_sums)


def digest_of(rows: Iterable[Row]) -> str:
    """Return the SHA-256, in hex, of rows in any order."""
    whole = sha256()
    for line in sorted(to_json(row) for row in rows):
        whole.update(line + b"\n")
    return whole.hexdigest()


def _entries(journal: JournalReader, after: int) -> Steps[tuple[PagedEntry, ...]]:
    rows = journal.between(after, after + _ENTRIES_AT_ONCE)
    yield
    return tuple(PagedEntry(*row[:-1], row.hash.hex()) for row in rows)


def _causes(journal: JournalReader, parent_id: str, sequence: int) -> Steps[tuple[tuple[str, int], ...]]:
    pairs = journal.causes_after(parent_id, sequence, _CAUSES_AT_ONCE)
    yield
    return tuple(pairs)


def _table_sums(journal: JournalReader) -> Steps[tuple[TableSum, ...]]:
    sums = []
    for table in Table:
        rows, sequence = journal.rows(table), journal.newest_sequence()
        sums.append(TableSum(table, sequence, len(rows), digest_of(rows)))
        yield
    return tuple(sums)
