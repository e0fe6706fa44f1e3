"""Find the journal a command asks: of a desk that lives it is asked over the socket, else it is read."""

import fcntl
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from desk.bootstrap.lock import is_held
from desk.cli.options import JournalOptions
from desk.cli.reaching import ask
from desk.config.platform_file import load_platform
from desk.config.storage import StorageLayout, storage_of
from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.problems import InputRefused, Problem, RefusedByState
from desk.control.socket_client import SocketClient

Answer = TypeVar("Answer")


def asked(
    options: JournalOptions,
    living: Callable[[SocketClient, Path], Awaitable[Answer]],
    resting: Callable[[Path], Answer],
) -> Answer:
    """Ask the desk that has the journal open, or read the file where none does.

    Raises InputRefused where there is no such journal, RefusedByState where its desk lives and cannot be
    asked: two connections on one WAL file are unsafe before SQLite 3.51.3.
    """
    path = options.journal or _desks_own(options)
    if not path.is_file():
        remedy = "run a desk first, or name another by --journal"
        raise InputRefused(Problem(str(path), None, "", "there is no journal", remedy))
    storage = StorageLayout(path.resolve().parent)
    if not is_held(storage):
        with _no_desk_on(storage):
            return resting(path)
    if not (storage.journal.is_file() and path.samefile(storage.journal)):
        return resting(path)  # a copy beside the journal that its desk writes
    try:
        return ask(storage, lambda client: living(client, path))
    except DeskUnreachable as error:
        message = f"a desk is running in {storage.folder} and holds its journal, and cannot be asked: {error}"
        raise RefusedByState(message) from error


def _desks_own(options: JournalOptions) -> Path:
    return storage_of(load_platform(options.platform, options.settings, os.environ).platform).journal


@contextmanager
def _no_desk_on(storage: StorageLayout) -> Iterator[None]:
    """Hold off a desk until the reading is done; raises RefusedByState where one was quicker."""
    try:
        descriptor = os.open(storage.lock, os.O_RDONLY)
    except OSError:
        yield  # no desk ever locked this folder
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"a desk is starting in {storage.folder}; ask again"
        raise RefusedByState(message) from None
    else:
        yield
    finally:
        os.close(descriptor)
