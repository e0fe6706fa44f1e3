"""One desk per state folder: held by flock, gone with the process."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from desk.config.storage import StorageLayout
from desk.contracts.problems import RefusedByState

_LONGEST_NOTE = 4096


@contextmanager
def desk_lock(storage: StorageLayout) -> Iterator[None]:
    """Hold the folder; raises RefusedByState while another desk does."""

    def refusal(holder: str) -> str:
        return f"another desk (process {holder}) runs in {storage.folder}; stop it first"

    with held_lock(storage.lock, str(os.getpid()), refusal):
        yield


@contextmanager
def held_lock(path: Path, note: str, refusal: Callable[[str], str]) -> Iterator[None]:
    """Hold a file, with a note for whoever comes later; raises RefusedByState made of the holder's note."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RefusedByState(refusal(_note(descriptor))) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{note}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(storage: StorageLayout) -> str | None:
    """Name the process of the desk that lives in the folder at this moment, None where none does."""
    try:
        descriptor = os.open(storage.lock, os.O_RDONLY)
    except OSError:
        return None  # no desk ever locked this folder
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _note(descriptor)
    finally:
        os.close(descriptor)
    return None


def is_held(storage: StorageLayout) -> bool:
    """Tell whether a desk lives in the folder at this moment."""
    return holder(storage) is not None


def _note(descriptor: int) -> str:
    return os.pread(descriptor, _LONGEST_NOTE, 0).decode(errors="replace").strip()
