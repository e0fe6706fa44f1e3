"""Why: the tree of causes of one id, from its births down to it, and on to all it caused."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic_core import from_json

from desk.contracts.problems import InputRefused, Problem
from desk.contracts.why import CauseNode, CauseTree, TracedFact
from desk.journal.codec import EntryRow
from desk.journal.facts import describe
from desk.journal.reader import JournalReader, Steps, is_birth, reading, told_at_once


@dataclass(frozen=True, slots=True)
class TreeBounds:
    """Bound a tree: ids, and facts about one id; None is all there are."""

    nodes: int | None = None
    facts: int | None = None


WHOLE = TreeBounds()

_ORDERS_OF_NODES = 10
"""One in so many ids of a bounded tree may be an order of the trade that was asked for: each has causes."""


def trace(path: Path, wanted: str, bounds: TreeBounds = WHOLE) -> CauseTree:
    """Trace any id of a journal; raises InputRefused where the id, or the journal, is not known."""
    with reading(path) as journal:
        return told_at_once(tracing(journal, wanted, bounds))


def tracing(journal: JournalReader, wanted: str, bounds: TreeBounds = WHOLE) -> Steps[CauseTree]:
    """Trace the id step by step: up through all causes to their births, and down to all it caused.

    Where there is more than `bounds` lets through, the causes go first, then what is nearest to the id.
    """
    graph = _Graph(journal, bounds)
    graph.load(wanted)
    if not graph.facts(wanted) and not journal.is_named(wanted):
        what = f"the journal has no {wanted!r}"
        remedy = "give the id of a fill, order, directive, trade, flow, plan, signal or tick"
        raise InputRefused(Problem(str(journal.path), None, "", what, remedy))
    yield
    orders = journal.orders_of_trade(wanted)
    if bounds.nodes is not None:
        graph.leave_out(orders[1 : -bounds.nodes // _ORDERS_OF_NODES])
    asked = [wanted, *(one for one in orders if one not in graph.left_out)]
    yield from graph.closure(asked[:1], graph.causes)
    yield from graph.closure(asked, graph.causes)
    yield from graph.closure(asked, graph.effects)
    nodes = tuple((yield from graph.nodes(wanted)))
    is_unbroken = all(graph.is_rooted(one) for one in nodes if one.parent_id is None)
    return CauseTree(wanted, nodes, is_unbroken, len(graph.left_out))


class _Graph:
    """Read subjects and their links once each."""

    def __init__(self, journal: JournalReader, bounds: TreeBounds) -> None:
        self._journal = journal
        self._bounds = bounds
        self._facts: dict[str, Sequence[EntryRow]] = {}
        self._unread: dict[str, int] = {}
        self._members: dict[str, None] = {}
        self.left_out: set[str] = set()

    def leave_out(self, subject_ids: Iterable[str]) -> None:
        """Follow none of these."""
        self.left_out.update(subject_ids)

    def load(self, subject_id: str) -> None:
        """Read the entries about a subject, the first and the newest of many."""
        if subject_id in self._facts:
            return
        found = self._journal.about(subject_id, self._bounds.facts)
        self._facts[subject_id] = found
        if len(found) == self._bounds.facts:
            self._unread[subject_id] = self._journal.count_about(subject_id) - len(found)

    def facts(self, subject_id: str) -> Sequence[EntryRow]:
        """Return the entries about a subject."""
        self.load(subject_id)
        return self._facts[subject_id]

    def causes(self, subject_id: str) -> list[str]:
        """Return what all facts about a subject name as causes."""
        named = (cause for fact in self.facts(subject_id) for cause in from_json(fact.causes))
        return [cause for cause in dict.fromkeys(named) if cause != subject_id]

    def effects(self, subject_id: str) -> list[str]:
        """Return what names a subject as its cause."""
        return [one for one in self._journal.caused_by(subject_id) if one != subject_id]

    def closure(self, start: Iterable[str], links: Callable[[str], list[str]]) -> Steps[None]:
        """Take in `start` and all that its links lead to, the nearest first, as long as there is room."""
        waiting = deque(dict.fromkeys(start))
        found = set(waiting)
        while waiting:
            one = waiting.popleft()
            if not self._takes(one):
                continue
            self.load(one)
            fresh = [link for link in links(one) if link not in found]
            found.update(fresh)
            waiting.extend(fresh)
            yield

    def _takes(self, subject_id: str) -> bool:
        """Tell whether there is room for an id, and note what there is none for."""
        if subject_id in self._members:
            return True
        is_full = self._bounds.nodes is not None and len(self._members) >= self._bounds.nodes
        if is_full or subject_id in self.left_out:
            self.left_out.add(subject_id)
            return False
        self._members[subject_id] = None
        return True

    def is_rooted(self, node: CauseNode) -> bool:
        """Tell whether a chain may begin here: at a recorded birth, or below what was left out."""
        is_cut = any(cause in self.left_out for cause in node.also_caused_by)
        return is_cut or (is_birth(node.id) and bool(node.facts))

    def nodes(self, asked: str) -> Steps[list[CauseNode]]:
        """Hang every member below its latest earlier cause, and put them in reading order."""
        places = {one: self._place(one) for one in self._members}
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
            yield
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
        unread = self._unread.get(subject_id, 0)
        return CauseNode(subject_id, parent, also, facts, depth, subject_id == asked, unread)
