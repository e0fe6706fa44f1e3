"""Journal entries as canonical text and back: compact JSON, decimals as text, keys as declared."""

import hashlib
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from desk.contracts.records import RECORD_TYPES, EntryKind, JournalEntry

_ADAPTERS: dict[EntryKind, TypeAdapter[Any]] = {kind: TypeAdapter(of) for kind, of in RECORD_TYPES.items()}
_DUMPS = {kind: adapter.dump_json for kind, adapter in _ADAPTERS.items()}

GENESIS = bytes(32)
"""What the first entry's hash follows."""

ENTRY_COLUMNS = (
    "sequence", "kind", "subject_id", "time_ms", "flow_id", "causes", "trade_id", "worker", "symbol", "data",
    "hash",
)  # fmt: skip


class EncodedEntry(NamedTuple):
    """Hold an entry as text, before it has a place in the chain."""

    kind: str
    subject_id: str
    time_ms: int
    flow_id: str | None
    causes: str
    trade_id: str | None
    worker: str | None
    symbol: str | None
    data: str


class EntryRow(NamedTuple):
    """Hold an entry as the journal's table keeps it."""

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
    hash: bytes


def encode(entry: JournalEntry) -> EncodedEntry:
    """Return the text of an entry; what a message left unset stays unset, as a MODIFY needs."""
    return EncodedEntry(
        entry.kind.value,
        str(entry.subject_id),
        entry.time_ms,
        entry.flow_id and str(entry.flow_id),
        to_json(entry.causes).decode(),
        entry.trade_id and str(entry.trade_id),
        entry.worker,
        entry.symbol,
        _DUMPS[entry.kind](entry.record, exclude_unset=True).decode(),
    )


def decode(encoded: EncodedEntry | EntryRow) -> JournalEntry:
    """Return the entry of a text; raises pydantic's ValidationError where the text is not of its kind."""
    kind = EntryKind(encoded.kind)
    return JournalEntry(
        kind=kind,
        subject_id=encoded.subject_id,
        time_ms=encoded.time_ms,
        record=_ADAPTERS[kind].validate_json(encoded.data),
        flow_id=encoded.flow_id,
        causes=tuple(from_json(encoded.causes)),
        trade_id=encoded.trade_id,
        worker=encoded.worker,
        symbol=encoded.symbol,
    )


def chained(previous_hash: bytes, sequence: int, encoded: EncodedEntry) -> bytes:
    """Return an entry's hash: SHA-256 over the previous hash, its place and all its text."""
    head = to_json((sequence, *encoded[:-1]))
    return hashlib.sha256(b"\n".join((previous_hash, head, encoded.data.encode()))).digest()


def text_of(row: EntryRow) -> EncodedEntry:
    """Return the text of a row, without its place."""
    return EncodedEntry(*row[1:-1])
