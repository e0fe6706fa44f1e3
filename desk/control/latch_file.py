"""The latch that `desk flatten` leaves in the state folder: a desk that sees it takes no new risk."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic_core import from_json, to_json

_LOOK_EVERY_MS = 1_000
_OWNER_ONLY = 0o600


def write_latch(path: Path, reason: str, details: Mapping[str, object]) -> None:
    """Put the latch in place, whole and durable, for its owner alone; raises OSError.

    Details with a `process` say which one is leaving the account, until it writes a latch without.
    """
    fresh = path.with_name(f"{path.name}.new")
    descriptor = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, _OWNER_ONLY)
    try:
        os.write(descriptor, to_json({"reason": reason, **details}, indent=2) + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class LatchFile:
    """Watch the latch: one look at the file's date a second, its text read when that changed."""

    def __init__(self, path: Path, monotonic_ms: Callable[[], int]) -> None:
        self._path = path
        self._monotonic_ms = monotonic_ms
        self._looked_at_ms: int | None = None
        self._seen: tuple[int, int] | None = None
        self._reason: str | None = None
        self._process: int | None = None

    def reason(self) -> str | None:
        """Return why no risk may be taken, None where there is no latch."""
        now_ms = self._monotonic_ms()
        if self._looked_at_ms is None or now_ms - self._looked_at_ms >= _LOOK_EVERY_MS:
            self._looked_at_ms = now_ms
            self._look()
        return self._reason

    def is_leaving(self) -> bool:
        """Tell whether the process that latched it is still about to leave the account; looked up anew."""
        self._look()
        return self._process is not None and _lives(self._process)

    def clear(self) -> None:
        """Take the latch away; raises OSError where that fails."""
        self._path.unlink(missing_ok=True)
        self._looked_at_ms = None

    def _look(self) -> None:
        try:
            found = self._path.stat()
            if self._seen != (found.st_mtime_ns, found.st_size):
                self._reason, self._process = _read(self._path)
                self._seen = found.st_mtime_ns, found.st_size
        except FileNotFoundError:
            self._seen = self._reason = self._process = None
        except OSError as error:
            self._reason = f"{self._path} cannot be read: {error.strerror}"


def _read(path: Path) -> tuple[str, int | None]:
    """Read the reason, and which process is leaving; a latch that cannot be understood still latches."""
    try:
        said = from_json(path.read_bytes())
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {}
    reason, process = said.get("reason"), said.get("process")
    if not isinstance(reason, str):
        reason = f"flattened from outside, as {path} says, though not by whom"
    return reason, process if isinstance(process, int) and process > 0 else None


def _lives(process: int) -> bool:
    """Tell whether a process is there, whoever it belongs to."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
