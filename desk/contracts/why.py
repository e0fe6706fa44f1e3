"""Why: the tree of causes of one id, as the journal tells it."""

from dataclasses import dataclass


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
    """Hold one id: the facts about it, the cause it hangs below, its other causes, and how deep it hangs.

    Of an id with very many facts the first and the newest are shown; `facts_left_out` counts the others.
    """

    id: str
    parent_id: str | None
    also_caused_by: tuple[str, ...]
    facts: tuple[TracedFact, ...]
    depth: int
    is_asked: bool
    facts_left_out: int = 0


@dataclass(frozen=True, slots=True)
class CauseTree:
    """Hold the nodes in the order they are read: each after the cause it hangs below.

    `is_unbroken` tells whether every chain starts at a recorded birth. A tree that is too big leaves out
    what is furthest from the id; `left_out` counts the ids that were met and not followed.
    """

    asked_id: str
    nodes: tuple[CauseNode, ...]
    is_unbroken: bool
    left_out: int = 0


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
