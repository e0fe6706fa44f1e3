"""The newest directives, endings and alarms, as a screen lists them."""

from collections import OrderedDict, deque
from dataclasses import replace

from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import DirectiveRefused, ExecutionDirective, FlowCompletion
from desk.contracts.records import AlarmRaised, JournalEntry
from desk.contracts.snapshot import AlarmRow, DirectiveRow, TerminationRow

_KEPT = 200


class RecentFlows:
    """Follow the journal's entries; keeps a bounded number of rows."""

    def __init__(self) -> None:
        self._directives: OrderedDict[str, DirectiveRow] = OrderedDict()
        self._terminations: deque[TerminationRow] = deque(maxlen=_KEPT)
        self._alarms: deque[AlarmRow] = deque(maxlen=_KEPT)

    def on_entry(self, entry: JournalEntry) -> None:
        """Take one entry."""
        record = entry.record
        if isinstance(record, StrategyDirective):
            self._begin(record, entry)
        elif isinstance(record, ExecutionDirective):
            symbols = ", ".join(sorted({target.symbol for target in record.targets}))
            self._update(record.directive_id, state="executing", symbol=symbols)
        elif isinstance(record, DirectiveRefused):
            self._update(record.directive_id, state="refused", reason=record.reason)
        elif isinstance(record, FlowCompletion):
            self._update(record.flow_id, state=record.final_state, reason=record.reason)
            self._terminations.append(
                TerminationRow(
                    record.flow_id, entry.time_ms, record.outcome, record.final_state, record.reason
                )
            )
        elif isinstance(record, AlarmRaised):
            self._alarms.append(AlarmRow(record.alarm_id, entry.time_ms, record.severity, record.text))

    def _begin(self, directive: StrategyDirective, entry: JournalEntry) -> None:
        self._directives[directive.directive_id] = DirectiveRow(
            directive_id=directive.directive_id,
            time_ms=entry.time_ms,
            worker=directive.strategy_planner_id,
            scope=directive.scope,
            symbol=entry.symbol or "",
            rationale=directive.rationale,
            state="planning",
            reason="",
        )
        while len(self._directives) > _KEPT:
            self._directives.popitem(last=False)

    def _update(self, directive_id: str, **changes: str) -> None:
        row = self._directives.get(directive_id)
        if row is None:
            return
        self._directives[directive_id] = replace(
            row,
            state=changes.get("state") or row.state,
            reason=changes.get("reason") or row.reason,
            symbol=changes.get("symbol") or row.symbol,
        )

    def directives(self) -> tuple[DirectiveRow, ...]:
        """Return the newest directives, newest first."""
        return tuple(reversed(self._directives.values()))

    def terminations(self) -> tuple[TerminationRow, ...]:
        """Return the newest endings, newest first."""
        return tuple(reversed(self._terminations))

    def alarms(self) -> tuple[AlarmRow, ...]:
        """Return the newest alarms, newest first."""
        return tuple(reversed(self._alarms))
