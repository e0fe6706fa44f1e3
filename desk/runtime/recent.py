"""The newest directives, endings and alarms, as a screen lists them."""

from collections import OrderedDict
from dataclasses import replace
from typing import Generic, TypeVar

from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import DirectiveRefused, ExecutionDirective, FlowCompletion
from desk.contracts.records import AlarmEnded, AlarmRaised, JournalEntry
from desk.contracts.snapshot import AlarmRow, DirectiveRow, TerminationRow

Row = TypeVar("Row")

_KEPT = 200


class _Newest(Generic[Row]):
    """Hold the newest rows by key; what is shown is built once for each change."""

    def __init__(self) -> None:
        self._rows: OrderedDict[str, Row] = OrderedDict()
        self._shown: tuple[Row, ...] | None = ()

    def put(self, key: str, row: Row) -> None:
        self._rows[key] = row
        self._shown = None
        while len(self._rows) > _KEPT:
            self._rows.popitem(last=False)

    def get(self, key: str) -> Row | None:
        return self._rows.get(key)

    def shown(self) -> tuple[Row, ...]:
        if self._shown is None:
            self._shown = tuple(reversed(self._rows.values()))
        return self._shown


class RecentFlows:
    """Follow the journal's entries; keeps a bounded number of rows."""

    def __init__(self) -> None:
        self._directives = _Newest[DirectiveRow]()
        self._terminations = _Newest[TerminationRow]()
        self._alarms = _Newest[AlarmRow]()

    def on_entry(self, entry: JournalEntry) -> None:
        """Take one entry."""
        match entry.record:
            case StrategyDirective() as directive:
                self._begin(directive, entry)
            case ExecutionDirective() as directive:
                symbols = ", ".join(sorted({target.symbol for target in directive.targets}))
                trades = tuple(str(target.trade_id) for target in directive.targets)
                self._update(directive.directive_id, "executing", "", symbols, trades)
            case DirectiveRefused() as refused:
                self._update(refused.directive_id, "refused", refused.reason)
            case FlowCompletion() as completion:
                self._end(completion, entry)
            case AlarmRaised() as alarm:
                row = AlarmRow(
                    alarm_id=alarm.alarm_id,
                    time_ms=entry.time_ms,
                    severity=alarm.severity,
                    text=alarm.text,
                    symbol=alarm.symbol,
                    trade_id=alarm.trade_id,
                )
                self._alarms.put(row.alarm_id, row)
            case AlarmEnded() as ended:
                known = self._alarms.get(ended.alarm_id)
                if known is not None:
                    self._alarms.put(known.alarm_id, replace(known, ended_ms=entry.time_ms))
            case _:
                return

    def directives(self) -> tuple[DirectiveRow, ...]:
        """Return the newest directives, newest first."""
        return self._directives.shown()

    def terminations(self) -> tuple[TerminationRow, ...]:
        """Return the newest endings, newest first."""
        return self._terminations.shown()

    def alarms(self) -> tuple[AlarmRow, ...]:
        """Return the newest alarms, newest first."""
        return self._alarms.shown()

    def replace_alarm(self, row: AlarmRow) -> None:
        """Show an alarm as it is now."""
        self._alarms.put(row.alarm_id, row)

    def _begin(self, directive: StrategyDirective, entry: JournalEntry) -> None:
        row = DirectiveRow(
            directive_id=directive.directive_id,
            time_ms=entry.time_ms,
            worker=directive.strategy_planner_id,
            scope=directive.scope,
            symbol=entry.symbol or "",
            rationale=directive.rationale,
            state="planning",
            reason="",
            strategy_id=directive.strategy_id,
            trade_ids=tuple(map(str, directive.target_trade_ids)),
        )
        self._directives.put(row.directive_id, row)

    def _update(
        self, directive_id: str, state: str, reason: str, symbol: str = "", trade_ids: tuple[str, ...] = ()
    ) -> None:
        row = self._directives.get(directive_id)
        if row is None:
            return
        changed = replace(
            row,
            state=state,
            reason=reason or row.reason,
            symbol=symbol or row.symbol,
            trade_ids=tuple(dict.fromkeys((*row.trade_ids, *trade_ids))),
        )
        self._directives.put(directive_id, changed)

    def _end(self, completion: FlowCompletion, entry: JournalEntry) -> None:
        """Show the end of a flow with what its directive was; the directive itself may be long gone."""
        trades = tuple(map(str, completion.trade_ids))
        self._update(completion.flow_id, completion.final_state, completion.reason, trade_ids=trades)
        began = self._directives.get(completion.flow_id)
        row = TerminationRow(
            flow_id=completion.flow_id,
            time_ms=entry.time_ms,
            outcome=completion.outcome,
            final_state=completion.final_state,
            reason=completion.reason,
            worker="" if began is None else began.worker,
            scope="" if began is None else began.scope,
            symbol="" if began is None else began.symbol,
            trade_ids=trades if began is None else began.trade_ids,
        )
        self._terminations.put(row.flow_id, row)
