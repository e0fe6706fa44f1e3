"""Find the journal a command asks, and keep a living desk and a reader apart."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desk.cli.options import JournalOptions
from desk.config.platform_file import load_platform
from desk.config.storage import StorageLayout, storage_of
from desk.contracts.problems import InputRefused, Problem, RefusedByState


@contextmanager
def open_for_reading(options: JournalOptions) -> Iterator[Path]:
    """Give the journal's path, and hold off its desk until the reading is done.

    Raises InputRefused where there is no such journal, RefusedByState while its desk lives: two connections
    on one WAL file are unsafe before SQLite 3.51.3.
    """
    path = options.journal or _desks_own(options)
    if not path.is_file():
        remedy = "run a desk first, or name another by --journal"
        raise InputRefused(Problem(str(path), None, "", "there is no journal", remedy))
    with _no_desk_on(StorageLayout(path.parent)):
        yield path


def _desks_own(options: JournalOptions) -> Path:
    return storage_of(load_platform(options.platform, options.settings, os.environ).platform).journal


@contextmanager
def _no_desk_on(storage: StorageLayout) -> Iterator[None]:
    try:
        descriptor = os.open(storage.lock, os.O_RDONLY)
    except OSError:
        yield  # no desk ever locked this folder
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"a desk is running in {storage.folder} and holds its journal; stop it first"
        raise RefusedByState(message) from None
    else:
        yield
    finally:
        os.close(descriptor)
