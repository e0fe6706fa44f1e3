"""The store of a living desk: one aiosqlite connection, one writer, everything that waits in one commit."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import aiosqlite

from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.problems import InputRefused, StoreFailed
from desk.journal.asking import Answer, Question
from desk.journal.batch import Batch
from desk.journal.codec import GENESIS, EncodedEntry
from desk.journal.line import Line, StoreLag, StoreListener
from desk.journal.opening import BUSY_TIMEOUT_MS, Durability, open_journal, refusal
from desk.journal.projection import SqliteArchive, head, is_written, load_image
from desk.journal.reader import JournalReader, Steps
from desk.journal.writing import gathered, write
from desk.ledger.ledger import Ledger
from desk.ledger.memory import LedgerImage

IDLE_S = 0.25
"""Without a write for this long, the log is checkpointed."""

CHECKPOINT_BYTES = 1_048_576
"""Less than this written since the last checkpoint is left for later."""

STEPS_AT_ONCE = 8
"""An answer takes so many steps in one turn of the connection, then lets the writer have its own."""

Result = TypeVar("Result")


class DurableStore:
    """Write in a thread of its own; a batch counts as durable when its commit returned.

    Cancelling a writer that waits cancels nothing here: the one task that writes is not its own.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        spawner: Spawner,
        durability: Durability = Durability.FULL,
        *,
        busy_timeout_ms: int = BUSY_TIMEOUT_MS,
    ) -> None:
        self._path = path
        self._spawner = spawner
        self._durability = durability
        self._busy_timeout_ms = busy_timeout_ms
        self._line = Line(clock)
        self._database: aiosqlite.Connection | None = None
        self._connection: sqlite3.Connection | None = None
        self._refusal: InputRefused | None = None
        self._head: tuple[int, bytes] = (0, GENESIS)
        self._wake = asyncio.Event()
        self._ended = asyncio.Event()
        self._askers: list[asyncio.Future[None]] = []
        self._closing = False
        self._unchecked_bytes = 0

    async def open(self) -> Ledger:
        """Open the file and return the ledger it holds; raises InputRefused where it is no whole journal."""
        database = aiosqlite.Connection(self._connect, iter_chunk_size=64)
        self._database = await database
        if self._refusal is not None:
            await database.close()
            raise self._refusal
        image, self._head = await self._run(self._load)
        ledger = Ledger(SqliteArchive(self.connection))
        ledger.restore(image)
        self._spawner.spawn("journal writer", self._write_until_closed())
        return ledger

    def _connect(self) -> sqlite3.Connection:
        """Open the file; a refusal is kept for `open`, as aiosqlite leaves its thread behind on an error."""
        try:
            self._connection = open_journal(
                self._path, self._durability, busy_timeout_ms=self._busy_timeout_ms
            )
        except InputRefused as refusal:
            self._refusal = refusal
            return sqlite3.connect(":memory:", check_same_thread=False)
        return self._connection

    def _load(self) -> tuple[LedgerImage, tuple[int, bytes]]:
        connection = self.connection
        return load_image(connection), head(connection) or (0, GENESIS)

    def head(self) -> tuple[int, bytes]:
        """Return sequence and hash of the newest entry when the file was opened."""
        return self._head

    def is_written(self, entry: EncodedEntry) -> bool:
        """Tell whether this very entry is durable."""
        return is_written(self.connection, entry)

    def listen(self, listener: StoreListener) -> None:
        """Tell `listener` of failures."""
        self._line.listener = listener

    @property
    def lag(self) -> StoreLag:
        """What waits to be durable."""
        return self._line.lag

    def submit(self, batch: Batch) -> None:
        """Put a batch in line; while the store fails its writer is told so at once."""
        if self._closing:
            message = f"{self._path}: the journal is closed"
            raise StoreFailed(message)
        self._line.add(batch)
        self._line.refuse()
        self._wake.set()

    async def ask(self, question: Question[Answer]) -> Answer:
        """Answer on the connection's thread, in turns with the writer; raises StoreFailed once closed.

        While the store fails, the answer is from what is durable.
        """
        if self._line.lag.entries and not self._line.is_failing and not self._closing:
            await self._written_up()
        steps = question(JournalReader(self.connection, self._path))
        try:
            while not (answers := await self._run(lambda: _some_steps(steps))):
                pass
        except sqlite3.Error as error:
            raise refusal(self._path, "", f"cannot be read: {error}") from error
        return answers[0]

    async def _written_up(self) -> None:
        """Wait until the writer tried to write all that waits now."""
        asker = asyncio.get_running_loop().create_future()
        self._askers.append(asker)
        self._wake.set()
        await asker

    def _tell(self, askers: list[asyncio.Future[None]]) -> None:
        for asker in askers:
            if not asker.done():
                asker.set_result(None)

    async def close(self) -> None:
        """Write what waits, checkpoint, and close the file; what cannot be written stays in the spool."""
        if self._database is None:
            return
        self._closing = True
        self._wake.set()
        await self._ended.wait()
        await self._write()  # what is left where the writer was cancelled
        await self._database.close()
        self._database = self._connection = None

    async def _write_until_closed(self) -> None:
        try:
            while not self._closing:
                await self._wait()
                await asyncio.sleep(0)  # what the same tick sets going belongs into the same commit
                askers, self._askers = self._askers, []
                await self._write()
                self._tell(askers)
            await self._checkpoint()
        finally:
            self._end()

    def _end(self) -> None:
        """Take nothing more; where the writer stopped by itself, nobody may wait for it in vain."""
        if not self._closing:
            self._closing = True
            self._line.failed(StoreFailed(f"{self._path}: the journal's writer stopped"))
        self._tell(self._askers)
        self._ended.set()

    async def _wait(self) -> None:
        """Wait for work, or while the store fails for the time to try again; use an idle moment."""
        while self._line.is_failing and not self._closing and self._line.retry_in_ms() > 0:
            await self._woken_within(self._line.retry_in_ms() / 1000)
        if self._line.lag.entries or self._closing:
            return
        if not await self._woken_within(IDLE_S):
            await self._checkpoint()
            await self._wake.wait()
        self._wake.clear()

    async def _woken_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return False
        if self._line.is_failing:
            self._wake.clear()
        return True

    async def _write(self) -> None:
        batches = self._line.waiting()
        if not batches:
            return
        try:
            transaction = gathered(batches)
            await self._run(lambda: write(self.connection, transaction))
        except sqlite3.Error as error:
            self._line.failed(StoreFailed(f"{self._path}: {error}"))
        else:
            self._unchecked_bytes += sum(batch.size_bytes for batch in batches)
            self._line.written(batches)

    async def _checkpoint(self) -> None:
        if self._unchecked_bytes < CHECKPOINT_BYTES and not self._closing:
            return
        self._unchecked_bytes = 0
        try:
            await self._run(lambda: self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall())
        except sqlite3.Error as error:
            self._line.failed(StoreFailed(f"{self._path}: {error}"))

    async def _run(self, work: Callable[[], Result]) -> Result:
        """Run `work` on the connection's thread in one hop; aiosqlite has no public way to do so."""
        if self._database is None:
            message = f"{self._path}: the journal is not open"
            raise StoreFailed(message)
        result: Result = await self._database._execute(work)  # type: ignore[no-untyped-call]  # noqa: SLF001
        return result

    @property
    def connection(self) -> sqlite3.Connection:
        """The one connection to the file, of its own thread; raises StoreFailed where it is not open."""
        if self._connection is None:
            message = f"{self._path}: the journal is not open"
            raise StoreFailed(message)
        return self._connection


def _some_steps(steps: Steps[Answer]) -> list[Answer]:
    """Take some steps; return the answer once there is one."""
    try:
        for _ in range(STEPS_AT_ONCE):
            next(steps)
    except StopIteration as end:
        answer: Answer = end.value
        return [answer]
    return []
