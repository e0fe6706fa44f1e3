"""Leaving asks first where it stops something, and a screen that fails tells no secrets."""

import pytest

from desk.ui.panes.pane import Pane
from desk.ui.screens.leave import LeaveScreen
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.staying import staying
from tests.builders.frames import busy_snapshot, snapshot
from tests.builders.screens import PictureDesk, desk_app, screen_over

QUESTION = "Stop the desk? Positions and their stops stay at the venue."


async def test_leaving_asks_with_the_focus_on_staying_and_says_what_stays_live() -> None:
    async with screen_over(busy_snapshot(), quit_question=QUESTION) as screen:
        for key in ("q", "ctrl+q", "ctrl+c"):
            await screen.press(key)
            assert isinstance(screen.app.screen, LeaveScreen)
            assert "8 positions" in screen.text
            assert "WITHOUT A STOP" in screen.text
            await screen.press("enter")
            assert not isinstance(screen.app.screen, LeaveScreen)
        assert screen.app.return_value is None


async def test_leaving_takes_a_step_to_the_other_answer() -> None:
    async with screen_over(snapshot(), quit_question=QUESTION) as screen:
        await screen.press("q", "right", "enter")
        assert screen.app.return_value == 0


async def test_escape_stays_and_asking_twice_asks_once() -> None:
    async with screen_over(snapshot(), quit_question=QUESTION) as screen:
        await screen.press("q", "ctrl+q", "ctrl+q", "escape")
        assert not isinstance(screen.app.screen, LeaveScreen)


async def test_a_screen_that_stops_nothing_is_left_at_once() -> None:
    async with screen_over(snapshot()) as screen:
        await screen.press("q")
        assert screen.app.return_value == 0


def test_what_stays_is_said_before_the_desk_was_heard() -> None:
    assert "not known" in staying(None)[0]


class Failing(Pane):
    """A pane that cannot draw."""

    name_of_pane = "positions"
    title = "Open positions"

    def draw(self, frame: Frame) -> None:
        api_secret = "hunter2"
        raise KeyError(api_secret)


async def test_a_pane_that_fails_is_told_once_and_the_others_go_on() -> None:
    app = desk_app(PictureDesk(snapshot()), catalog={"positions": Failing})
    async with app.run_test(notifications=True) as pilot:
        while not app.events.newest_first:
            await pilot.pause(0.02)
        app.redraw()
        told = [one.text for one in app.events.newest_first]
        assert told == ["Open positions could not be drawn (KeyError)"]


async def test_a_screen_that_fails_ends_with_one_line_and_shows_no_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = desk_app(PictureDesk(snapshot()))

    def fail() -> None:
        api_secret = "hunter2"
        raise ValueError(api_secret)

    async def run() -> None:
        async with app.run_test() as pilot:
            app.call_later(fail)
            await pilot.pause()

    with pytest.raises(ValueError, match="hunter2"):  # Pilot hands on what the terminal never sees
        await run()
    said = capsys.readouterr().err
    assert app.failure.startswith("the screen failed: ValueError at test_leaving.py:")
    assert "the screen failed" in said
    assert "hunter2" not in said
    assert app.return_code == 1
