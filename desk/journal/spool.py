"""A file that a full disk cannot take away: what the journal could not keep waits here, across a crash."""

import contextlib
import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

from pydantic_core import from_json, to_json

from desk.contracts.problems import StoreFailed
from desk.contracts.records import EntryKind
from desk.journal.codec import EncodedEntry, EntryRow, text_of

SpooledBatch = tuple[EncodedEntry, ...]
"""What one failed transaction would have written."""

SIZE_BYTES = 4_194_304
_HEAD = struct.Struct("<II")

FACTS = frozenset(
    {
        EntryKind.DIRECTIVE_ISSUED, EntryKind.EXECUTION_DIRECTED, EntryKind.TRADE_INTENDED,
        EntryKind.EXIT_TARGETED, EntryKind.TRADE_ADOPTED, EntryKind.ORDER_INTENDED, EntryKind.ORDER_SENT,
        EntryKind.ORDER_ANSWERED, EntryKind.ORDER_OBSERVED, EntryKind.AMEND_INTENDED,
        EntryKind.CANCEL_INTENDED, EntryKind.FILL_BOOKED, EntryKind.BALANCE_ADJUSTED,
        EntryKind.PERIOD_RECORDED, EntryKind.DESK_STATE_CHANGED, EntryKind.FLOW_ENDED,
        EntryKind.ENTRIES_BLOCKED, EntryKind.ENTRIES_RELEASED,
        EntryKind.PARENT_OPENED, EntryKind.PARENT_STOPPED,
    }
)  # fmt: skip
"""Kinds that the spool keeps to its last byte; the others may fill its first half only."""


class Spool:
    """Append batches durably to a file of fixed size, allocated when it is made; mode 0600."""

    def __init__(self, path: Path, size_bytes: int = SIZE_BYTES) -> None:
        self._path = path
        self._size_bytes = size_bytes
        self._file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        self._allocate()
        self.end = self._scan()[1]

    def _allocate(self) -> None:
        present = os.fstat(self._file).st_size
        if present >= self._size_bytes:
            return
        os.pwrite(self._file, bytes(self._size_bytes - present), present)
        os.fsync(self._file)

    def append(self, entries: Sequence[EntryRow]) -> bool:
        """Keep a batch durably; False where there is no room. Raises StoreFailed where the file fails."""
        payload = _payload(entries)
        room = self._size_bytes if any(row.kind in FACTS for row in entries) else self._size_bytes // 2
        end = self.end + _HEAD.size + len(payload)
        if end + _HEAD.size > room:
            return False
        record = _HEAD.pack(len(payload), zlib.crc32(payload)) + payload + bytes(_HEAD.size)
        try:
            os.pwrite(self._file, record, self.end)
            os.fdatasync(self._file)
        except OSError as error:
            message = f"{self._path}: {error.strerror}"
            raise StoreFailed(message) from error
        self.end = end
        return True

    def batches(self) -> list[SpooledBatch]:
        """Return what waits, in order; a record torn by a crash was never acknowledged and is left out."""
        return self._scan()[0]

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return self.end == 0

    def clear(self) -> None:
        """Forget what waited: it is in the journal. Should that fail, a next start sees that it is."""
        if self.end == 0:
            return
        with contextlib.suppress(OSError):
            os.pwrite(self._file, bytes(_HEAD.size), 0)
            os.fdatasync(self._file)
            self.end = 0

    def close(self) -> None:
        """Let the file go."""
        os.close(self._file)

    def _scan(self) -> tuple[list[SpooledBatch], int]:
        found: list[SpooledBatch] = []
        at = 0
        while at + _HEAD.size <= self._size_bytes:
            length, checksum = _HEAD.unpack(os.pread(self._file, _HEAD.size, at))
            payload = os.pread(self._file, length, at + _HEAD.size)
            if not length or len(payload) != length or zlib.crc32(payload) != checksum:
                break
            found.append(_batch(payload))
            at += _HEAD.size + length
        return found, at


def _payload(entries: Sequence[EntryRow]) -> bytes:
    return to_json([text_of(row) for row in entries])


def _batch(payload: bytes) -> SpooledBatch:
    return tuple(EncodedEntry(*entry) for entry in from_json(payload))
