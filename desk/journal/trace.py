"""Why: the tree of causes of one id, from its births down to it, and on to all it caused."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic_core import from_json

from desk.contracts.problems import InputRefused, Problem
from desk.journal.codec import EntryRow
from desk.journal.facts import describe
from desk.journal.reader import JournalReader, is_birth, reading
from desk.journal.times import iso


@dataclass(frozen=True, slots=True)
class TracedFact:
    """Hold one entry: its place, what it says, and its record as JSON."""

    sequence: int
    kind: str
    time_ms: int
    text: str
    data: str


@dataclass(frozen=True, slots=True)
class CauseNode:
    """Hold one id: every fact about it, the cause it hangs below, its other causes, and how deep it hangs."""

    id: str
    parent_id: str | None
    also_caused_by: tuple[str, ...]
    facts: tuple[TracedFact, ...]
    depth: int
    is_asked: bool


@dataclass(frozen=True, slots=True)
class CauseTree:
    """Hold the nodes in the order they are read: each after the cause it hangs below."""

    asked_id: str
    nodes: tuple[CauseNode, ...]

    @property
    def is_unbroken(self) -> bool:
        """Whether every chain starts at a recorded birth."""
        return all(is_birth(one.id) and bool(one.facts) for one in self.nodes if one.parent_id is None)

    def as_json(self) -> dict[str, object]:
        """Return the tree as plain values; times are ISO, UTC."""
        nodes = [
            {
                "id": node.id,
                "parent_id": node.parent_id,
                "also_caused_by": list(node.also_caused_by),
                "is_asked": node.is_asked,
                "facts": [
                    {
                        "sequence": fact.sequence,
                        "kind": fact.kind,
                        "time": iso(fact.time_ms),
                        "text": fact.text,
                        "record": from_json(fact.data),
                    }
                    for fact in node.facts
                ],
            }
            for node in self.nodes
        ]
        return {"id": self.asked_id, "is_unbroken": self.is_unbroken, "nodes": nodes}

    def lines(self) -> list[str]:
        """Write the tree as text, one line for each fact; the id that was asked for is marked."""
        return [line for node in self.nodes for line in _lines(node)]


def trace(path: Path, wanted: str) -> CauseTree:
    """Trace any id of a journal; raises InputRefused where the id, or the journal, is not known."""
    with reading(path) as journal:
        return traced(journal, wanted)


def traced(journal: JournalReader, wanted: str) -> CauseTree:
    """Trace the id: up through all causes to their births, and down through all it caused."""
    graph = _Graph(journal)
    if not journal.about(wanted) and not journal.is_named(wanted):
        what = f"the journal has no {wanted!r}"
        remedy = "give the id of a fill, order, directive, trade, flow, plan, signal or tick"
        raise InputRefused(Problem(str(journal.path), None, "", what, remedy))
    asked = [wanted, *journal.orders_of_trade(wanted)]
    members = dict.fromkeys([*graph.closure(asked, graph.causes), *graph.closure(asked, graph.effects)])
    return CauseTree(wanted, tuple(graph.nodes(members, wanted)))


class _Graph:
    """Read subjects and their links once each."""

    def __init__(self, journal: JournalReader) -> None:
        self._journal = journal
        self._facts: dict[str, list[EntryRow]] = {}

    def facts(self, subject_id: str) -> list[EntryRow]:
        """Return the entries about a subject."""
        if subject_id not in self._facts:
            self._facts[subject_id] = self._journal.about(subject_id)
        return self._facts[subject_id]

    def causes(self, subject_id: str) -> list[str]:
        """Return what all facts about a subject name as causes."""
        named = (cause for fact in self.facts(subject_id) for cause in from_json(fact.causes))
        return [cause for cause in dict.fromkeys(named) if cause != subject_id]

    def effects(self, subject_id: str) -> list[str]:
        """Return what names a subject as its cause."""
        return [one for one in self._journal.caused_by(subject_id) if one != subject_id]

    def closure(self, start: Iterable[str], links: Callable[[str], list[str]]) -> list[str]:
        """Return `start` and all that its links lead to, each once."""
        found = dict.fromkeys(start)
        waiting = list(found)
        while waiting:
            fresh = [one for one in links(waiting.pop()) if one not in found]
            found.update(dict.fromkeys(fresh))
            waiting.extend(fresh)
        return list(found)

    def nodes(self, members: Iterable[str], asked: str) -> list[CauseNode]:
        """Hang every member below its latest earlier cause, and put them in reading order."""
        places = {one: self._place(one) for one in members}
        parents = {one: self._parent(one, places) for one in places}
        children: dict[str | None, list[str]] = {}
        for one in sorted(places, key=lambda member: (places[member], member)):
            children.setdefault(parents[one], []).append(one)
        ordered: list[CauseNode] = []
        waiting = [(one, 0) for one in reversed(children.get(None, []))]
        while waiting:
            one, depth = waiting.pop()
            ordered.append(self._node(one, parents[one], depth, asked))
            waiting.extend((child, depth + 1) for child in reversed(children.get(one, [])))
        return ordered

    def _place(self, subject_id: str) -> int:
        facts = self.facts(subject_id)
        return facts[0].sequence if facts else 0

    def _parent(self, subject_id: str, places: dict[str, int]) -> str | None:
        """Return the latest of the causes that were there before the subject."""
        own = places[subject_id]
        earlier = [one for one in self.causes(subject_id) if one in places and places[one] < own]
        return max(earlier, key=lambda one: (places[one], one), default=None)

    def _node(self, subject_id: str, parent: str | None, depth: int, asked: str) -> CauseNode:
        also = tuple(one for one in self.causes(subject_id) if one != parent)
        facts = tuple(
            TracedFact(row.sequence, row.kind, row.time_ms, describe(row), row.data)
            for row in self.facts(subject_id)
        )
        return CauseNode(subject_id, parent, also, facts, depth, subject_id == asked)


def _lines(node: CauseNode) -> list[str]:
    indent = "  " * node.depth
    mark = "  <== asked" if node.is_asked else ""
    also = f"  (also because of {', '.join(node.also_caused_by)})" if node.also_caused_by else ""
    head = f"{indent}{node.id}{mark}{also}"
    if not node.facts:
        return [f"{head}  (not in the journal)"]
    return [head, *(f"{indent}  {iso(fact.time_ms)}  {fact.text}" for fact in node.facts)]
