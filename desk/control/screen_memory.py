"""What the operator chose on the screen, kept in the desk's folder between two openings."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_MOST_BYTES = 100_000


class FileMemory:
    """Keep choices as one JSON object of texts, for the owner's eyes alone; implements `ScreenMemory`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "screen.json"

    def load(self) -> Mapping[str, str]:
        """Return what was kept; empty where nothing is or the file is damaged."""
        try:
            with self._file.open(encoding="utf-8") as file:
                kept = json.loads(file.read(_MOST_BYTES))
        except (OSError, ValueError):
            return {}
        if not isinstance(kept, dict):
            return {}
        return {name: value for name, value in kept.items() if isinstance(value, str)}

    def save(self, choices: Mapping[str, str]) -> None:
        """Keep `choices` whole; a disk that refuses is ignored: it costs a layout, never a trade."""
        fresh = self._file.with_suffix(".new")
        with suppress(OSError):
            _write(fresh, json.dumps(dict(choices), indent=1, sort_keys=True))
            fresh.replace(self._file)

    def export(self, name: str, text: str) -> str:
        """Write a file into the desk's folder and return where it is; raises OSError."""
        folder = self._folder / "exports"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / Path(name).name
        _write(path, text)
        return str(path)


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
