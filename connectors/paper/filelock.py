"""One process per account file."""

import fcntl
import os
import weakref
from pathlib import Path

from desk.contracts.problems import RefusedByState


class FileLock:
    """Hold the lock beside a file until released, dropped, or the process dies.

    Raises RefusedByState where another holds it.
    """

    def __init__(self, path: Path) -> None:
        beside = path.with_name(f"{path.name}.lock")
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            message = (
                f"another desk holds the paper account {path}; stop it, or give this one an account file"
            )
            raise RefusedByState(message) from None
        self.release = weakref.finalize(self, os.close, descriptor)
