"""A cause tree in a few lines: what was asked, what refused it, how it ended, and what it cost."""

from collections.abc import Iterable

from desk.contracts.records import EntryKind
from desk.contracts.why import CauseTree, TracedFact
from desk.ui.viewmodels.canvas import Line, Span
from desk.ui.viewmodels.frame import Writing
from desk.ui.viewmodels.numbers import number, signed
from desk.ui.viewmodels.times import full_time, short_age
from desk.ui.viewmodels.tones import Tone
from desk.ui.viewmodels.why_facts import TreeIndex, fact_of, record_of, text_at
from desk.ui.viewmodels.why_fills import fees, leg_costs

_BASIS_POINTS = 10_000
_MOST_REFUSALS = 3


def summary(tree: CauseTree, writing: Writing) -> tuple[Line, ...]:
    """Return the lines above a tree, what refused it first."""
    index = TreeIndex(tree)
    return (*_refusals(index), _what(index), *_because(index), _course(index, writing), *_faults(tree))


def _refusals(index: TreeIndex) -> Iterable[Line]:
    """Tell what refused what was asked for, or anything that came of it."""
    facts = [fact for _, fact in index.facts(EntryKind.DIRECTIVE_REFUSED)]
    for fact in facts[:_MOST_REFUSALS]:
        record = record_of(fact)
        by, reason = text_at(record, "refused_by"), text_at(record, "reason")
        yield (Span(f"REFUSED by {by}", Tone.WARN, is_badge=True), Span(f" {reason}", Tone.STRONG))
    if len(facts) > _MOST_REFUSALS:
        yield (Span(f"and {len(facts) - _MOST_REFUSALS} more were refused", Tone.WARN),)


def _what(index: TreeIndex) -> Line:
    asked = index.asked
    told = asked.facts[0].text if asked is not None and asked.facts else "nothing is recorded about it itself"
    return (Span(told, Tone.STRONG),)


def _because(index: TreeIndex) -> Iterable[Line]:
    """Tell the rationale of the directive it came from, and who gave it."""
    asked = index.asked
    for node in () if asked is None else index.upwards(asked):
        directed = fact_of(node, EntryKind.DIRECTIVE_ISSUED)
        if directed is not None:
            record = record_of(directed)
            by = text_at(record, "strategy_planner_id")
            yield (Span(f"because {text_at(record, 'rationale')}"), Span(f"  {by}", Tone.DIM))
            return


def _course(index: TreeIndex, writing: Writing) -> Line:
    """Tell when it was, how its flow ended, how long it took, and what its fills cost."""
    parts = [_began(index, writing), _end(index), *_took(index), *_costs(index)]
    spans: list[Span] = []
    for one in parts:
        if spans:
            spans.append(Span("   "))
        spans.append(one)
    return tuple(spans)


def _began(index: TreeIndex, writing: Writing) -> Span:
    asked = index.asked
    time_ms = asked.facts[0].time_ms if asked is not None and asked.facts else None
    return Span(full_time(time_ms, writing), Tone.DIM)


def _end(index: TreeIndex) -> Span:
    """Tell how the flow ended that it belongs to: its own, or the nearest above it."""
    asked = index.asked
    for node in () if asked is None else index.upwards(asked):
        ended = fact_of(node, EntryKind.FLOW_ENDED)
        if ended is not None:
            return _ended(ended)
        if fact_of(node, EntryKind.DIRECTIVE_ISSUED) is not None:
            return Span("still under way", Tone.ACCENT)
    ends = [fact for _, fact in index.facts(EntryKind.FLOW_ENDED)]
    if len(ends) == 1:
        return _ended(ends[0])
    return Span(f"{len(ends)} flows ended" if ends else "no flow", Tone.DIM)


def _ended(fact: TracedFact) -> Span:
    record = record_of(fact)
    outcome, state = text_at(record, "outcome"), text_at(record, "final_state")
    return Span(f"{outcome}: {state}", Tone.PLAIN if outcome == "success" else Tone.WARN)


def _took(index: TreeIndex) -> Iterable[Span]:
    """Tell how long it was from the birth of what was asked to its first fill."""
    for node, fact in index.facts(EntryKind.FILL_BOOKED):
        born = [one.facts[0].time_ms for one in index.upwards(node) if one.facts]
        yield Span(f"first fill after {short_age(fact.time_ms - min(born))}", Tone.DIM)
        return


def _costs(index: TreeIndex) -> Iterable[Span]:
    for one in leg_costs(index):
        filled = f"{one.leg}: {one.fills} fill{'' if one.fills == 1 else 's'}"
        if one.slippage is None:
            yield Span(filled)
        else:
            yield Span(f"{filled}, slippage {signed(one.slippage * _BASIS_POINTS, 1)} bp")
    paid = ", ".join(f"{number(fee)} {currency}" for currency, fee in fees(index).items())
    if paid:
        yield Span(f"fees {paid}")


def _faults(tree: CauseTree) -> Iterable[Line]:
    if not tree.is_unbroken:
        yield (Span("The chain is broken: a cause is named that the journal does not have.", Tone.WARN),)
    if tree.left_out:
        yield (
            Span(f"{tree.left_out} more ids belong here and are left out: ask for one of them.", Tone.DIM),
        )
