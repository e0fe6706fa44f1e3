"""What happens, line by line: JSON for programs, short text for people."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from desk.cli.output import say, say_json
from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import (
    DirectiveRefused,
    ExecutionDirective,
    FlowCompletion,
    TradeExecuted,
)
from desk.contracts.records import AlarmRaised, FillBooked, JournalEntry, TradeIntended
from desk.ledger.ledger import Ledger


def time_text(time_ms: int) -> str:
    """Write a time as ISO, UTC, with milliseconds."""
    return (
        datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


_TRADES_KEPT = 4096
_FOLLOWED = (StrategyDirective, ExecutionDirective, TradeIntended)


class EventStream:
    """Write each directive, refusal, execution, fill, termination and alarm as it is recorded."""

    def __init__(self, *, as_json: bool, logs_executions: bool = True) -> None:
        self._write: Callable[[dict[str, Any]], None] = say_json if as_json else _say_text
        self._logs_executions = logs_executions
        self._flows: dict[str, dict[str, str]] = {}
        self._trades: OrderedDict[str, dict[str, str]] = OrderedDict()

    def take_up(self, ledger: Ledger) -> None:
        """Know what an earlier run began by the names that run gave it."""
        for trade in ledger.trades():
            self._trades[trade.trade_id] = {"worker": trade.worker, "symbol": trade.symbol}
        for flow in ledger.open_flows():
            self._flows[flow.directive.directive_id] = {"worker": flow.directive.strategy_planner_id}

    def on_entry(self, entry: JournalEntry) -> None:
        """Write one entry, if it is of a kind that is shown."""
        shown = _fields(entry)
        if shown is None:
            self._named(entry)
            return
        if shown["type"] == "execution" and not self._logs_executions:
            return
        self._write(
            {
                "type": shown["type"],
                "time": time_text(entry.time_ms),
                "id": entry.subject_id,
                "flow_id": entry.flow_id,
                **self._named(entry),
                **shown,
            }
        )

    def _named(self, entry: JournalEntry) -> dict[str, str]:
        """Name trade, worker and symbol: an entry's own, else what its flow is known by until it ends."""
        own = {"trade_id": entry.trade_id, "worker": entry.worker, "symbol": entry.symbol}
        known = self._flows.get(entry.flow_id or "", {})
        if isinstance(entry.record, TradeIntended):
            trade = entry.record
            self._trades[trade.trade_id] = {"worker": trade.worker, "symbol": trade.symbol}
            if len(self._trades) > _TRADES_KEPT:
                self._trades.popitem(last=False)
        elif entry.trade_id is not None and entry.trade_id in self._trades:
            known = {**self._trades[entry.trade_id], **known}
        named = {**known, **{name: value for name, value in own.items() if value is not None}}
        if isinstance(entry.record, FlowCompletion):
            self._flows.pop(entry.flow_id or "", None)
        elif entry.flow_id is not None and isinstance(entry.record, _FOLLOWED):
            self._flows[entry.flow_id] = named
        return named


def _fields(entry: JournalEntry) -> dict[str, Any] | None:  # noqa: PLR0911 - one return per kind shown
    match entry.record:
        case StrategyDirective() as one:
            return {"type": "directive", "scope": str(one.scope), "rationale": one.rationale}
        case DirectiveRefused() as one:
            return {"type": "refused", "refused_by": one.refused_by, "reason": one.reason}
        case TradeExecuted() as one:
            return {
                "type": "execution",
                "scope": str(one.scope),
                "order_id": one.order_id,
                "price": str(one.fill_price),
                "size_base": str(one.filled_size_base),
            }
        case FillBooked() as one:
            return {
                "type": "fill",
                "order_id": one.client_order_id,
                "side": str(one.fill.side),
                "price": str(one.fill.price),
                "size_base": str(one.fill.size_base),
                "fee": str(one.fill.fee),
                "fee_currency": one.fill.fee_currency,
            }
        case FlowCompletion() as one:
            return {
                "type": "termination",
                "outcome": str(one.outcome),
                "final_state": one.final_state,
                "reason": one.reason,
            }
        case AlarmRaised() as one:
            return {"type": "alarm", "severity": str(one.severity), "text": one.text}
        case _:
            return None


def _say_text(line: Mapping[str, Any]) -> None:
    who = line.get("worker") or line.get("trade_id") or line.get("flow_id") or ""
    what = {
        "directive": lambda: f"{line['scope']} {line['rationale']}",
        "refused": lambda: f"by {line['refused_by']}: {line['reason']}",
        "execution": lambda: f"{line['scope']} {line['size_base']} at {line['price']}",
        "fill": lambda: f"{line['side']} {line['size_base']} {line.get('symbol', '')} at {line['price']}",
        "termination": lambda: f"{line['outcome']}: {line['reason']}",
        "alarm": lambda: f"{line['severity'].upper()} {line['text']}",
    }[line["type"]]()
    say(f"{line['time'][11:23]}  {line['type']:<11}  {who:<33}  {what}")
