"""What the operator asks the desk to remember: text under keys, journaled, and there after a restart."""

from collections.abc import Mapping

from desk.contracts.directives import OPERATOR_STRATEGY
from desk.contracts.ids import ManualId
from desk.contracts.ports.time import Clock
from desk.contracts.records import EntryKind, JournalEntry, WorkerStateSaved
from desk.ledger.ledger import Ledger


class OperatorNotes:
    """Keep one kind of note, `subject`, as the ledger keeps what workers remember."""

    def __init__(self, subject: str, ledger: Ledger, clock: Clock) -> None:
        self._subject = subject
        self._ledger = ledger
        self._clock = clock

    def all(self) -> Mapping[str, str]:
        """Return every note by its key, oldest first."""
        return self._ledger.worker_memory(OPERATOR_STRATEGY, self._subject)

    def entry(self, key: str, value: str | None, *causes: ManualId | str) -> JournalEntry:
        """Return the entry that keeps a note; None forgets it. It is kept once it is recorded."""
        record = WorkerStateSaved(OPERATOR_STRATEGY, self._subject, key, value)
        return JournalEntry(
            EntryKind.WORKER_STATE_SAVED,
            self._subject,
            self._clock.now_ms(),
            record,
            causes=causes,
            worker=self._subject,
        )
