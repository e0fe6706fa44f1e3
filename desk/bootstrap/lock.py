"""One desk per state folder, and so per account: held by flock, gone with the process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from desk.config.storage import StorageLayout
from desk.contracts.problems import RefusedByState


@contextmanager
def desk_lock(storage: StorageLayout) -> Iterator[None]:
    """Hold the folder; raises RefusedByState while another desk does."""
    descriptor = os.open(storage.lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
            message = f"another desk (process {holder}) runs in {storage.folder}; stop it first"
            raise RefusedByState(message) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
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
        return os.pread(descriptor, 32, 0).decode(errors="replace").strip()
    finally:
        os.close(descriptor)
    return None


def is_held(storage: StorageLayout) -> bool:
    """Tell whether a desk lives in the folder at this moment."""
    return holder(storage) is not None
