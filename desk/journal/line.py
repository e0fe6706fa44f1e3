"""The line of batches before the disk: never skipped, never reordered, tried again after a failure."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from desk.contracts.ports.time import Clock
from desk.contracts.problems import StoreFailed
from desk.journal.batch import Batch

FIRST_RETRY_MS = 100
SLOWEST_RETRY_MS = 5_000


@dataclass(frozen=True, slots=True)
class StoreLag:
    """Measure what is recorded and not yet durable."""

    entries: int
    size_bytes: int


class StoreListener(Protocol):
    """Hear of a store that fails, of its recovery, and of its rest."""

    def failed(self, batch: Batch, error: StoreFailed) -> StoreFailed:
        """Take what was not written to safety; return what its writer is told."""
        ...

    def failing(self, error: StoreFailed) -> None:
        """Hear, once per episode, that the store stopped working."""
        ...

    def recovered(self) -> None:
        """Hear that all that was refused is durable by now."""
        ...

    def caught_up(self) -> None:
        """Hear that nothing waits: all that was ever submitted is durable."""
        ...


class Line:
    """Hold batches in order, and whether the store fails."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: deque[Batch] = deque()
        self._unheard: list[Batch] = []
        self._entries = 0
        self._size_bytes = 0
        self._error: StoreFailed | None = None
        self._has_refused = False
        self._retry_ms = 0
        self._retry_at_ms = 0
        self.listener: StoreListener | None = None

    @property
    def lag(self) -> StoreLag:
        """What waits to be durable."""
        return StoreLag(self._entries, self._size_bytes)

    @property
    def is_failing(self) -> bool:
        """Whether the last write failed."""
        return self._error is not None

    def retry_in_ms(self) -> int:
        """Return how long to wait before the next try; zero where the store works."""
        if self._error is None:
            return 0
        return max(0, self._retry_at_ms - self._clock.monotonic_ms())

    def add(self, batch: Batch) -> None:
        """Put a batch in line."""
        self._waiting.append(batch)
        self._unheard.append(batch)
        self._entries += len(batch.entries)
        self._size_bytes += batch.size_bytes

    def waiting(self) -> list[Batch]:
        """Return all that waits, in order."""
        return list(self._waiting)

    def written(self, batches: Sequence[Batch]) -> None:
        """Take the first batches out of line: they are durable."""
        for batch in batches:
            self._waiting.popleft()
            self._entries -= len(batch.entries)
            self._size_bytes -= batch.size_bytes
        self._error, self._retry_ms = None, 0
        for batch in batches:
            batch.settled(None)
        self._unheard = [batch for batch in self._unheard if not batch.is_settled]
        self._recover()
        if not self._waiting and self.listener is not None:
            self.listener.caught_up()

    def _recover(self) -> None:
        """Tell the listener once all that was refused is written; what came meanwhile is still in line."""
        if not self._has_refused or any(batch.is_settled for batch in self._waiting):
            return
        self._has_refused = False
        if self.listener is not None:
            self.listener.recovered()

    def failed(self, error: StoreFailed) -> None:
        """Keep all in line, tell every writer who still waits, and try again later."""
        is_news = self._error is None
        self._error = error
        self._has_refused = True
        self._retry_ms = min(max(FIRST_RETRY_MS, 2 * self._retry_ms), SLOWEST_RETRY_MS)
        self._retry_at_ms = self._clock.monotonic_ms() + self._retry_ms
        self.refuse()
        if is_news and self.listener is not None:
            self.listener.failing(error)

    def refuse(self) -> None:
        """Tell every writer who still waits that the store fails."""
        if self._error is None:
            return
        unheard, self._unheard = self._unheard, []
        for batch in unheard:
            heard = None if self.listener is None else self.listener.failed(batch, self._error)
            batch.settled(heard or self._error)
