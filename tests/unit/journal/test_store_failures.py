"""A disk that is full, locked or damaged: nothing is lost, nothing is guessed, and the desk is told once."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desk.contracts.problems import InputRefused, StoreFailed, StoreSpooled
from desk.contracts.records import JournalEntry
from desk.journal.verify import verify
from tests.builders import ledger as build

SPOOL_BYTES = 1_048_576


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the journal's write lock from another connection."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


def fill_disk(desk: build.Desk) -> None:
    connection = desk.store.connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")


def free_disk(desk: build.Desk) -> None:
    desk.store.connection.execute("PRAGMA max_page_count = 1000000")


def subjects(path: Path) -> list[str]:
    reader = sqlite3.connect(path)
    found = [subject for (subject,) in reader.execute("SELECT subject_id FROM entry ORDER BY sequence")]
    reader.close()
    return found


async def record(desk: build.Desk, *entries: JournalEntry) -> None:
    await desk.recorder.record(*entries)


def many_fills(first: int, count: int) -> list[JournalEntry]:
    return [build.fill_booked(number, size="0.001") for number in range(first, first + count)]


async def test_on_a_full_disk_fills_wait_in_the_spool_and_the_desk_is_told_once(tmp_path: Path) -> None:
    desk = build.Desk(tmp_path / "journal.db", spool_bytes=SPOOL_BYTES)
    await record(desk, build.trade_intended(), build.order_intended())
    fill_disk(desk)
    with pytest.raises(StoreSpooled, match="full"):
        await record(desk, *many_fills(1, 100))
    with pytest.raises(StoreSpooled):
        await record(desk, build.fill_booked(101, size="0.001"))
    assert len(desk.failures) == 1
    assert desk.ledger.has_fill(build.PERP, "101")
    assert desk.store.lag.entries == 101
    free_disk(desk)
    desk.clock.time_ms += 10_000
    await record(desk, build.worker_saved("a", "1"))
    assert desk.store.lag.entries == 0
    assert desk.spool is not None
    assert desk.spool.is_empty
    desk.close()
    assert verify(tmp_path / "journal.db").is_whole
    assert len(subjects(tmp_path / "journal.db")) == 104


async def test_a_second_failure_after_a_recovery_is_told_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    desk = build.Desk(path)
    for episode in (1, 2):
        with locked(path), pytest.raises(StoreFailed):
            await record(desk, build.worker_saved("a", str(episode)))
        desk.clock.time_ms += 10_000
        await record(desk, build.worker_saved("b", str(episode)))
        assert len(desk.failures) == episode
    desk.close()


async def test_while_locked_nothing_is_durable_and_afterwards_all_is_in_order(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    desk = build.Desk(path, spool_bytes=SPOOL_BYTES)
    await record(desk, build.order_intended("before"))
    with locked(path):
        with pytest.raises(StoreFailed, match="locked"):
            await record(desk, build.order_intended("during1"))
        with pytest.raises(StoreFailed):
            await record(desk, build.order_intended("during2"))
        assert subjects(path) == ["before"]
    desk.clock.time_ms += 10_000
    await record(desk, build.order_intended("after"))
    assert subjects(path) == ["before", "during1", "during2", "after"]
    desk.close()
    assert verify(path).is_whole


async def test_after_a_failure_the_next_try_waits_for_its_time(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    desk = build.Desk(path)
    with locked(path), pytest.raises(StoreFailed):
        await record(desk, build.order_intended("first"))
    with pytest.raises(StoreFailed):
        await record(desk, build.order_intended("too soon"))
    desk.clock.time_ms += 100
    await record(desk, build.order_intended("in time"))
    assert subjects(path) == ["first", "too soon", "in time"]
    desk.close()


async def test_a_desk_that_dies_with_a_full_disk_finds_its_fills_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    desk = build.Desk(path, spool_bytes=SPOOL_BYTES)
    await record(desk, build.trade_intended(), build.order_intended())
    with locked(path), pytest.raises(StoreSpooled):
        await record(desk, build.fill_booked(1, size="0.3"))
    with pytest.raises(StoreSpooled):
        await record(desk, build.fill_booked(2, size="0.2"), build.balance_adjusted("5"))
    balance = desk.ledger.balance("USDT")
    desk.store.connection.close()

    again = build.Desk(path, spool_bytes=SPOOL_BYTES)
    position = again.ledger.position(build.TRADE)
    assert position is not None
    assert str(position.size_base) == "0.5"
    assert again.ledger.balance("USDT") == balance
    assert again.spool is not None
    assert again.spool.is_empty
    again.close()
    assert verify(path).is_whole


async def test_a_spool_that_was_not_emptied_in_time_is_not_booked_twice(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    desk = build.Desk(path, spool_bytes=SPOOL_BYTES)
    with locked(path), pytest.raises(StoreSpooled):
        await record(desk, build.balance_adjusted("7"), build.trade_intended(), build.fill_booked())
    desk.spool.clear = lambda: None  # type: ignore[union-attr, method-assign]
    desk.clock.time_ms += 10_000
    await record(desk, build.worker_saved("a", "1"))
    balance = desk.ledger.balance("USDT")
    desk.close()

    again = build.Desk(path, spool_bytes=SPOOL_BYTES)
    assert again.ledger.balance("USDT") == balance
    assert again.spool is not None
    assert again.spool.is_empty
    again.close()
    assert len(subjects(path)) == 4


async def test_a_start_on_a_disk_that_is_still_locked_keeps_the_spool(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    desk = build.Desk(path, spool_bytes=SPOOL_BYTES)
    await record(desk, build.trade_intended())
    with locked(path):
        with pytest.raises(StoreSpooled):
            await record(desk, build.fill_booked(), build.balance_adjusted("7"))
        desk.store.connection.close()
        second = build.Desk(path, spool_bytes=SPOOL_BYTES)
        assert second.ledger.has_fill(build.PERP, "1")
        assert len(second.failures) == 1
        second.store.connection.close()
    third = build.Desk(path, spool_bytes=SPOOL_BYTES)
    assert third.ledger.balance("USDT") == second.ledger.balance("USDT")
    third.close()
    assert verify(path).is_whole
    assert len(subjects(path)) == 3


async def test_a_full_spool_says_so_and_keeps_room_for_facts(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    desk = build.Desk(path, spool_bytes=4096)
    with locked(path):
        with pytest.raises(StoreFailed):
            await record(desk, build.balance_adjusted())
        with pytest.raises(StoreFailed, match="the spool is full"):
            await record(desk, *(build.worker_saved(str(one), "x" * 50) for one in range(20)))
        with pytest.raises(StoreSpooled):
            await record(desk, build.fill_booked())
    desk.close()


async def test_a_batch_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    desk = build.Desk(path)
    await record(desk, build.trade_intended(), build.order_intended())
    before = subjects(path)
    fill_disk(desk)
    with pytest.raises(StoreFailed):
        await record(desk, *many_fills(1, 200))
    desk.store.connection.close()
    assert subjects(path) == before
    assert verify(path).is_whole


@pytest.mark.parametrize("cut", [0, 1, 100, 2000, 4096, 5000, 9000, 20000])
def test_a_torn_log_leaves_a_prefix_of_whole_transactions(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "journal.db"
    desk = build.Desk(path)
    for number in range(8):
        desk.record(build.order_intended(f"a{number}"), build.order_sent(f"a{number}"))
    torn = tmp_path / "torn.db"
    torn.write_bytes(path.read_bytes())
    log = path.with_name("journal.db-wal").read_bytes()
    torn.with_name("torn.db-wal").write_bytes(log[: max(0, len(log) - cut)])
    desk.close()
    after = build.Desk(torn)
    found = subjects(torn)
    assert found == [name for number in range(8) for name in [f"a{number}"] * 2][: len(found)]
    assert len(found) % 2 == 0
    after.record(build.order_intended("goes on"))
    after.close()
    assert verify(torn).is_whole


def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    desk = build.Desk(path)
    desk.record(*many_fills(1, 200))
    desk.close()
    damaged = bytearray(path.read_bytes())
    for at in range(4096, len(damaged), 4096):
        damaged[at : at + 64] = b"\xff" * 64
    path.write_bytes(damaged)
    with pytest.raises(InputRefused, match=r"journal\.db.*restore a copy"):
        build.Desk(path)
    assert path.read_bytes() == damaged
