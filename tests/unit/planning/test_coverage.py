"""Which planner is asked, and whether the ranges leave gaps or overlap: exact, in Decimal."""

from decimal import Decimal
from typing import Any

import pytest

from desk.contracts.plans import Plan, PlanRole
from desk.planning import PlannerChoice
from desk.planning.coverage import check_coverage
from desk.planning.matcher import winner
from desk.planning.request import PlanRequest
from tests.builders.planning import ScriptedPlanner, entering, leaving, new_trade

ENTRY = PlanRole.ENTRY
REMEDY = "give one of them a higher priority"


def no_plan(_: PlanRequest) -> Plan | None:
    return None


def rule(name: str, priority: int = 0, role: PlanRole = ENTRY, **ranges: tuple[str, str]) -> PlannerChoice:
    when = {field: (Decimal(low), Decimal(high)) for field, (low, high) in ranges.items()}
    return PlannerChoice(ScriptedPlanner(role, no_plan, name), when, priority)


def chosen(*rules: PlannerChoice, confidence: str = "1", timing: str = "0.5") -> str | None:
    directive = new_trade(entry=entering(timing_preference=timing), confidence=Decimal(confidence))
    found = winner(ENTRY, rules, directive)
    return found.manifest.name if found is not None else None


def test_a_planner_without_ranges_covers_everything() -> None:
    assert check_coverage(ENTRY, [rule("all")]) == []
    assert chosen(rule("all"), confidence="0") == "all"


def test_a_role_without_planners_is_a_gap() -> None:
    assert check_coverage(PlanRole.SIZE, []) == ["there is no size planner"]


def test_ranges_that_touch_cover_without_overlap_and_the_first_listed_wins_there() -> None:
    rules = (rule("calm", confidence=("0", "0.7")), rule("bold", confidence=("0.7", "1")))
    assert check_coverage(ENTRY, rules) == []
    assert [chosen(*rules, confidence=one) for one in ("0.69", "0.7", "0.71")] == ["calm", "calm", "bold"]


def test_the_seeds_own_example_has_a_gap_and_an_overlap() -> None:
    rules = (
        rule("immediate", confidence=("0.8", "1")),
        rule("patient", confidence=("0", "0.7")),
        rule("layered", confidence=("0.8", "0.9")),
    )
    assert check_coverage(ENTRY, rules) == [
        "no entry planner where confidence is over 0.7 to under 0.8",
        "the entry planners immediate and layered both hold where confidence is 0.8 to 0.9; " + REMEDY,
    ]


def test_a_gap_of_the_smallest_width_is_found() -> None:
    rules = (rule("a", confidence=("0", "0.6999999999999999999999")), rule("b", confidence=("0.7", "1")))
    assert check_coverage(ENTRY, rules) == [
        "no entry planner where confidence is over 0.6999999999999999999999 to under 0.7"
    ]


def test_a_gap_up_to_the_end_includes_the_end() -> None:
    assert check_coverage(ENTRY, [rule("a", confidence=("0.5", "0.9"))]) == [
        "no entry planner where confidence is 0 to under 0.5",
        "no entry planner where confidence is over 0.9 to 1",
    ]


def test_a_gap_in_two_fields_names_both() -> None:
    rules = (
        rule("sure", confidence=("0.5", "1")),
        rule("hasty", confidence=("0", "0.5"), timing_preference=("0.5", "1")),
    )
    assert check_coverage(ENTRY, rules) == [
        "no entry planner where confidence is 0 to under 0.5 and timing_preference is 0 to under 0.5"
    ]


def test_overlap_with_different_priorities_is_meant() -> None:
    rules = (rule("always"), rule("sure", priority=1, confidence=("0.9", "1")))
    assert check_coverage(ENTRY, rules) == []
    assert [chosen(*rules, confidence=one) for one in ("0.89", "0.9")] == ["always", "sure"]


def test_two_planners_for_everything_overlap_everywhere() -> None:
    assert check_coverage(ENTRY, [rule("a"), rule("b")]) == [
        "the entry planners a and b both hold everywhere; give one of them a higher priority"
    ]


def test_a_single_point_within_another_range_overlaps() -> None:
    rules = (rule("always"), rule("certain", confidence=("1", "1")))
    assert "where confidence is 1;" in check_coverage(ENTRY, rules)[0]


def test_planners_that_differ_in_one_field_do_not_overlap() -> None:
    rules = (
        rule("hasty", confidence=("0", "1"), timing_preference=("0.5", "1")),
        rule("calm", confidence=("0", "1"), timing_preference=("0", "0.5")),
    )
    assert check_coverage(ENTRY, rules) == []


@pytest.mark.parametrize(
    ("ranges", "text"),
    [
        ({"confidence": ("0.8", "0.2")}, "write two ascending values from 0 to 1"),
        ({"confidence": ("0", "1.5")}, "write two ascending values from 0 to 1"),
        ({"confidence": ("NaN", "1")}, "is no range of numbers"),
        ({"execution_urgency": ("0", "1")}, "does not choose entry planners; write one of confidence"),
    ],
)
def test_a_faulty_range_says_what_to_write(ranges: dict[str, Any], text: str) -> None:
    [fault] = check_coverage(ENTRY, [rule("a", **ranges)])
    assert text in fault


def test_a_ratio_beyond_the_highest_counts_as_the_highest() -> None:
    rules = [
        rule("near", role=PlanRole.EXIT, risk_reward_ratio=("0", "3")),
        rule("far", role=PlanRole.EXIT, risk_reward_ratio=("3", "100")),
    ]
    assert check_coverage(PlanRole.EXIT, rules) == []
    directive = new_trade(exit_directive=leaving(risk_reward_ratio=500))
    found = winner(PlanRole.EXIT, rules, directive)
    assert found is not None
    assert found.manifest.name == "far"


def test_an_unset_field_counts_as_its_default() -> None:
    rules = (rule("hasty", timing_preference=("0.6", "1")), rule("calm", timing_preference=("0", "0.6")))
    found = winner(ENTRY, rules, new_trade())
    assert found is not None
    assert found.manifest.name == "calm"


def test_many_gaps_are_summed_up() -> None:
    rules = [rule(f"r{step}", confidence=(f"0.{step}", f"0.{step}5")) for step in range(1, 9)]
    texts = check_coverage(ENTRY, rules)
    assert len(texts) == 6
    assert texts[-1] == "and 4 gaps more"
