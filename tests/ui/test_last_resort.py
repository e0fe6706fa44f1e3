"""An exit over a desk that does not answer tells what was done from outside, and claims nothing else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from desk.contracts.snapshot import ExitProgress, Snapshot
from desk.contracts.states import DeskState
from desk.ui.screens.exit import ExitPanel
from tests.builders.frames import snapshot
from tests.builders.screens import PictureDesk, Screening, screen_over

A_MOMENT_S = 0.35
"""A little longer than the quiet that the second key needs."""
SILENT = "no desk runs here"


class Flattening:
    """End `desk flatten` with a given exit code."""

    def __init__(self, code: int, said: str) -> None:
        self._code, self._said = code, said

    async def flatten(self, told: Callable[[str], None]) -> int:
        told(self._said)
        return self._code


def after_an_exit(state: DeskState, word: str) -> Snapshot:
    """Build the picture of a desk that was left before."""
    earlier = ExitProgress("STR_1", 0, 1500, 1, (), 0, word, ())
    return replace(snapshot(), exit=earlier, state=state)


async def leave_past_the_desk(screen: Screening, desk: PictureDesk) -> None:
    desk.unreachable = SILENT
    await screen.until(lambda: "RECONNECTING" in screen.header or "DOWN" in screen.header)
    await screen.press("X")
    await screen.until(lambda: isinstance(screen.app.screen, ExitPanel))
    await screen.pilot.pause(A_MOMENT_S)
    await screen.press("X")
    await screen.until(lambda: "desk flatten" in screen.text and screen.app.way_out.run is not None)
    await screen.until(lambda: not (screen.app.way_out.run and screen.app.way_out.run.is_running))
    await screen.pilot.pause(0.2)


@pytest.mark.parametrize("code", [1, 3, 4])
async def test_a_flatten_that_failed_never_shows_the_flat_of_an_earlier_exit(code: int) -> None:
    desk = PictureDesk(after_an_exit(DeskState.ACTIVE, "FLAT"))
    async with screen_over(desk, last_resort=Flattening(code, "a desk lives here")) as screen:
        await leave_past_the_desk(screen, desk)
        shown = screen.text
        assert "a desk lives here" in shown
        assert "  NOT FLAT  " in shown
        assert "  FLAT  " not in shown
        assert "X X tries again" in shown
        assert "the exit goes on" not in shown


async def test_a_flatten_that_is_confirmed_says_flat_once() -> None:
    desk = PictureDesk(snapshot())
    async with screen_over(desk, last_resort=Flattening(0, "FLAT after 1.7 s")) as screen:
        await leave_past_the_desk(screen, desk)
        assert "  FLAT  " in screen.text
        assert "NOT FLAT" not in screen.text
        assert screen.text.count("FLAT after 1.7 s") == 1


async def test_no_toast_lies_over_the_way_out() -> None:
    async with screen_over(PictureDesk(snapshot())) as screen:
        screen.app.tell("before", is_problem=True)
        await screen.until(lambda: "before" in screen.text)
        screen.app.clear_notifications()
        await screen.press("X")
        screen.app.tell("an alarm meanwhile", is_problem=True)
        await screen.pilot.pause(0.2)
        assert "EMERGENCY EXIT" in screen.text
        assert "an alarm meanwhile" not in screen.text
        assert "an alarm meanwhile" in screen.told


async def test_an_exit_that_went_silent_half_way_can_be_left_past_the_desk() -> None:
    desk = PictureDesk(after_an_exit(DeskState.EXITING, ""))
    async with screen_over(desk, last_resort=Flattening(0, "FLAT after 1.7 s")) as screen:
        screen.app.way_out.show_progress()
        await screen.until(lambda: "the exit goes on" in screen.text)
        desk.unreachable = SILENT
        await screen.until(lambda: "X X leaves once more" in screen.text)
        await leave_past_the_desk(screen, desk)
        assert "  FLAT  " in screen.text
