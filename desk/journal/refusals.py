"""Why it did not trade: what was refused, voided or skipped, and the reason of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from desk.contracts.records import EntryKind
from desk.journal.codec import EntryRow
from desk.journal.reader import reading
from desk.journal.times import iso


@dataclass(frozen=True, slots=True)
class Refusal:
    """Tell of one directive or schedule period that came to nothing: who stopped it, how, and why."""

    time_ms: int
    id: str
    flow_id: str | None
    trade_id: str | None
    worker: str | None
    symbol: str | None
    by: str
    final_state: str
    reason: str
    rationale: str = ""

    def text(self) -> str:
        """Write it as one line."""
        wanted = f' ("{self.rationale}")' if self.rationale else ""
        about = " ".join(part for part in (self.worker, self.symbol) if part)
        return (
            f"{iso(self.time_ms)} {self.id} {about}{wanted}: {self.final_state} by {self.by}: {self.reason}"
        )

    def names(self, wanted: str) -> bool:
        """Tell whether this is about an id, a worker or a symbol."""
        return wanted in {self.id, self.flow_id, self.trade_id, self.worker, self.symbol}


class _Search:
    """Gather refusals in one pass, one for each flow and target."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str | None], Refusal] = {}
        self._directives: dict[str, tuple[str | None, str | None, str]] = {}
        self._looks: Mapping[str, Callable[[EntryRow, Mapping[str, Any]], None]] = {
            EntryKind.DIRECTIVE_ISSUED.value: self._issued,
            EntryKind.DIRECTIVE_REFUSED.value: self._refused,
            EntryKind.PLAN_REJECTED.value: self._rejected,
            EntryKind.FLOW_ENDED.value: self._ended,
            EntryKind.PERIOD_RECORDED.value: self._period,
        }

    def take(self, entry: EntryRow) -> None:
        look = self._looks.get(entry.kind)
        if look is not None:
            look(entry, from_json(entry.data))

    def found(self) -> list[Refusal]:
        return list(self._found.values())

    def _issued(self, entry: EntryRow, record: Mapping[str, Any]) -> None:
        self._directives[entry.subject_id] = (entry.worker, entry.symbol, record["rationale"])

    def _refused(self, entry: EntryRow, record: Mapping[str, Any]) -> None:
        trade_id = record.get("trade_id")
        self._keep(entry, record["directive_id"], trade_id, record["refused_by"], "refused", record["reason"])

    def _rejected(self, entry: EntryRow, record: Mapping[str, Any]) -> None:
        by = f"aggregator ({record['role']} plan of {record['planner']})"
        self._keep(entry, record["directive_id"], record["target_id"], by, "plan rejected", record["reason"])

    def _ended(self, entry: EntryRow, record: Mapping[str, Any]) -> None:
        flow_id = record["flow_id"]
        if record["outcome"] == "error":
            known = [key for key in self._found if key[0] == flow_id]
            for key in known:
                self._found[key] = replace(self._found[key], final_state=record["final_state"])
            if not known:
                self._keep(entry, flow_id, None, "flow", record["final_state"], record["reason"])
        self._directives.pop(flow_id, None)

    def _period(self, entry: EntryRow, record: Mapping[str, Any]) -> None:
        if record["outcome"].upper() == "CLAIMED":
            return
        claim = record["claim"]
        period = f"{claim['schedule_name']} {iso(claim['period_start_ms'])}"
        self._found[entry.subject_id, None] = Refusal(
            time_ms=entry.time_ms,
            id=entry.subject_id,
            flow_id=record["directive_id"],
            trade_id=None,
            worker=claim["worker"],
            symbol=claim["symbol"],
            by=period,
            final_state=record["outcome"].lower(),
            reason=record["reason"],
        )

    def _keep(
        self, entry: EntryRow, flow_id: str, trade_id: str | None, by: str, final_state: str, reason: str
    ) -> None:
        worker, symbol, rationale = self._directives.get(flow_id, (entry.worker, entry.symbol, ""))
        self._found[flow_id, trade_id] = Refusal(
            time_ms=entry.time_ms,
            id=flow_id,
            flow_id=flow_id,
            trade_id=trade_id,
            worker=worker,
            symbol=symbol or entry.symbol,
            by=by,
            final_state=final_state,
            reason=reason,
            rationale=rationale,
        )


def refusals(path: Path, about: str | None = None) -> list[Refusal]:
    """List what came to nothing, oldest first; `about` is a flow, trade, period, worker or symbol.

    Raises InputRefused where the journal cannot be read.
    """
    search = _Search()
    with reading(path) as journal:
        for entry in journal.entries():
            search.take(entry)
    return [one for one in search.found() if about is None or one.names(about)]
