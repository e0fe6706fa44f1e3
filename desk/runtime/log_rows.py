"""What happened lately, in words: put into words only when somebody looks."""

from collections import deque

from desk.contracts.records import AlarmRaised, EntryKind, JournalEntry
from desk.contracts.snapshot import LogRow
from desk.journal.codec import encode
from desk.journal.facts import describe
from desk.runtime.steps import Steps, rows_in_steps

_KEPT = 300

_UNTOLD = frozenset(
    {
        EntryKind.TICK_RECEIVED, EntryKind.CONTEXT_ASSESSED, EntryKind.ENTRY_PLANNED, EntryKind.SIZE_PLANNED,
        EntryKind.EXIT_PLANNED, EntryKind.ROUTING_PLANNED, EntryKind.EXECUTION_DIRECTED,
        EntryKind.EXIT_TARGETED, EntryKind.ORDER_SENT, EntryKind.ORDER_OBSERVED, EntryKind.TRADE_EXECUTED,
        EntryKind.WORKER_STATE_SAVED,
    }
)  # fmt: skip
"""Steps between things that are told; each is still in the tree of its why."""


class LogRows:
    """Follow the journal's entries; keeps the newest 300 worth telling."""

    def __init__(self) -> None:
        self._fresh: deque[JournalEntry] = deque(maxlen=_KEPT)
        self._rows: tuple[LogRow, ...] = ()

    def on_entry(self, entry: JournalEntry) -> None:
        """Take one entry."""
        if entry.kind not in _UNTOLD:
            self._fresh.append(entry)

    def rows(self) -> Steps[tuple[LogRow, ...]]:
        """Return the rows, newest first."""
        if self._fresh:
            fresh = list(reversed(self._fresh))
            self._fresh.clear()
            told = yield from rows_in_steps(fresh, _told)
            self._rows = (*told, *self._rows[: _KEPT - len(told)])
        return self._rows


def _told(entry: JournalEntry) -> LogRow:
    severity = entry.record.severity if isinstance(entry.record, AlarmRaised) else None
    return LogRow(
        time_ms=entry.time_ms,
        kind=entry.kind,
        text=describe(encode(entry)),
        subject_id=entry.subject_id,
        flow_id=entry.flow_id,
        severity=severity,
    )
