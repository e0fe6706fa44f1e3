"""Whether the table of causes says what the entries say, found without holding either in memory."""

import hashlib

from pydantic_core import from_json

from desk.journal.codec import EntryRow
from desk.journal.reader import JournalReader

_SPAN = 1 << 128


class CauseSum:
    """Add up the digests of (cause, entry) pairs; the sum does not depend on their order."""

    def __init__(self) -> None:
        self.total = 0

    def take_causes(self, entry: EntryRow) -> None:
        """Add what one entry names as causes."""
        for cause in dict.fromkeys(from_json(entry.causes)):
            self.take(cause, entry.sequence)

    def take(self, cause: str, sequence: int) -> None:
        """Add one pair."""
        self.total = (self.total + _digest(cause, sequence)) % _SPAN

    def is_same(self, other: "CauseSum") -> bool:
        """Tell whether two sums are of the same pairs."""
        return self.total == other.total

    def fault(self, journal: JournalReader) -> str | None:
        """Compare with the table; name its first row that no entry has, or the first entry that lacks one."""
        table = CauseSum()
        for cause, sequence in journal.causes():
            table.take(cause, sequence)
        return None if self.is_same(table) else _first_difference(journal)


def _digest(cause: str, sequence: int) -> int:
    return int.from_bytes(hashlib.blake2b(f"{sequence} {cause}".encode(), digest_size=16).digest())


def _first_difference(journal: JournalReader) -> str:
    named = {(cause, entry.sequence) for entry in journal.entries() for cause in from_json(entry.causes)}
    kept = set(journal.causes())
    cause, sequence = min(named ^ kept)
    where = (
        "its table but not in the entry" if (cause, sequence) in kept else "the entry but not in its table"
    )
    return f"cause {cause} of entry {sequence} is in {where}"
