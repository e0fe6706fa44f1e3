"""Whether the ranges of a role's planners leave gaps, or let two planners hold at once: checked exactly."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations, pairwise

from desk.contracts.plans import PlanRole
from desk.planning.matcher import DOMAINS, Range, Rule

_MOST_REPORTED = 5


@dataclass(frozen=True, slots=True)
class _Span:
    """Hold an interval with its ends in or out."""

    low: Decimal
    high: Decimal
    low_in: bool
    high_in: bool

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.low:f}"
        return (
            f"{'' if self.low_in else 'over '}{self.low:f} to {'' if self.high_in else 'under '}{self.high:f}"
        )


_Region = tuple[tuple[str, _Span], ...]


def check_coverage(role: PlanRole, rules: Sequence[Rule]) -> list[str]:
    """Name what is wrong with the ranges of one role, each as one text; nothing where all is well.

    Every possible directive must have one winner. Two planners of the same priority may touch (0.7 ends one
    range and begins the other: the first listed wins there) and not overlap.
    """
    if not rules:
        return [f"there is no {role} planner"]
    faults = [fault for rule in rules for fault in _range_faults(role, rule)]
    if faults:
        return faults
    fields = [name for name in DOMAINS[role] if any(name in rule.when for rule in rules)]
    gaps = _gaps(tuple(fields), tuple(rules), DOMAINS[role])
    texts = [f"no {role} planner where {_words(gap)}" for gap in gaps[:_MOST_REPORTED]]
    if len(gaps) > _MOST_REPORTED:
        texts.append(f"and {len(gaps) - _MOST_REPORTED} gaps more")
    return texts + list(_overlaps(role, rules))


def _range_faults(role: PlanRole, rule: Rule) -> Iterator[str]:
    domains = DOMAINS[role]
    for name, (low, high) in rule.when.items():
        who = f"{rule.manifest.name}: {name}"
        if name not in domains:
            yield f"{who} does not choose {role} planners; write one of {', '.join(domains)}"
        elif not (low.is_finite() and high.is_finite()):
            yield f"{who} has the range {low} to {high}, which is no range of numbers"
        elif not domains[name][0] <= low <= high <= domains[name][1]:
            lowest, highest = domains[name]
            remedy = f"write two ascending values from {lowest} to {highest}"
            yield f"{who} has the range {low:f} to {high:f}; {remedy}"


def _gaps(fields: tuple[str, ...], rules: tuple[Rule, ...], domains: Mapping[str, Range]) -> list[_Region]:
    """Return the regions in which no rule holds, splitting one field after another at every bound."""
    if not rules:
        return [()]
    if not fields:
        return []
    name, rest = fields[0], fields[1:]
    found: list[_Region] = []
    before: list[_Region] = []
    for span in _spans(name, rules, domains[name]):
        holding = tuple(rule for rule in rules if _covers(rule.when.get(name, domains[name]), span))
        inner = _gaps(rest, holding, domains)
        if inner and inner == before:
            found[-len(inner) :] = [_widened(region, span) for region in found[-len(inner) :]]
        else:
            found += [((name, span), *region) for region in inner]
        before = inner
    return found


def _spans(name: str, rules: Sequence[Rule], domain: Range) -> Iterator[_Span]:
    """Cut the domain into points and open intervals: on each, every rule holds or does not."""
    bounds = {bound for rule in rules if name in rule.when for bound in rule.when[name]}
    points = sorted(bounds | set(domain))
    for low, high in pairwise(points):
        yield _Span(low, low, low_in=True, high_in=True)
        yield _Span(low, high, low_in=False, high_in=False)
    yield _Span(points[-1], points[-1], low_in=True, high_in=True)


def _covers(held: Range, span: _Span) -> bool:
    return held[0] <= span.low and span.high <= held[1]


def _widened(region: _Region, span: _Span) -> _Region:
    (name, first), *rest = region
    return ((name, replace(first, high=span.high, high_in=span.high_in)), *rest)


def _overlaps(role: PlanRole, rules: Sequence[Rule]) -> Iterator[str]:
    domains = DOMAINS[role]
    for one, other in combinations(rules, 2):
        if one.priority != other.priority:
            continue
        shared: list[tuple[str, _Span]] = []
        for name in domains:
            span = _shared(one.when.get(name, domains[name]), other.when.get(name, domains[name]))
            if span is None:
                break
            if name in one.when or name in other.when:
                shared.append((name, span))
        else:
            where = f" where {_words(tuple(shared))}" if shared else " everywhere"
            names = f"{one.manifest.name} and {other.manifest.name}"
            yield f"the {role} planners {names} both hold{where}; give one of them a higher priority"


def _shared(one: Range, other: Range) -> _Span | None:
    """Return what two ranges share; None where nothing, or only the bound at which one follows the other."""
    low, high = max(one[0], other[0]), min(one[1], other[1])
    if low > high:
        return None
    are_wide = one[0] < one[1] and other[0] < other[1]
    if low == high and are_wide and low in {one[1], other[1]} and low in {one[0], other[0]}:
        return None
    return _Span(low, high, low_in=True, high_in=True)


def _words(region: _Region) -> str:
    return " and ".join(f"{name} is {span}" for name, span in region) or "anything"
