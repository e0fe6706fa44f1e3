"""Two keys leave everything, from wherever the operator is on the screen."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.events import Key, Paste
from textual.widgets import Input

from desk.contracts.screen import ScreenSettings
from desk.contracts.states import DeskState
from desk.ui.screens.exit import ExitPanel
from desk.ui.screens.exit_progress import ExitProgressPanel
from tests.builders.living_desk import LivingDesk
from tests.builders.living_screens import screen_over_desk
from tests.builders.screens import Screening

A_MOMENT_S = 0.35
"""A little longer than the quiet that the second key needs."""
NO_FIRE_S = 0.4
"""Longer than a second press takes to stand."""


async def with_a_position(desk: LivingDesk) -> None:
    desk.tick("50000")
    desk.issue(desk.new_trade())
    await desk.settle()
    assert len(desk.positions) == 1


async def leave(screen: Screening, key: str = "X") -> None:
    await screen.press(key)
    await screen.pilot.pause(A_MOMENT_S)
    await screen.press(key)


def has_left(screen: Screening, desk: LivingDesk) -> Callable[[], bool]:
    def left() -> bool:
        desk.tick("50000")
        return "FLAT after" in desk.desk.core.parts.execution.state.reason and "FLAT" in screen.text

    return left


async def ends_flat(screen: Screening, desk: LivingDesk) -> None:
    await screen.until(lambda: isinstance(screen.app.screen, ExitProgressPanel), "the exit is followed")
    await screen.until(has_left(screen, desk), "the exit ends flat")
    assert desk.positions == ()
    assert desk.desk.core.parts.execution.state.current is DeskState.HALTED
    assert "NOT FLAT" not in screen.text


async def test_the_panel_names_what_will_be_closed_and_cancelled_and_where(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path) as (screen, desk):
        await with_a_position(desk)
        await screen.until(lambda: bool(screen.app.situation and screen.app.situation.frame.snapshot.orders))
        await screen.press("X")
        await screen.until(lambda: "closes at the market" in screen.text)
        shown = screen.text
        assert "paper PAPER: close 1 position, cancel 2 orders" in shown
        assert "BTC/USDT:USDT  LONG" in shown
        assert "stop" in shown
        await screen.press("escape")
        assert not isinstance(screen.app.screen, ExitPanel)
        assert len(desk.positions) == 1


async def test_two_presses_end_flat_and_say_so(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path) as (screen, desk):
        await with_a_position(desk)
        await leave(screen)
        await ends_flat(screen, desk)
        assert "1 of 1 out" in screen.text
        await screen.press("escape")
        assert "HALTED" in screen.header


async def test_an_exit_over_an_empty_book_still_halts(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path) as (screen, desk):
        desk.tick("50000")
        await leave(screen)
        await ends_flat(screen, desk)


@pytest.mark.parametrize("opening", ["question_mark", "ctrl+p", "space"])
async def test_it_works_over_whatever_is_open(opening: str, tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path) as (screen, desk):
        await with_a_position(desk)
        await screen.press(opening)
        await leave(screen, "f9" if opening == "ctrl+p" else "X")
        await ends_flat(screen, desk)


async def test_an_input_keeps_its_letters_and_the_twin_key_leaves(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path) as (screen, desk):
        await with_a_position(desk)
        await screen.press("slash", "X")
        typed = screen.app.focused
        assert isinstance(typed, Input)
        assert typed.value == "X"
        assert not isinstance(screen.app.screen, ExitPanel)
        await leave(screen, "f9")
        await ends_flat(screen, desk)


async def test_leaving_again_follows_in_the_panel_that_is_open(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path) as (screen, desk):
        await with_a_position(desk)
        await leave(screen)
        await ends_flat(screen, desk)
        await leave(screen)
        await ends_flat(screen, desk)
        await screen.press("escape")
        assert screen.app.screen is screen.app.work


async def test_it_works_on_a_screen_too_small_for_anything_else(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path, size=(40, 10)) as (screen, desk):
        await with_a_position(desk)
        await leave(screen)
        await ends_flat(screen, desk)


async def test_a_burst_of_the_key_only_opens_the_panel(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path) as (screen, desk):
        await with_a_position(desk)
        for _ in range(30):
            screen.app.post_message(Key("X", "X"))
        await screen.pilot.pause(NO_FIRE_S)
        assert isinstance(screen.app.screen, ExitPanel)
        assert len(desk.positions) == 1
        assert desk.desk.core.parts.execution.state.current is DeskState.ACTIVE


async def test_a_paste_and_a_click_fire_nothing(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path) as (screen, desk):
        await with_a_position(desk)
        screen.app.post_message(Paste("XXXX"))
        await screen.pilot.pause(A_MOMENT_S)
        assert not isinstance(screen.app.screen, ExitPanel)
        await screen.press("X")
        screen.app.post_message(Paste("X"))
        await screen.pilot.click("#hint")
        await screen.pilot.pause(NO_FIRE_S)
        assert len(desk.positions) == 1


async def test_a_screen_that_only_watches_has_no_way_out(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path, settings=ScreenSettings(observe=True)) as (screen, desk):
        await with_a_position(desk)
        await leave(screen)
        await screen.pilot.pause(NO_FIRE_S)
        assert not isinstance(screen.app.screen, ExitPanel | ExitProgressPanel)
        assert len(desk.positions) == 1


async def test_the_palette_opens_the_panel_and_the_second_press_is_a_key(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path) as (screen, desk):
        await with_a_position(desk)
        screen.app.action_perform("desk.exit")
        await screen.until(lambda: isinstance(screen.app.screen, ExitPanel))
        await screen.pilot.pause(A_MOMENT_S)
        await screen.press("X")
        await ends_flat(screen, desk)


async def test_a_second_press_while_exiting_shows_the_progress(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path) as (screen, desk):
        await with_a_position(desk)
        await leave(screen)
        await screen.until(lambda: isinstance(screen.app.screen, ExitProgressPanel))
        await screen.press("escape")
        frame = screen.app.board.newest
        if frame is not None and frame.snapshot.state is DeskState.EXITING:
            await screen.press("X")
            assert isinstance(screen.app.screen, ExitProgressPanel)
        screen.app.way_out.show_progress()
        await ends_flat(screen, desk)


async def test_the_header_tells_the_newest_state_through_questions_laid_over_each_other(
    tmp_path: Path,
) -> None:
    async with screen_over_desk(tmp_path) as (screen, desk):
        await with_a_position(desk)
        await screen.press("n")
        await leave(screen, "f9")
        await ends_flat(screen, desk)
        await screen.until(lambda: "HALTED" in screen.header)
        await screen.until(lambda: "HALTED" in header_shown(screen), "the header is drawn anew")


def header_shown(screen: Screening) -> str:
    """Return the first line as the terminal has it, also where only the background is left of it."""
    drawn = screen.app.export_screenshot(simplify=True)
    return " ".join(re.findall(r"-line-0\)\">([^<]*)<", drawn))
