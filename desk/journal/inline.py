"""The store for virtual runs: stdlib SQLite and no thread, durable at once or in groups."""

import sqlite3
from pathlib import Path

from desk.contracts.ports.time import Clock
from desk.contracts.problems import StoreFailed
from desk.journal.asking import Answer, Question
from desk.journal.batch import Batch
from desk.journal.codec import GENESIS, EncodedEntry
from desk.journal.line import Line, StoreLag, StoreListener
from desk.journal.opening import BUSY_TIMEOUT_MS, Durability, open_journal
from desk.journal.projection import SqliteArchive, head, is_written, load_image
from desk.journal.reader import JournalReader, told_at_once
from desk.journal.writing import gathered, write
from desk.ledger.ledger import Ledger

GROUP_ENTRIES = 512
"""A replay writes this many entries at once: it can be run again, so it need not wait for the disk."""


class InlineStore:
    """Write synchronously; the file is opened by `load`.

    With FULL durability each batch is committed before `submit` returns, with NORMAL whole groups are: those
    who wait are told at once, and a crash may cost the last group.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        durability: Durability = Durability.FULL,
        *,
        busy_timeout_ms: int = BUSY_TIMEOUT_MS,
    ) -> None:
        self._path = path
        self._durability = durability
        self._busy_timeout_ms = busy_timeout_ms
        self._line = Line(clock)
        self._connection: sqlite3.Connection | None = None

    def load(self) -> Ledger:
        """Open the file and return the ledger it holds; raises InputRefused where it is no whole journal."""
        self._connection = open_journal(self._path, self._durability, busy_timeout_ms=self._busy_timeout_ms)
        ledger = Ledger(SqliteArchive(self._connection))
        ledger.restore(load_image(self._connection))
        return ledger

    async def open(self) -> Ledger:
        """Do as `load`."""
        return self.load()

    def head(self) -> tuple[int, bytes]:
        """Return sequence and hash of the newest durable entry."""
        return head(self.connection) or (0, GENESIS)

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
        """Write a batch and all before it, now or with its group; after a failure, when it is time again."""
        self._line.add(batch)
        if self._line.retry_in_ms() > 0:
            self._line.refuse()
        elif self._durability is Durability.NORMAL and self._line.lag.entries < GROUP_ENTRIES:
            batch.settled(None)
        else:
            self._write()

    async def ask(self, question: Question[Answer]) -> Answer:
        """Write what waits for its group, then answer."""
        if self._line.lag.entries and not self._line.is_failing:
            self._write()
        return told_at_once(question(JournalReader(self.connection, self._path)))

    def _write(self) -> None:
        batches = self._line.waiting()
        try:
            write(self.connection, gathered(batches))
        except sqlite3.Error as error:
            self._line.failed(StoreFailed(f"{self._path}: {error}"))
        else:
            self._line.written(batches)

    def shut(self) -> None:
        """Write what waits and close the file; what cannot be written stays in the spool."""
        if self._connection is None:
            return
        if self._line.lag.entries:
            self._write()
        self._connection.close()
        self._connection = None

    async def close(self) -> None:
        """Do as `shut`."""
        self.shut()

    @property
    def connection(self) -> sqlite3.Connection:
        """The one connection to the file; raises StoreFailed where it is not open."""
        if self._connection is None:
            message = f"{self._path}: the journal is not open"
            raise StoreFailed(message)
        return self._connection
