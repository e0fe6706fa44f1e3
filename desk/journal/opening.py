"""Open the journal's file: its rights, its pragmas, its schema, and whether it is whole."""

import os
import sqlite3
from enum import StrEnum
from importlib import resources
from pathlib import Path

from desk.contracts.problems import InputRefused, Problem

BUSY_TIMEOUT_MS = 5_000
WAL_PAGES = 16_384
"""Checkpoint by force beyond this (64 MiB); before that, only when idle."""


class Durability(StrEnum):
    """What survives a power loss: everything recorded, or, for replays, all but the last moments."""

    FULL = "FULL"
    NORMAL = "NORMAL"


def open_journal(
    path: Path, durability: Durability, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS
) -> sqlite3.Connection:
    """Open or create the journal, ready to be written.

    Raises InputRefused where the file is no whole journal, or one of a newer desk. Nothing is ever deleted.
    """
    is_new = not path.exists()
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise refusal(path, "", f"cannot be opened: {error.strerror}", "give a folder you own") from error
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA busy_timeout = {busy_timeout_ms}")
        check_whole(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {durability.value}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
        migrate(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise refusal(path, "", f"cannot be opened: {error}") from error
    except InputRefused:
        connection.close()
        raise
    if is_new:
        _sync_directory(path.parent)
    return connection


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open a journal to be read only; raises InputRefused where there is none.

    One of an earlier schema is read from a copy in memory, brought up to date; the file stays as it is.
    """
    if not path.is_file():
        raise refusal(path, "", "there is no journal", "name the journal with --journal PATH")
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        if _version(connection) == 0:
            raise refusal(path, "user_version", "this file is no journal", "name a journal's file")
        _refuse_newer(connection, path)
        if _version(connection) < len(migrations()):
            connection = _copy_brought_up_to_date(connection)
    except sqlite3.Error as error:
        connection.close()
        raise refusal(path, "", f"cannot be read: {error}") from error
    except InputRefused:
        connection.close()
        raise
    return connection


def check_whole(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a damaged file."""
    found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
    if found != ["ok"]:
        raise refusal(path, "quick_check", f"the file is damaged: {'; '.join(found)}")


def migrations() -> list[str]:
    """Return the scripts that build the schema, in their numbered order."""
    folder = resources.files("desk.journal") / "schema"
    scripts = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".sql")), key=lambda one: one.name
    )
    return [script.read_text(encoding="utf-8") for script in scripts]


def migrate(connection: sqlite3.Connection, path: Path, scripts: list[str] | None = None) -> None:
    """Bring the schema up to date, each step whole or not at all; an older file is copied first."""
    steps = migrations() if scripts is None else scripts
    version = _version(connection)
    _refuse_newer(connection, path, len(steps))
    if 0 < version < len(steps):
        connection.execute("VACUUM INTO ?", (f"{path}.before-{version + 1}",))
    _take(connection, steps)


def _copy_brought_up_to_date(connection: sqlite3.Connection) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", isolation_level=None)
    connection.backup(copy)
    connection.close()
    _take(copy, migrations())
    return copy


def _take(connection: sqlite3.Connection, steps: list[str]) -> None:
    """Take the steps that the schema lacks, each whole or not at all."""
    version = _version(connection)
    for number, script in enumerate(steps[version:], start=version + 1):
        try:
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _refuse_newer(connection: sqlite3.Connection, path: Path, known: int | None = None) -> None:
    newest = len(migrations()) if known is None else known
    version = _version(connection)
    if version > newest:
        what = f"the journal has schema {version}, this desk knows up to {newest}"
        raise refusal(path, "user_version", what, "run the newer desk that wrote it")


def refusal(
    path: Path, key: str, what: str, remedy: str = "restore a copy, and keep this file"
) -> InputRefused:
    """Return the refusal of a journal's file: what is wrong with it, and what to do."""
    return InputRefused(Problem(str(path), None, key, what, remedy))


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
