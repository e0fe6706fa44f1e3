"""The structured log file: one JSON object a line, for what is not a fact of the journal."""

from contextlib import suppress
from pathlib import Path
from typing import TextIO

import structlog

from desk.contracts.execution import DirectiveRefused, FlowCompletion, FlowOutcome, TradeExecuted
from desk.contracts.records import AlarmRaised, DeskStateChanged, JournalEntry

_LOGGED = (DirectiveRefused, FlowCompletion, TradeExecuted, AlarmRaised, DeskStateChanged)


class LogFile:
    """Write events of the running desk to a file of mode 0600.

    Without `logs_executions` what went well is left out: executions, and flows that succeeded. A line that
    the disk refuses is lost: what is logged must not stop what is done.
    """

    def __init__(self, file: TextIO, *, logs_executions: bool = True) -> None:
        self._file = file
        self._logs_executions = logs_executions
        self._log = structlog.wrap_logger(
            structlog.PrintLogger(file),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(sort_keys=True, default=str),
            ],
            wrapper_class=structlog.BoundLogger,
        )

    def write(self, event: str, text: str) -> None:
        """Log something the desk itself did or met."""
        with suppress(OSError):
            self._log.info(event, text=text)

    def entry(self, entry: JournalEntry) -> None:
        """Log an entry that an operator would look for."""
        if isinstance(entry.record, _LOGGED) and (self._logs_executions or not _went_well(entry)):
            write = self._log.warning if isinstance(entry.record, AlarmRaised) else self._log.info
            with suppress(OSError):
                write(
                    entry.kind.lower(),
                    id=entry.subject_id,
                    flow_id=entry.flow_id,
                    trade_id=entry.trade_id,
                    text=_text(entry),
                )

    def close(self) -> None:
        """Close the file."""
        with suppress(OSError):
            self._file.close()


def _text(entry: JournalEntry) -> str:
    match entry.record:
        case AlarmRaised() as one:
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


def open_log(path: Path, *, logs_executions: bool = True) -> LogFile:
    """Open a log file to append to."""
    path.touch(mode=0o600)
    return LogFile(path.open("a", encoding="utf-8", buffering=1), logs_executions=logs_executions)
