"""Which of two directives on one trade goes first, and which of them gives way."""

import pytest

from desk.contracts.sides import PositionSide
from desk.execution.precedence import Rank, Wish, beaten
from tests.builders.wishes import (
    BALANCER,
    LIMITER,
    OPERATOR,
    PARTIALS,
    PROTECTION,
    PYRAMID,
    TRAIL,
    Wishes,
)

HELD_1 = Wishes("1")
SMALLER, LARGER = HELD_1.size(PARTIALS, "0.5"), HELD_1.size(PYRAMID, "1.5")
IN_ORDER = [
    HELD_1.close(TRAIL),
    HELD_1.stop(TRAIL, "99"),
    HELD_1.size(OPERATOR, "3"),
    SMALLER,
    LARGER,
    HELD_1.size(BALANCER, "0.2"),
]


def test_a_close_comes_first_then_a_stop_then_sizes_from_the_operators_to_the_calendars() -> None:
    assert [one.rank for one in IN_ORDER] == [
        Rank.CLOSE, Rank.STOP, Rank.BY_HAND, Rank.REDUCE, Rank.ADD, Rank.BALANCE,
    ]  # fmt: skip


def test_a_stop_that_comes_with_a_size_jumps_no_queue() -> None:
    assert HELD_1.size(PYRAMID, "1.5", stop="99").rank is Rank.ADD


def test_a_size_that_is_not_known_yet_stands_with_what_adds() -> None:
    assert HELD_1.size(PYRAMID, None).rank is Rank.ADD


@pytest.mark.parametrize("wish", IN_ORDER[1:])
def test_a_close_makes_all_else_void_but_what_the_operator_says(wish: Wish) -> None:
    assert (beaten(wish, IN_ORDER[0]) is None) is (wish.author is OPERATOR)


@pytest.mark.parametrize("other", IN_ORDER)
def test_a_close_gives_way_to_nothing(other: Wish) -> None:
    assert beaten(HELD_1.close(PARTIALS), other) is None


@pytest.mark.parametrize("size", IN_ORDER[2:])
def test_a_stop_never_gives_way_to_a_size_nor_a_size_to_a_stop(size: Wish) -> None:
    stop = HELD_1.stop(TRAIL, "99")
    assert beaten(stop, size) is None
    assert beaten(size, stop) is None


def test_of_two_stops_the_tighter_stands() -> None:
    for side, tight, loose in ((PositionSide.LONG, "99", "98"), (PositionSide.SHORT, "98", "99")):
        wishes = Wishes(side=side)
        tighter, looser = wishes.stop(TRAIL, tight), wishes.stop(PARTIALS, loose)
        assert beaten(tighter, looser) is None
        reason = beaten(looser, tighter)
        assert reason == (
            f"superseded by {tighter.directive_id} by trail of swing, which moves the stop to {tight}, "
            f"tighter than {loose}"
        )


def test_two_equal_stops_are_both_carried_out() -> None:
    assert beaten(HELD_1.stop(TRAIL, "99"), HELD_1.stop(PARTIALS, "99.0")) is None


def test_the_operators_stop_stands_whichever_is_tighter() -> None:
    trailing, by_hand = HELD_1.stop(TRAIL, "99"), HELD_1.stop(OPERATOR, "90")
    assert "by operator of platform.operator" in (beaten(trailing, by_hand) or "")
    assert beaten(by_hand, trailing) is None


def test_a_repair_of_protection_gives_way_to_no_worker() -> None:
    assert beaten(HELD_1.stop(PROTECTION, "98"), HELD_1.stop(TRAIL, "99")) is None
    assert beaten(HELD_1.stop(TRAIL, "97"), HELD_1.stop(PROTECTION, "98")) is not None


def test_a_stop_that_comes_with_a_target_is_not_lost_to_a_tighter_stop() -> None:
    assert beaten(HELD_1.stop(TRAIL, "98", with_target=True), HELD_1.stop(PARTIALS, "99")) is None


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (SMALLER, LARGER),
        (SMALLER, HELD_1.size(BALANCER, "1.2")),
        (LARGER, HELD_1.size(BALANCER, "0.5")),
        (HELD_1.size(LIMITER, "0.5"), HELD_1.size(BALANCER, "2")),
        (HELD_1.size(OPERATOR, "2"), SMALLER),
        (HELD_1.size(BALANCER, "0.9"), HELD_1.size(BALANCER, "1.1")),
    ],
)
def test_of_two_sizes_in_opposite_directions_the_better_rank_stands(better: Wish, worse: Wish) -> None:
    assert beaten(better, worse) is None
    reason = beaten(worse, better)
    assert reason is not None
    assert reason.startswith(f"superseded by {better.directive_id} by {better.author}, which ")


@pytest.mark.parametrize(("smaller", "larger"), [("0.3", "0.6"), ("1.2", "1.5")])
def test_of_two_sizes_in_one_direction_the_smaller_stands_whoever_asks(smaller: str, larger: str) -> None:
    for one, other in ((PARTIALS, BALANCER), (BALANCER, PARTIALS), (PYRAMID, PARTIALS)):
        small, large = HELD_1.size(one, smaller), HELD_1.size(other, larger)
        assert beaten(small, large) is None
        assert f"the smaller size stands, not {larger}" in (beaten(large, small) or "")


def test_a_size_that_changes_nothing_or_is_not_known_contradicts_nothing() -> None:
    for wish in (HELD_1.size(PARTIALS, "1"), HELD_1.size(PARTIALS, None)):
        assert beaten(wish, LARGER) is None
        assert beaten(LARGER, wish) is None
