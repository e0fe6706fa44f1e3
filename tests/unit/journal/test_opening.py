"""The journal's file: made whole, refused when it is not ours to understand, never deleted."""

import json
import sqlite3
from pathlib import Path

import pytest

from desk.contracts.problems import InputRefused
from desk.journal.export import export
from desk.journal.opening import (
    Durability,
    migrate,
    migrations,
    open_journal,
    open_read_only,
)
from desk.journal.verify import verify
from desk.ledger.tables import SHAPES
from tests.builders import ledger as build


def test_every_projection_has_its_table_with_its_columns_and_key(tmp_path: Path) -> None:
    connection = open_journal(tmp_path / "journal.db", Durability.FULL)
    for table, shape in SHAPES.items():
        info = connection.execute(f"PRAGMA table_info({table.value})").fetchall()
        assert sorted(row[1] for row in info) == sorted(shape.columns), table
        assert tuple(row[1] for row in sorted(info, key=lambda row: row[5]) if row[5]) == shape.key, table
    strict = connection.execute(
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0"
    ).fetchall()
    assert [name for (name,) in strict if not name.startswith("sqlite_")] == []
    connection.close()


def test_the_file_is_written_ahead_and_in_full(tmp_path: Path) -> None:
    connection = open_journal(tmp_path / "journal.db", Durability.FULL)
    settings = [
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
    ]
    assert settings == ["wal", 2]
    connection.close()


def test_a_journal_of_a_newer_desk_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    connection = open_journal(path, Durability.FULL)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    refused = r"schema 99, this desk knows up to \d+; run the newer desk"
    with pytest.raises(InputRefused, match=refused):
        open_journal(path, Durability.FULL)
    with pytest.raises(InputRefused, match=refused):
        open_read_only(path)


def test_a_migration_that_fails_changes_nothing_and_the_old_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    build.Desk(path).close()
    connection = sqlite3.connect(path, isolation_level=None)
    broken = [*migrations(), "CREATE TABLE extra (a TEXT) STRICT; SELECT nothing FROM nowhere;"]
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, path, broken)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == len(migrations())
    assert (
        connection.execute("SELECT count(*) FROM pragma_table_list WHERE name = 'extra'").fetchone()[0] == 0
    )
    connection.close()
    assert verify(Path(f"{path}.before-{len(broken)}")).is_whole


def test_a_migration_brings_the_schema_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    build.Desk(path).close()
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, path, [*migrations(), "CREATE TABLE extra (a TEXT) STRICT;"])
    assert connection.execute("PRAGMA user_version").fetchone()[0] == len(migrations()) + 1
    connection.close()


@pytest.mark.parametrize("content", [None, b"", b"this is no journal " * 300])
def test_reading_what_is_no_journal_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "journal.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputRefused, match=r"journal\.db"):
        verify(path)


def test_a_folder_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="cannot be opened"):
        open_journal(tmp_path / "absent" / "journal.db", Durability.FULL)


def test_an_export_is_one_json_object_a_line_with_its_place_in_the_chain(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db")
    desk.record(build.directive_issued(), build.order_intended(limit="99.50"))
    head = desk.recorder.head_hash()
    desk.close()
    lines = [json.loads(line) for line in export(tmp_path / "journal.db")]
    assert [line["sequence"] for line in lines] == [1, 2]
    assert lines[0]["hash"] == lines[1]["previous_hash"]
    assert lines[1]["hash"] == head
    assert lines[1]["record"]["request"]["limit_price"] == "99.50"
    assert lines[0]["causes"] == [build.BIRTH]
    assert lines[0]["time"] == "2023-11-14T22:13:20.000Z"


def test_the_same_facts_give_the_same_hash_and_others_another(tmp_path: Path) -> None:
    heads = []
    for name, price in (("a", "100"), ("b", "100"), ("c", "100.0")):
        desk = build.Desk(tmp_path / f"{name}.db")
        desk.record(build.order_intended())
        desk.record(build.fill_booked(price=price))
        heads.append(desk.recorder.head_hash())
        desk.close()
    assert heads[0] == heads[1] != heads[2]


def written_by_an_earlier_desk(path: Path, schema: int) -> None:
    """Write a journal with one open trade as a desk of an earlier schema left it."""
    now = path.with_suffix(".now")
    desk = build.Desk(now)
    desk.record(build.directive_issued(), build.trade_intended(), build.order_intended())
    desk.record(build.fill_booked())
    desk.close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("".join(migrations()[:schema]) + f"PRAGMA user_version = {schema};")
    connection.execute("ATTACH ? AS now", (str(now),))
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    for (table,) in tables:
        columns = ", ".join(f'"{row[1]}"' for row in connection.execute(f"PRAGMA table_info({table})"))
        connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM now.{table}")  # noqa: S608
    connection.close()


@pytest.mark.parametrize("schema", range(1, len(migrations())))
def test_a_journal_of_an_earlier_schema_is_read_as_it_is(schema: int, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    written_by_an_earlier_desk(path, schema)
    before = path.read_bytes()
    assert verify(path).is_whole
    assert path.read_bytes() == before


@pytest.mark.parametrize("schema", range(1, len(migrations())))
def test_a_desk_goes_on_with_a_journal_of_an_earlier_schema(schema: int, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    written_by_an_earlier_desk(path, schema)
    desk = build.Desk(path)
    (trade,) = desk.ledger.open_positions()
    assert (trade.hold_for_ms, trade.leave_at_ms) == (None, None)
    desk.record(build.fill_booked(2, size="0.5"))
    desk.close()
    assert verify(path).is_whole
    assert verify(Path(f"{path}.before-{schema + 1}")).is_whole


def test_a_trade_remembers_how_long_it_may_be_held(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    desk = build.Desk(path)
    desk.record(build.directive_issued(), build.trade_intended(hold_for_ms=90_000), build.order_intended())
    desk.record(build.fill_booked())
    desk.close()
    again = build.Desk(path)
    (trade,) = again.ledger.open_positions()
    assert trade.opened_at_ms is not None
    assert trade.leave_at_ms == trade.opened_at_ms + 90_000
    again.close()
    assert verify(path).is_whole
