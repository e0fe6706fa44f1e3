"""Ranges that pass the check leave no directive without a planner, and none with two of equal rank."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.plans import Plan, PlanRole
from desk.planning import PlannerChoice
from desk.planning.coverage import check_coverage
from desk.planning.matcher import DOMAINS, Range, matched_values, winner
from desk.planning.request import PlanRequest
from tests.builders.planning import ScriptedPlanner, entering, new_trade

ENTRY = PlanRole.ENTRY

steps = st.integers(0, 4).map(lambda quarter: Decimal(quarter) / 4)
values = st.integers(0, 16).map(lambda sixteenth: Decimal(sixteenth) / 16)
ranges = st.tuples(steps, steps).map(lambda ends: (min(ends), max(ends)))


def no_plan(_: PlanRequest) -> Plan | None:
    return None


@st.composite
def rules(draw: st.DrawFn) -> list[PlannerChoice]:
    drawn = draw(
        st.lists(
            st.tuples(
                st.dictionaries(st.sampled_from(["confidence", "timing_preference"]), ranges),
                st.integers(0, 1),
            ),
            min_size=1,
            max_size=5,
        )
    )
    return [
        PlannerChoice(ScriptedPlanner(ENTRY, no_plan, f"planner{place}"), when, priority)
        for place, (when, priority) in enumerate(drawn)
    ]


def holds(rule: PlannerChoice, at: dict[str, Decimal]) -> bool:
    return all(low <= at[name] <= high for name, (low, high) in rule.when.items())


def is_inside(rule: PlannerChoice, at: dict[str, Decimal]) -> bool:
    """Tell whether a point lies in a rule's ranges and on no bound that another range could begin at."""
    return all(_is_within(rule.when.get(name), value) for name, value in at.items())


def _is_within(held: Range | None, value: Decimal) -> bool:
    return held is None or held[0] < value < held[1] or held[0] == value == held[1]


@given(chosen=rules(), confidence=values, timing=values)
def test_what_the_check_passes_has_one_winner(
    chosen: list[PlannerChoice], confidence: Decimal, timing: Decimal
) -> None:
    faults = check_coverage(ENTRY, chosen)
    directive = new_trade(entry=entering(timing_preference=str(timing)), confidence=confidence)
    at = matched_values(ENTRY, directive)
    assert set(at) == set(DOMAINS[ENTRY])
    found = winner(ENTRY, chosen, directive)
    if found is None:
        assert any(fault.startswith("no entry planner where") for fault in faults)
        return
    equals = [rule for rule in chosen if rule.priority == found.priority and is_inside(rule, at)]
    if len(equals) > 1:
        assert any("both hold" in fault for fault in faults)


@given(chosen=rules())
def test_a_reported_gap_is_a_gap(chosen: list[PlannerChoice]) -> None:
    has_gap = any(fault.startswith("no entry planner where") for fault in check_coverage(ENTRY, chosen))
    eighths = [Decimal(place) / 8 for place in range(9)]
    is_open = any(
        not any(holds(rule, {"confidence": one, "timing_preference": other}) for rule in chosen)
        for one in eighths
        for other in eighths
    )
    assert has_gap == is_open
