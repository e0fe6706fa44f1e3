"""Why it did not trade: what was refused, voided or skipped, and the reason of each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from desk.contracts.records import EntryKind
from desk.contracts.why import Refusal
from desk.journal.codec import EntryRow
from desk.journal.reader import JournalReader, Steps, reading, told_at_once
from desk.journal.times import iso

_AT_ONCE = 2_000
"""Entries between two steps of a search."""

_CAME_TO_NOTHING = (
    f"kind IN ('{EntryKind.DIRECTIVE_REFUSED.value}', '{EntryKind.PLAN_REJECTED.value}', "
    f"'{EntryKind.ENTRIES_BLOCKED.value}') "
    f"OR (kind = '{EntryKind.FLOW_ENDED.value}' AND json_extract(data, '$.outcome') = 'error') "
    f"OR (kind = '{EntryKind.PERIOD_RECORDED.value}' "
    "AND upper(json_extract(data, '$.outcome')) <> 'CLAIMED')"
)

_ASKING = {EntryKind.DIRECTIVE_REFUSED.value, EntryKind.PLAN_REJECTED.value, EntryKind.FLOW_ENDED.value}
"""Kinds of entries that are told with the directive they are about."""


def refusal_text(refusal: Refusal) -> str:
    """Write it as one line."""
    wanted = f' ("{refusal.rationale}")' if refusal.rationale else ""
    about = " ".join(part for part in (refusal.worker, refusal.symbol) if part)
    how = f"{refusal.final_state} by {refusal.by}: {refusal.reason}"
    return f"{iso(refusal.time_ms)} {refusal.id} {about}{wanted}: {how}"


def _names(refusal: Refusal, wanted: str) -> bool:
    """Tell whether it is about an id, a worker or a symbol."""
    known = {refusal.id, refusal.flow_id, refusal.trade_id, refusal.worker, refusal.symbol}
    return wanted in known


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
            EntryKind.ENTRIES_BLOCKED.value: self._blocked,
            EntryKind.ENTRIES_RELEASED.value: self._released,
        }

    def take(self, entry: EntryRow) -> None:
        look = self._looks.get(entry.kind)
        if look is not None:
            look(entry, from_json(entry.data))

    def knows(self, flow_id: str) -> bool:
        return flow_id in self._directives

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

    def _blocked(self, entry: EntryRow, record: Mapping[str, Any]) -> None:
        """Tell a block: who asks before deciding is silent while it stands, so nothing else would say it."""
        self._found.pop((entry.subject_id, None), None)
        self._found[entry.subject_id, None] = Refusal(
            time_ms=entry.time_ms,
            id=entry.subject_id,
            flow_id=None,
            trade_id=None,
            worker=record["worker"],
            symbol=record.get("symbol"),
            by="a block that stands",
            final_state="no new risk",
            reason=record["reason"],
        )

    def _released(self, entry: EntryRow, record: Mapping[str, Any]) -> None:
        block = self._found.get((entry.subject_id, None))
        if block is not None:
            over = f"a block until {iso(entry.time_ms)}"
            self._found[entry.subject_id, None] = replace(block, by=over)

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


def refusals(path: Path, about: str | None = None, most: int | None = None) -> list[Refusal]:
    """List what came to nothing, oldest first; `about` is a flow, trade, period, worker or symbol.

    Of all there are, only the newest `most` are listed.

    Raises InputRefused where the journal cannot be read.
    """
    with reading(path) as journal:
        return told_at_once(searching(journal, about, most))


def searching(
    journal: JournalReader, about: str | None = None, most: int | None = None
) -> Steps[list[Refusal]]:
    """Search step by step, as `refusals` does; of all there are, only the newest `most`."""
    if about is not None:
        flow = journal.of_flow(about)
        yield
        found = _found_in(flow) if flow else (yield from _since(journal, 0))
        return [one for one in found if _names(one, about)]
    after = 0 if most is None else (yield from _before_newest(journal, most))
    found = yield from _since(journal, after)
    return found if most is None else found[-most:]


def _found_in(entries: list[EntryRow]) -> list[Refusal]:
    search = _Search()
    for entry in entries:
        search.take(entry)
    return search.found()


def _before_newest(journal: JournalReader, most: int) -> Steps[int]:
    """Return a place after which at least the newest `most` are, zero where there are fewer."""
    upto, count = journal.newest_sequence(), 0
    while upto > 0 and count < most:
        after = max(0, upto - _AT_ONCE)
        count += journal.count(_CAME_TO_NOTHING, after, upto)
        upto = after
        yield
    return upto


def _since(journal: JournalReader, after: int) -> Steps[list[Refusal]]:
    """Look at every entry after a place, and at the beginning of the flows that began before it."""
    search = _Search()
    place, newest = after, journal.newest_sequence()
    while place < newest:
        for entry in journal.between(place, place + _AT_ONCE):
            for earlier in _missed(journal, search, entry, after):
                search.take(earlier)
            search.take(entry)
        place += _AT_ONCE
        yield
    return search.found()


def _missed(journal: JournalReader, search: _Search, entry: EntryRow, after: int) -> Iterator[EntryRow]:
    """Yield what the flow of an entry did before the search began."""
    is_end = entry.kind == EntryKind.FLOW_ENDED.value
    flow_id = entry.subject_id if is_end else entry.flow_id
    if not after or not flow_id or entry.kind not in _ASKING or search.knows(flow_id):
        return
    yield from (one for one in journal.of_flow(flow_id) if one.sequence <= after)
