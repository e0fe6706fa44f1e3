"""The note that `desk drill` leaves in a desk's state folder: when it was, and how it went."""

import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from desk.contracts.snapshot import DrillNote

_LOOK_EVERY_MS = 5_000
_OWNER_ONLY = 0o600
_NOTE = TypeAdapter(DrillNote)


def write_drill_note(path: Path, note: DrillNote) -> None:
    """Put the note in place, whole, for its owner alone; raises OSError."""
    fresh = path.with_name(f"{path.name}.new")
    descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, _OWNER_ONLY)
    try:
        os.write(descriptor, to_json(asdict(note), indent=2) + b"\n")
    finally:
        os.close(descriptor)
    fresh.replace(path)


class DrillFile:
    """Watch the note; one that cannot be read or understood is none."""

    def __init__(self, path: Path, monotonic_ms: Callable[[], int]) -> None:
        self._path = path
        self._monotonic_ms = monotonic_ms
        self._looked_at_ms: int | None = None
        self._note: DrillNote | None = None

    def note(self) -> DrillNote | None:
        """Return the last drill; the file is looked at every five seconds."""
        now_ms = self._monotonic_ms()
        if self._looked_at_ms is None or now_ms - self._looked_at_ms >= _LOOK_EVERY_MS:
            self._looked_at_ms = now_ms
            self._note = self._read()
        return self._note

    def _read(self) -> DrillNote | None:
        try:
            return _NOTE.validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return None
