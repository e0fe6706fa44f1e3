"""The structured log file: one JSON object a line, for what is not a fact of the journal."""

from pathlib import Path

import structlog

from desk.contracts.execution import DirectiveRefused, FlowCompletion, FlowOutcome, TradeExecuted
from desk.contracts.records import AlarmEnded, AlarmRaised, DeskStateChanged, JournalEntry
from desk.runtime.rotating_file import RotatingFile

SIZE_BYTES, KEPT = 10_000_000, 5
"""How large the log grows, and how many are kept beside it, where nobody says otherwise."""

_LOGGED = (DirectiveRefused, FlowCompletion, TradeExecuted, AlarmRaised, AlarmEnded, DeskStateChanged)


class LogFile:
    """Write events of the running desk to a file of mode 0600.

    Without `logs_executions` what went well is left out: executions, and flows that succeeded. A line that
    the disk refuses is lost: what is logged must not stop what is done.
    """

    def __init__(self, file: RotatingFile, *, logs_executions: bool = True) -> None:
        self._file = file
        self._logs_executions = logs_executions
        self._told_lost = 0
        self._log = structlog.wrap_logger(
            _Lines(file),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(sort_keys=True, default=str),
            ],
            wrapper_class=structlog.BoundLogger,
        )

    def write(self, event: str, text: str) -> None:
        """Log something the desk itself did or met."""
        self._tell_lost()
        self._log.info(event, text=text)

    def entry(self, entry: JournalEntry) -> None:
        """Log an entry that an operator would look for."""
        if isinstance(entry.record, _LOGGED) and (self._logs_executions or not _went_well(entry)):
            self._tell_lost()
            write = self._log.warning if isinstance(entry.record, AlarmRaised) else self._log.info
            write(
                entry.kind.lower(),
                id=entry.subject_id,
                flow_id=entry.flow_id,
                trade_id=entry.trade_id,
                text=_text(entry),
            )

    def reopen(self) -> None:
        """Go on in a file of the same name, where the old one was moved away."""
        self._file.reopen()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _tell_lost(self) -> None:
        """Say what is missing, until that is written."""
        lost = self._file.lost_lines
        if lost > self._told_lost:
            self._log.warning("lines lost", text=f"{lost - self._told_lost} lines could not be written here")
            if self._file.lost_lines == lost:
                self._told_lost = lost
            else:
                self._told_lost += self._file.lost_lines - lost  # this line itself is no loss worth telling


class _Lines:
    """Take what structlog renders; it asks for a method of each level."""

    def __init__(self, file: RotatingFile) -> None:
        self.info = self.warning = file.write


def _text(entry: JournalEntry) -> str:
    match entry.record:
        case AlarmRaised() | AlarmEnded() as one:
            return f"{one.severity}: {one.text}"
        case DeskStateChanged() as one:
            return f"{one.previous} to {one.current} by {one.by}: {one.reason}"
        case FlowCompletion() as one:
            return f"{one.outcome}, {one.final_state}: {one.reason}"
        case DirectiveRefused() as one:
            return f"by {one.refused_by}: {one.reason}"
        case TradeExecuted() as one:
            return f"{one.scope} {one.filled_size_base} {one.symbol} at {one.fill_price}"
        case _:
            return ""


def _went_well(entry: JournalEntry) -> bool:
    record = entry.record
    is_success = isinstance(record, FlowCompletion) and record.outcome is FlowOutcome.SUCCESS
    return is_success or isinstance(record, TradeExecuted)


def open_log(
    path: Path, *, logs_executions: bool = True, size_bytes: int = SIZE_BYTES, kept: int = KEPT
) -> LogFile:
    """Open a log file to append to."""
    return LogFile(RotatingFile(path, size_bytes, kept), logs_executions=logs_executions)
