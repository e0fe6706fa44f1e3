"""Read the records of a cause tree: JSON whose shape is never trusted."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from desk.contracts.why import CauseNode, CauseTree, TracedFact

Record = Mapping[str, object]


def record_of(fact: TracedFact) -> Record:
    """Return a fact's record; an empty one where it cannot be read."""
    try:
        value: object = json.loads(fact.data, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def within(record: object, *path: str) -> object:
    """Return what stands at a path of keys, None where nothing does."""
    for key in path:
        if not isinstance(record, dict):
            return None
        record = record.get(key)
    return record


def text_at(record: object, *path: str) -> str:
    """Return the text at a path, "" where there is none."""
    value = within(record, *path)
    return value if isinstance(value, str) else ""


def number_at(record: object, *path: str) -> Decimal | None:
    """Return the number at a path, None where there is none."""
    value = within(record, *path)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        number = Decimal(value)
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None


class TreeIndex:
    """Find things in a tree: nodes by id, the way up, facts of a kind."""

    def __init__(self, tree: CauseTree) -> None:
        self.tree = tree
        self.nodes: Mapping[str, CauseNode] = {one.id: one for one in tree.nodes}

    @property
    def asked(self) -> CauseNode | None:
        """The node that was asked for."""
        return self.nodes.get(self.tree.asked_id)

    def upwards(self, node: CauseNode) -> Iterator[CauseNode]:
        """Yield a node, the cause it hangs below, and so on to its birth."""
        seen = set[str]()
        here: CauseNode | None = node
        while here is not None and here.id not in seen:
            seen.add(here.id)
            yield here
            here = self.nodes.get(here.parent_id or "")

    def facts(self, *kinds: str) -> Iterator[tuple[CauseNode, TracedFact]]:
        """Yield the facts of some kinds, each with its node, in reading order."""
        for node in self.tree.nodes:
            for fact in node.facts:
                if fact.kind in kinds:
                    yield node, fact


def fact_of(node: CauseNode, kind: str) -> TracedFact | None:
    """Return a node's newest fact of a kind."""
    return next((one for one in reversed(node.facts) if one.kind == kind), None)
