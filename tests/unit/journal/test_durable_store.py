"""The store of a living desk: one writer through aiosqlite, durable before it says so."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from desk.contracts.ids import TradeId
from desk.contracts.orders import OrderStatus
from desk.contracts.problems import InputRefused, StoreFailed, StoreSpooled
from desk.journal.durable import DurableStore
from desk.journal.recorder import JournalRecorder
from desk.journal.spool import Spool
from desk.journal.verify import verify
from desk.ledger.ledger import Ledger
from tests.builders import ledger as build


class LiveDesk:
    """A desk whose journal is written by a task of its own."""

    def __init__(self, store: DurableStore, ledger: Ledger, spool: Spool, clock: build.HandClock) -> None:
        self.store = store
        self.clock = clock
        self.ledger = ledger
        self.spool = spool
        self.failures: list[StoreFailed] = []
        self.recorder = JournalRecorder(ledger, store, spool, self.failures.append)


@asynccontextmanager
async def living(path: Path) -> AsyncIterator[LiveDesk]:
    clock = build.HandClock()
    store = DurableStore(path, clock, build.LoopSpawner(), busy_timeout_ms=0)
    ledger = await store.open()
    spool = Spool(path.with_suffix(".spool"), 1_048_576)
    try:
        yield LiveDesk(store, ledger, spool, clock)
    finally:
        await store.close()
        spool.close()


def count(path: Path) -> int:
    reader = sqlite3.connect(path)
    found = int(reader.execute("SELECT count(*) FROM entry").fetchone()[0])
    reader.close()
    return found


async def test_a_restart_finds_what_was_recorded(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with living(path) as desk:
        await desk.recorder.record(build.trade_intended(), build.order_intended(), build.fill_booked())
        head = desk.recorder.head_hash()
    async with living(path) as again:
        assert [one.trade_id for one in again.ledger.open_positions()] == [build.TRADE]
        assert again.ledger.count_orders(OrderStatus.FILLED) == 1
        assert again.recorder.head_hash() == head
    assert verify(path).is_whole


async def test_the_ledger_follows_at_once_and_the_disk_before_the_await_returns(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with living(path) as desk:
        durable = desk.recorder.record(build.order_intended())
        assert desk.ledger.order("entry1") is not None
        assert desk.store.lag.entries == 1
        assert desk.store.lag.size_bytes > 100
        await durable
        assert count(path) == 1
        assert desk.store.lag.entries == 0


async def test_everything_that_waits_is_one_commit(tmp_path: Path) -> None:
    async with living(tmp_path / "journal.db") as desk:
        await desk.recorder.record(build.balance_adjusted())
        statements: list[str] = []
        desk.store.connection.set_trace_callback(statements.append)
        waits = [desk.recorder.record(build.order_intended(f"o{number}")) for number in range(50)]
        await asyncio.gather(*waits)
        desk.store.connection.set_trace_callback(None)
        assert statements.count("COMMIT") == 1


def record_trades(desk: LiveDesk, numbers: range) -> Awaitable[None]:
    """Record trades that end at once, each in a batch of its own."""
    made = [desk.recorder.record(build.trade_intended(trade(one), flow=None)) for one in numbers]
    return made[-1]


def trade(number: int) -> TradeId:
    return TradeId.at(build.START_MS, number)


async def test_memory_lets_go_of_what_ended_as_soon_as_all_of_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.ledger.memory.TRADES_KEPT", 10)
    monkeypatch.setattr("desk.journal.recorder.TRIM_EVERY", 5)
    async with living(tmp_path / "journal.db") as desk:
        durable = record_trades(desk, range(100))
        assert len(desk.ledger.trades()) == 100
        await durable
        assert len(desk.ledger.trades()) == 10
        assert desk.ledger.knows_trade(trade(99))
        assert not desk.ledger.knows_trade(trade(0))


async def test_a_look_at_what_ended_long_ago_brings_it_back_for_a_while_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.ledger.memory.TRADES_KEPT", 10)
    monkeypatch.setattr("desk.journal.recorder.TRIM_EVERY", 5)
    async with living(tmp_path / "journal.db") as desk:
        await record_trades(desk, range(100))
        seen = [desk.ledger.position(trade(number)) for number in range(50)]
        assert all(seen)
        await record_trades(desk, range(100, 105))
        assert len(desk.ledger.trades()) == 10


async def test_cancelling_one_who_waits_cancels_no_write(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"

    started = asyncio.Event()

    async def wait(desk: LiveDesk) -> None:
        started.set()
        await desk.recorder.record(build.order_intended())

    async with living(path) as desk:
        task = asyncio.get_running_loop().create_task(wait(desk))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await desk.recorder.record(build.order_intended("entry2"))
        assert count(path) == 2


async def test_closing_writes_what_nobody_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with living(path) as desk:
        for number in range(10):
            desk.recorder.record(build.order_intended(f"o{number}"))
    assert count(path) == 10
    assert not path.with_name("journal.db-wal").exists()


async def test_fills_are_spooled_while_the_file_is_locked_and_then_written_in_order(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.db"
    async with living(path) as desk:
        await desk.recorder.record(build.trade_intended(), build.order_intended())
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        first = desk.recorder.record(build.fill_booked(1, size="0.5"))
        second = desk.recorder.record(build.fill_booked(2, size="0.5"))
        for durable in (first, second):
            with pytest.raises(StoreSpooled, match="locked"):
                await durable
        assert len(desk.failures) == 1
        assert len(desk.spool.batches()) == 2
        other.execute("ROLLBACK")
        other.close()
        with pytest.raises(StoreSpooled):
            await desk.recorder.record(build.fill_booked(3, size="0.5"))
        desk.clock.time_ms += 10_000
        await desk.store.close()
        assert desk.spool.is_empty
    report = verify(path)
    assert report.is_whole
    assert report.share.own == 3


async def test_a_desk_that_dies_while_failing_finds_its_fills_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with living(path) as desk:
        await desk.recorder.record(build.trade_intended(), build.order_intended())
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreSpooled):
            await desk.recorder.record(build.fill_booked())
    assert count(path) == 2
    other.execute("ROLLBACK")
    other.close()
    async with living(path) as again:
        assert again.ledger.has_fill(build.PERP, "1")
        await again.recorder.record(build.flow_ended())
        assert again.spool.is_empty
    assert verify(path).is_whole


async def test_nothing_is_taken_after_the_close(tmp_path: Path) -> None:
    async with living(tmp_path / "journal.db") as desk:
        await desk.store.close()
        with pytest.raises(StoreFailed, match="closed"):
            desk.recorder.record(build.balance_adjusted())


async def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_text("this is no database, and long enough to be read as one" * 100)
    store = DurableStore(path, build.HandClock(), build.LoopSpawner())
    with pytest.raises(InputRefused, match="not a database"):
        await store.open()
    assert path.read_text().startswith("this is no database")


async def test_nobody_waits_for_a_writer_that_stopped(tmp_path: Path) -> None:
    spawner = build.LoopSpawner()
    store = DurableStore(tmp_path / "journal.db", build.HandClock(), spawner, busy_timeout_ms=0)
    ledger = await store.open()
    failures: list[StoreFailed] = []
    recorder = JournalRecorder(ledger, store, None, failures.append)
    await recorder.record(build.balance_adjusted())
    durable = recorder.record(build.order_intended())
    spawner.tasks[0].cancel()
    with pytest.raises(StoreFailed, match="writer stopped"):
        await durable
    assert len(failures) == 1
    await store.close()
    assert count(tmp_path / "journal.db") == 2


WRITER = """
import asyncio, sys
from pathlib import Path
from desk.journal.durable import DurableStore
from desk.journal.recorder import JournalRecorder
from tests.builders import ledger as build

async def main():
    store = DurableStore(Path(sys.argv[1]), build.HandClock(), build.LoopSpawner())
    recorder = JournalRecorder(await store.open(), store, None, print)
    for number in range(1, 100_000):
        order = f"o{number}"
        await recorder.record(build.order_intended(order), build.fill_booked(number, order=order))
        print(number, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("after", [1, 40])
def test_a_killed_process_has_lost_nothing_it_acknowledged(tmp_path: Path, after: int) -> None:
    path = tmp_path / "journal.db"
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(after)][-1]
        writer.kill()
        acknowledged = max([acknowledged, *(int(line) for line in writer.stdout if line.endswith("\n"))])
    desk = build.Desk(path)
    assert desk.ledger.has_fill(build.PERP, str(acknowledged))
    assert desk.recorder.head_hash() == verify(path).head_hash
    desk.close()
    report = verify(path)
    assert report.is_whole
    assert report.entries % 2 == 0
