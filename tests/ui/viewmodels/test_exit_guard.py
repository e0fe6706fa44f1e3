"""The way out opens with one key and fires with a second that was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.ui.viewmodels.exit_guard import ARMED_FOR_MS, QUIET_MS, SETTLE_MS, ExitGuard, Press, Step


def fired(presses: list[tuple[Press, int]]) -> bool:
    """Play presses as they come, with the screen looking `SETTLE_MS` after each second press."""
    guard = ExitGuard()
    due_ms: int | None = None
    for press, at_ms in presses:
        if due_ms is not None and due_ms <= at_ms and guard.is_meant(due_ms):
            return True
        due_ms = at_ms + SETTLE_MS if guard.press(press, at_ms) is Step.SECOND else None
    return due_ms is not None and guard.is_meant(due_ms)


def held(first_repeat_ms: int, every_ms: int, count: int = 100) -> list[tuple[Press, int]]:
    return [(Press.EXIT, 0), *((Press.EXIT, first_repeat_ms + every_ms * one) for one in range(count))]


def test_one_press_opens_and_fires_nothing() -> None:
    guard = ExitGuard()
    assert guard.press(Press.EXIT, 0) is Step.OPENED
    assert guard.is_open
    assert not guard.is_meant(10_000)


def test_two_presses_with_a_pause_fire_within_a_second() -> None:
    assert fired([(Press.EXIT, 0), (Press.EXIT, QUIET_MS)])
    assert QUIET_MS + SETTLE_MS < 1000


def test_a_second_press_that_follows_at_once_does_not_count() -> None:
    guard = ExitGuard()
    guard.press(Press.EXIT, 0)
    assert guard.press(Press.EXIT, QUIET_MS - 1) is Step.TOO_SOON
    assert not guard.is_meant(QUIET_MS - 1 + SETTLE_MS)


@pytest.mark.parametrize("first_repeat_ms", [150, 225, 250, 400, 500, 660, 1000])
@pytest.mark.parametrize("every_ms", [15, 25, 33, 50, 90])
def test_a_held_key_never_fires(first_repeat_ms: int, every_ms: int) -> None:
    assert not fired(held(first_repeat_ms, every_ms))


def test_a_press_after_a_held_key_was_let_go_still_fires() -> None:
    presses = held(500, 30, count=10)
    assert fired([*presses, (Press.EXIT, presses[-1][1] + QUIET_MS)])


def test_typing_on_after_the_second_press_takes_it_back() -> None:
    assert not fired([(Press.EXIT, 0), (Press.EXIT, 400), (Press.OTHER, 450)])


def test_another_key_just_before_makes_the_second_press_a_stray_one() -> None:
    assert not fired([(Press.EXIT, 0), (Press.OTHER, 300), (Press.EXIT, 400)])


def test_escape_leaves_and_the_next_press_only_opens_again() -> None:
    guard = ExitGuard()
    guard.press(Press.EXIT, 0)
    assert guard.press(Press.LEAVE, 400) is Step.LEFT
    assert guard.press(Press.EXIT, 900) is Step.OPENED


def test_the_panel_stays_open_for_five_seconds() -> None:
    guard = ExitGuard()
    guard.press(Press.EXIT, 0)
    assert guard.left_ms(ARMED_FOR_MS - 1) == 1
    assert guard.left_ms(ARMED_FOR_MS) == 0
    assert guard.press(Press.EXIT, ARMED_FOR_MS) is Step.TOO_SOON


def test_other_keys_pass_while_it_is_closed() -> None:
    assert ExitGuard().press(Press.OTHER, 0) is Step.PASSED
    assert ExitGuard().press(Press.LEAVE, 0) is Step.PASSED


@given(st.lists(st.integers(min_value=0, max_value=SETTLE_MS - 1), min_size=2, max_size=60))
def test_no_burst_of_keys_fires_however_long(gaps_ms: list[int]) -> None:
    at_ms, presses = 0, [(Press.EXIT, 0)]
    for gap_ms in gaps_ms:
        at_ms += gap_ms
        presses.append((Press.EXIT, at_ms))
    assert not fired(presses)
