"""Record facts: the ledger follows at once, the journal in order, and no failure of the disk loses a fill."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from desk.contracts.execution import FlowCompletion
from desk.contracts.problems import DuplicateRecord, StoreFailed, StoreSpooled
from desk.contracts.records import JournalEntry, OrderIntended, PeriodRecorded, TradeIntended
from desk.journal.asking import Answer, Question
from desk.journal.batch import Batch, Settle, Settled
from desk.journal.codec import EncodedEntry, EntryRow, chained, decode, encode
from desk.journal.line import StoreLag, StoreListener
from desk.journal.spool import Spool
from desk.ledger.ledger import Ledger
from desk.ledger.rows import Row
from desk.ledger.tables import SHAPES
from desk.ledger.touched import RowKey

OnFailure = Callable[[StoreFailed], None]
TRIM_EVERY = 256
"""At least so many batches between two looks at what memory no longer needs."""


class BatchStore(Protocol):
    """The store as the recorder sees it."""

    @property
    def lag(self) -> StoreLag:
        """What waits to be durable."""
        ...

    def head(self) -> tuple[int, bytes]:
        """Return sequence and hash of the newest entry when the file was opened."""
        ...

    def is_written(self, entry: EncodedEntry) -> bool:
        """Tell whether this very entry is durable."""
        ...

    def listen(self, listener: StoreListener) -> None:
        """Tell `listener` of failures."""
        ...

    def submit(self, batch: Batch) -> None:
        """Put a batch in line."""
        ...

    async def ask(self, question: Question[Answer]) -> Answer:
        """Answer from all that is recorded by now."""
        ...


class JournalRecorder:
    """Implement the Recorder port over a ledger and a store that was just opened.

    While the store fails, batches with facts of orders and fills go to the spool; `on_failure` hears of
    each such episode once. What an earlier run left in the spool is recorded before anything else.
    """

    def __init__(self, ledger: Ledger, store: BatchStore, spool: Spool | None, on_failure: OnFailure) -> None:
        self._ledger = ledger
        self._store = store
        self._spool = spool
        self._on_failure = on_failure
        self._sequence, self._hash = store.head()
        self._recorded = 0
        store.listen(self)
        self._replay()

    def head_hash(self) -> str:
        """Return the hash of the newest recorded entry: it stands for the whole journal."""
        return self._hash.hex()

    async def ask(self, question: Question[Answer]) -> Answer:
        """Answer a question about the journal; raises StoreFailed where it is closed."""
        return await self._store.ask(question)

    def record(self, *entries: JournalEntry) -> Awaitable[None]:
        """Apply `entries` to the ledger and put them in line as one transaction.

        The result is awaited for durability; it raises StoreFailed, or StoreSpooled where the entries are
        safe in the spool. Raises DuplicateRecord, before anything changes, for a fact that exists already.
        """
        self._check_unique(entries)
        awaited, settle = _outcome()
        self._submit(entries, [encode(entry) for entry in entries], settle)
        return awaited

    def _submit(
        self, entries: Sequence[JournalEntry], encoded: Sequence[EncodedEntry], settle: Settle
    ) -> None:
        keys: dict[RowKey, None] = {}
        for entry in entries:
            keys.update(dict.fromkeys(self._ledger.apply(entry).rows))
        once = {key: self._once(key) for key in keys if SHAPES[key[0]].written_once}
        placed = [self._placed(text) for text in encoded]
        pairs = zip(entries, placed, strict=True)
        causes = [(cause, row.sequence) for entry, row in pairs for cause in entry.causes]
        size_bytes = sum(len(text.data) for text in encoded)
        batch = Batch(placed, causes, tuple(keys), once, self._ledger.row, size_bytes, settle)
        self._recorded += 1
        self._store.submit(batch)

    def _once(self, key: RowKey) -> Row:
        row = self._ledger.row(key)
        assert row is not None  # noqa: S101 - what is written once is never taken back
        return row

    def _placed(self, encoded: EncodedEntry) -> EntryRow:
        self._sequence += 1
        self._hash = chained(self._hash, self._sequence, encoded)
        return EntryRow(self._sequence, *encoded, self._hash)

    def _check_unique(self, entries: Sequence[JournalEntry]) -> None:
        seen: set[str] = set()
        for entry in entries:
            fact = self._unique_fact(entry)
            if fact is None:
                continue
            name, exists = fact
            if exists or name in seen:
                message = f"{name} is recorded already"
                raise DuplicateRecord(message)
            seen.add(name)

    def _unique_fact(self, entry: JournalEntry) -> tuple[str, bool] | None:
        """Name the fact of an entry that may exist once, and tell whether it does."""
        match entry.record:
            case FlowCompletion(flow_id=flow_id):
                return f"the end of flow {flow_id}", self._ledger.is_flow_ended(flow_id)
            case PeriodRecorded(claim=claim):
                return f"period {claim.key}", self._ledger.is_claimed(claim.key)
            case OrderIntended(request=request):
                client_order_id = request.client_order_id
                return f"order {client_order_id}", self._ledger.knows_order(client_order_id)
            case TradeIntended(trade_id=trade_id):
                return f"trade {trade_id}", self._ledger.knows_trade(trade_id)
            case _:
                return None

    def _replay(self) -> None:
        """Record what an earlier run could only spool, but for what reached the journal after all."""
        if self._spool is None or self._spool.is_empty:
            return
        waiting = dict.fromkeys(text for batch in self._spool.batches() for text in batch)
        fresh = [text for text in waiting if not self._store.is_written(text)]
        if fresh:
            self._submit([decode(text) for text in fresh], fresh, self._replayed)
        else:
            self.recovered()

    def _replayed(self, error: StoreFailed | None) -> None:
        if error is None:
            self.recovered()

    def failed(self, batch: Batch, error: StoreFailed) -> StoreFailed:
        """Take a batch to the spool; return what its writer is told."""
        if self._spool is None:
            return error
        if batch.settle == self._replayed:
            return StoreSpooled(f"{error}; still in the spool")
        try:
            is_kept = self._spool.append(batch.entries)
        except StoreFailed as spool_error:
            return StoreFailed(f"{error}; {spool_error}")
        return (
            StoreSpooled(f"{error}; kept in the spool")
            if is_kept
            else StoreFailed(f"{error}; the spool is full")
        )

    def failing(self, error: StoreFailed) -> None:
        """Tell the desk, once per episode."""
        self._on_failure(error)

    def recovered(self) -> None:
        """Empty the spool: all of it is in the journal."""
        if self._spool is not None:
            self._spool.clear()

    def caught_up(self) -> None:
        """Let memory go, now and then, of what it no longer needs: just now all of it is durable.

        Not while recording: a store with a writer of its own never has all written by the time that
        `submit` returns.
        """
        if self._recorded >= TRIM_EVERY:
            self._recorded = 0
            self._ledger.trim()


def _outcome() -> tuple[Awaitable[None], Settle]:
    """Return what the writer awaits and how it is settled: a future where a loop runs, else a result."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        settled = Settled()
        return settled, settled.settle
    future: asyncio.Future[None] = loop.create_future()

    def settle(error: StoreFailed | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
            future.exception()  # heard here, so that a record nobody awaits raises no complaint later

    return future, settle
