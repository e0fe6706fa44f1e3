"""The journal as JSON lines, one entry each, with its place in the chain."""

from collections.abc import Iterator
from pathlib import Path

from pydantic_core import from_json, to_json

from desk.journal.codec import GENESIS, EntryRow
from desk.journal.reader import reading
from desk.journal.times import iso


def export(path: Path) -> Iterator[str]:
    """Yield one JSON object per entry, in order; raises InputRefused where the journal cannot be read."""
    with reading(path) as journal:
        previous = GENESIS
        for entry in journal.entries():
            yield line_of(entry, previous)
            previous = entry.hash


def line_of(entry: EntryRow, previous: bytes) -> str:
    """Write one entry as a JSON object; `previous` is the hash of the entry before it."""
    return to_json(
        {
            "sequence": entry.sequence,
            "kind": entry.kind,
            "id": entry.subject_id,
            "time": iso(entry.time_ms),
            "time_ms": entry.time_ms,
            "flow_id": entry.flow_id,
            "causes": from_json(entry.causes),
            "trade_id": entry.trade_id,
            "worker": entry.worker,
            "symbol": entry.symbol,
            "record": from_json(entry.data),
            "previous_hash": previous.hex(),
            "hash": entry.hash.hex(),
        }
    ).decode()
