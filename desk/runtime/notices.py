"""Which facts of the journal an operator is told who looks at no screen, and in which words."""

from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import DirectiveRefused, FlowCompletion, FlowOutcome
from desk.contracts.ports.notifier import Notice, NoticeKind, Notifier
from desk.contracts.records import (
    AlarmEnded,
    AlarmRaised,
    DeskStateChanged,
    JournalEntry,
    WorkerStatusChanged,
)
from desk.contracts.states import AlarmSeverity, DeskState, WorkerStatus
from desk.runtime.faults import stopped_worker_text
from desk.runtime.store_trouble import JOURNAL, JOURNAL_TROUBLE

_CRITICAL, _WARNING = AlarmSeverity.CRITICAL, AlarmSeverity.WARNING


class NoticeDesk:
    """Follow the journal's entries and tell the notifier what is worth it."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self._exits: set[str] = set()

    def on_entry(self, entry: JournalEntry) -> None:
        """Take one entry."""
        notice = self._notice_of(entry)
        if notice is not None:
            self._notifier.notify(notice)

    def _notice_of(self, entry: JournalEntry) -> Notice | None:  # noqa: PLR0911 - one return per kind told
        match entry.record:
            case AlarmRaised() as alarm:
                is_journal = alarm.text.startswith(JOURNAL_TROUBLE)
                kind = NoticeKind.JOURNAL if is_journal else NoticeKind.ALARMS
                return Notice(kind, alarm.severity, alarm.text)
            case AlarmEnded() as ended:
                return Notice(NoticeKind.ALARMS, ended.severity, f"over: {ended.text}")
            case DeskStateChanged() as change:
                return _state_notice(change)
            case WorkerStatusChanged(status=WorkerStatus.STOPPED) as stopped:
                text = stopped_worker_text(stopped.worker, stopped.strategy_id, stopped.reason)
                return Notice(NoticeKind.WORKERS, _CRITICAL, text)
            case StrategyDirective(emergency=True) as directive:
                self._exits.add(directive.directive_id)
            case DirectiveRefused() as refused if refused.directive_id in self._exits:
                text = f"the emergency exit was refused by {refused.refused_by}: {refused.reason}"
                return Notice(NoticeKind.EXITS, _CRITICAL, text)
            case FlowCompletion() as end:
                return self._exit_notice(end)
            case _:
                pass
        return None

    def _exit_notice(self, end: FlowCompletion) -> Notice | None:
        """Tell how an exit ended; one that an earlier run began is known by its word."""
        if end.flow_id not in self._exits and "FLAT" not in end.final_state:
            return None
        self._exits.discard(end.flow_id)
        is_flat = end.outcome is FlowOutcome.SUCCESS
        text = f"the emergency exit ended {end.final_state}: {end.reason}"
        return Notice(NoticeKind.EXITS, _WARNING if is_flat else _CRITICAL, text)


def _state_notice(change: DeskStateChanged) -> Notice | None:
    if change.current is DeskState.EXITING:
        text = f"an emergency exit began, by {change.by}: {change.reason}"
        return Notice(NoticeKind.EXITS, _CRITICAL, text)
    if change.previous is DeskState.EXITING and change.current is DeskState.HALTED:
        return None  # the exit's own end tells more
    kind = NoticeKind.JOURNAL if change.by == JOURNAL else NoticeKind.HALTS
    severity = _WARNING if change.current is DeskState.ACTIVE else _CRITICAL
    what = f"{change.previous} is now {change.current}" if change.is_step else f"still {change.current}"
    text = f"{what}, by {change.by}: {change.reason}"
    return Notice(kind, severity, text)
