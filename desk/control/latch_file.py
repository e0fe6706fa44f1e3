"""The latch that `desk flatten` leaves in the state folder: a desk that sees it takes no new risk."""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic_core import from_json, to_json

_LOOK_EVERY_MS = 1_000
_OWNER_ONLY = 0o600


def write_latch(path: Path, reason: str, details: Mapping[str, object]) -> None:
    """Put the latch in place, whole and durable, for its owner alone; raises OSError."""
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


@contextmanager
def leaving(path: Path) -> Iterator[None]:
    """Let a desk that looks at the latch know that its account is being left, for as long as this lives.

    A lock and not a process number: it is gone with the process, and names nobody else later. Where it cannot
    be had, whoever leaves goes on without: nothing stands in the way out.
    """
    descriptor: int | None = None
    with suppress(OSError):
        descriptor = os.open(_lock_of(path), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, _OWNER_ONLY)
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


class LatchFile:
    """Watch the latch: one look at the file's date a second, its text read when that changed."""

    def __init__(self, path: Path, monotonic_ms: Callable[[], int]) -> None:
        self._path = path
        self._monotonic_ms = monotonic_ms
        self._looked_at_ms: int | None = None
        self._seen: tuple[int, int] | None = None
        self._reason: str | None = None

    def reason(self) -> str | None:
        """Return why no risk may be taken, None where there is no latch."""
        now_ms = self._monotonic_ms()
        if self._looked_at_ms is None or now_ms - self._looked_at_ms >= _LOOK_EVERY_MS:
            self._looked_at_ms = now_ms
            self._look()
        return self._reason

    def is_leaving(self) -> bool:
        """Tell whether a process is leaving the account at this moment; looked up anew."""
        try:
            descriptor = os.open(_lock_of(self._path), os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False  # nobody ever left this account
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._look()
            return True
        finally:
            os.close(descriptor)
        return False

    def clear(self) -> None:
        """Take the latch away; raises OSError where that fails."""
        self._path.unlink(missing_ok=True)
        self._looked_at_ms = None

    def _look(self) -> None:
        try:
            found = self._path.stat()
            if self._seen != (found.st_mtime_ns, found.st_size):
                self._reason = _reason_in(self._path)
                self._seen = found.st_mtime_ns, found.st_size
        except FileNotFoundError:
            self._seen = self._reason = None
        except OSError as error:
            self._reason = f"{self._path} cannot be read: {error.strerror}"


def _lock_of(path: Path) -> Path:
    return path.with_suffix(".lock")


def _reason_in(path: Path) -> str:
    """Read the reason; a latch that cannot be understood still latches."""
    try:
        said = from_json(path.read_bytes())
    except ValueError:
        said = None
    reason = said.get("reason") if isinstance(said, dict) else None
    return (
        reason if isinstance(reason, str) else f"flattened from outside, as {path} says, though not by whom"
    )
