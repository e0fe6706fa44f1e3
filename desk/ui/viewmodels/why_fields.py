"""What is known about one node, as fields a person reads: no JSON unless it is asked for."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from desk.contracts.why import CauseNode, TracedFact
from desk.ui.viewmodels.frame import Writing
from desk.ui.viewmodels.numbers import number
from desk.ui.viewmodels.times import full_time, moment, short_age
from desk.ui.viewmodels.tones import Tone
from desk.ui.viewmodels.why_facts import record_of

_ID = re.compile(r"[A-Z]{3}_\d{8}_\d{6}_[0-9a-f]{8}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_ORDER_FIELDS = frozenset({"client_order_id", "order_id", "order_ids"})
_UNNUMBERED = frozenset({"sequence", "venue_trade_id", "venue_order_id", "oco_group", "seed"})
_UNITS = {"base": "base", "quote": "quote", "pct": "%"}
_EARLIEST_TIME = 10**11
"""Milliseconds above this are a time (from 1973 on), below it a duration."""
_MOST_FIELDS = 400
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Field:
    """Hold one line: a title, or a label with its value; `jump_id` can be asked for its why."""

    label: str
    value: str = ""
    tone: Tone = Tone.PLAIN
    jump_id: str = ""
    is_title: bool = False


def fields_of(node: CauseNode, writing: Writing, *, as_json: bool = False) -> tuple[Field, ...]:
    """Return the lines about one node, fact by fact; with `as_json` its records as they are."""
    lines = [Field(node.id, tone=Tone.STRONG, is_title=True), *_links(node)]
    for fact in node.facts:
        lines.append(Field(""))
        lines.append(_title(fact, writing))
        lines.extend(_raw(fact) if as_json else _told(fact, writing))
        if len(lines) > _MOST_FIELDS:
            lines.append(Field("more is left out", tone=Tone.DIM, is_title=True))
            break
    if node.facts_left_out:
        lines.append(
            Field(f"{node.facts_left_out} more facts between the first and the newest", is_title=True)
        )
    return tuple(lines)


def _links(node: CauseNode) -> Iterator[Field]:
    if node.parent_id is not None:
        yield Field("caused by", node.parent_id, Tone.ACCENT, node.parent_id)
    for one in node.also_caused_by:
        yield Field("and by", one, Tone.ACCENT, one)
    if not node.facts:
        yield Field("The journal names it as a cause and has nothing more about it.", is_title=True)


def _title(fact: TracedFact, writing: Writing) -> Field:
    then = moment(fact.time_ms, writing.time_zone)
    clock = "" if then is None else f"{then:%H:%M:%S}.{then.microsecond // 1000:03d}"
    return Field(
        fact.kind.replace("_", " ").lower(), f"{clock}  entry {fact.sequence}", Tone.ACCENT, is_title=True
    )


def _raw(fact: TracedFact) -> Iterator[Field]:
    try:
        text = json.dumps(json.loads(fact.data), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = fact.data
    for line in text.splitlines()[:_MOST_FIELDS]:
        yield Field(line, is_title=True)


def _told(fact: TracedFact, writing: Writing) -> Iterator[Field]:
    record = record_of(fact)
    if not record:
        yield Field(fact.text, is_title=True)
    yield from _of_mapping(record.items(), writing, 0)


def _of_mapping(items: Iterable[tuple[str, object]], writing: Writing, depth: int) -> Iterator[Field]:
    for key, value in items:
        if value is None or value in ("", [], {}):
            continue
        yield from _of_value(str(key), value, writing, depth)


def _of_value(key: str, value: object, writing: Writing, depth: int) -> Iterator[Field]:
    indent = "  " * depth
    label = indent + _label(key)
    if depth >= _DEEPEST:
        yield Field(label, "...")
    elif isinstance(value, dict):
        yield Field(label, tone=Tone.DIM)
        yield from _of_mapping(value.items(), writing, depth + 1)
    elif isinstance(value, list):
        yield from _of_list(key, value, writing, depth)
    else:
        shown = _written(key, value, writing)
        jump_id = value if isinstance(value, str) and _is_id(key, value) else ""
        yield Field(label, shown, Tone.ACCENT if jump_id else Tone.PLAIN, jump_id)


def _of_list(key: str, values: list[object], writing: Writing, depth: int) -> Iterator[Field]:
    """Write a list of ids one a line, since each can be gone to; other plain values on one line."""
    is_plain = not any(isinstance(one, dict | list) for one in values)
    if is_plain and not any(isinstance(one, str) and _is_id(key, one) for one in values):
        yield Field("  " * depth + _label(key), ", ".join(_written(key, one, writing) for one in values))
        return
    for place, one in enumerate(values, start=1):
        yield from _of_value(key if len(values) == 1 else f"{key} {place}", one, writing, depth)


def _is_id(key: str, value: str) -> bool:
    return bool(_ID.fullmatch(value)) or key.partition(" ")[0] in _ORDER_FIELDS


def _label(key: str) -> str:
    """Write a field's name as words, its unit in brackets."""
    words = key.split("_")
    if words[-1] == "ms" and len(words) > 1:
        words = words[:-1]
    unit = _UNITS.get(words[-1]) if len(words) > 1 else None
    return f"{' '.join(words[:-1])} ({unit})" if unit else " ".join(words)


def _written(key: str, value: object, writing: Writing) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and key.endswith("_ms"):
        return _time(value, writing)
    if key in _UNNUMBERED or _is_id(key, str(value)):
        return str(value)
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return value
    try:
        return number(Decimal(str(value)))
    except InvalidOperation:
        return str(value)


def _time(value_ms: int, writing: Writing) -> str:
    if value_ms < _EARLIEST_TIME:
        return short_age(value_ms)
    then = moment(value_ms, writing.time_zone)
    if then is None:
        return full_time(value_ms, writing)
    return f"{then:%Y-%m-%d %H:%M:%S}.{then.microsecond // 1000:03d}"
