"""What is written as one transaction, and how its writer is told what became of it."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from desk.contracts.problems import StoreFailed
from desk.journal.codec import EntryRow
from desk.ledger.rows import Row
from desk.ledger.touched import RowKey

Settle = Callable[[StoreFailed | None], None]


@dataclass(slots=True)
class Batch:
    """Hold entries with their places in the chain, and name the rows they touched.

    `once` holds the rows that never change again; every other touched row is asked of `row_of` when the batch
    is written, with all recorded by then. `settle` is called once: with None when durable, or with the first
    failure to make it so. A batch that failed stays in line: the journal never skips one.
    """

    entries: list[EntryRow]
    causes: list[tuple[str, int]]
    touched: tuple[RowKey, ...]
    once: dict[RowKey, Row]
    row_of: Callable[[RowKey], Row | None]
    size_bytes: int
    settle: Settle
    is_settled: bool = False

    def settled(self, error: StoreFailed | None) -> None:
        """Tell the writer, unless it was told."""
        if not self.is_settled:
            self.is_settled = True
            self.settle(error)


class Settled:
    """Await what is already known: durable, or the failure to make it so."""

    __slots__ = ("_error",)

    def __init__(self) -> None:
        self._error: StoreFailed | None = None

    def settle(self, error: StoreFailed | None) -> None:
        """Keep what became of it."""
        self._error = error

    def __await__(self) -> Generator[None, None, None]:
        """Return at once, or raise StoreFailed."""
        if self._error is not None:
            raise self._error
        yield from ()
