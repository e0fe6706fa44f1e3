"""Prove a journal: its chain unbroken, and its projections what folding the entries again makes of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from desk.journal.causesum import CauseSum
from desk.journal.codec import GENESIS, EntryRow, chained, decode, text_of
from desk.journal.reader import JournalReader, reading
from desk.journal.unbroken import CauseShare, ShareCounter
from desk.ledger.ledger import Ledger
from desk.ledger.rows import Row
from desk.ledger.tables import SHAPES, TableShape
from desk.ledger.touched import RowKey, Table


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """Tell whether a journal is whole: `fault` names the first thing that is not."""

    entries: int
    rows: int
    head_hash: str
    fault: str | None
    share: CauseShare

    @property
    def is_whole(self) -> bool:
        """Whether chain and projections hold."""
        return self.fault is None


def verify(path: Path) -> VerifyReport:
    """Check a journal; raises InputRefused where there is none, or it cannot be read."""
    with reading(path) as journal:
        return verified(journal)


def verified(journal: JournalReader) -> VerifyReport:
    """Check the chain, fold every entry into a fresh ledger, and compare every row digit by digit."""
    folded = Folding()
    fault = next((found for entry in journal.entries() if (found := folded.take(entry)) is not None), None)
    if fault is None:
        fault = next(_row_faults(journal, folded.rows), None) or folded.links.fault(journal)
    return folded.report(fault)


class Folding:
    """Take a journal's entries in order; hold the rows and causes they give, and which fills can say why."""

    def __init__(self) -> None:
        self._ledger = Ledger()
        self._share = ShareCounter()
        self._head = GENESIS
        self.count = 0
        self.rows: dict[RowKey, Row] = {}
        self.links = CauseSum()

    def take(self, entry: EntryRow) -> str | None:
        """Fold one entry; return what is wrong with it, None where it holds."""
        fault = _chain_fault(entry, self.count, self._head) or _fold_fault(entry, self._ledger, self.rows)
        if fault is None:
            self._share.take(entry)
            self.links.take_causes(entry)
            self.count, self._head = entry.sequence, entry.hash
        return fault

    def report(self, fault: str | None) -> VerifyReport:
        """Sum up."""
        return VerifyReport(self.count, len(self.rows), self._head.hex(), fault, self._share.result())


def _chain_fault(entry: EntryRow, previous_sequence: int, previous_hash: bytes) -> str | None:
    if entry.sequence != previous_sequence + 1:
        return f"entry {previous_sequence + 1} is missing: {entry.sequence} follows {previous_sequence}"
    if chained(previous_hash, entry.sequence, text_of(entry)) != entry.hash:
        return f"entry {entry.sequence} ({entry.kind} {entry.subject_id}) does not match its hash"
    return None


def _fold_fault(entry: EntryRow, ledger: Ledger, rows: dict[RowKey, Row]) -> str | None:
    try:
        touched = ledger.apply(decode(entry)).rows
    except (ValidationError, ValueError) as error:
        return f"entry {entry.sequence} ({entry.kind} {entry.subject_id}) cannot be read: {error}"
    for key in touched:
        row = ledger.row(key)
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row
    return None


def _row_faults(journal: JournalReader, rebuilt: dict[RowKey, Row]) -> Iterator[str]:
    """Compare table by table, row by row in the order of their keys."""
    for table, shape in SHAPES.items():
        places = [shape.columns.index(name) for name in shape.key]
        kept = {tuple(str(row[place]) for place in places): tuple(row) for row in journal.rows(table)}
        made = {key: row for (of, key), row in rebuilt.items() if of is table}
        for key in sorted({*kept, *made}):
            fault = _row_fault(table, shape, key, kept.get(key), made.get(key))
            if fault is not None:
                yield fault


def _row_fault(
    table: Table, shape: TableShape, key: tuple[str, ...], kept: Row | None, made: Row | None
) -> str | None:
    name = f"{table.value} {' '.join(key)}"
    if kept is None or made is None:
        where = (
            "the journal's entries but not in its table"
            if kept is None
            else "its table but not in the entries"
        )
        return f"{name} is in {where}"
    for column, was, is_now in zip(shape.columns, kept, made, strict=True):
        if was != is_now:
            return f"{name}: {column} is {was!r} in its table, {is_now!r} by the entries"
    return None
