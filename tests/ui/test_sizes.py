"""The screen is right at every size, and says so where it cannot be."""

import pytest

from tests.builders.frames import busy_snapshot
from tests.builders.screens import screen_over


@pytest.mark.parametrize("width", [60, 80, 120, 160, 250])
async def test_state_mode_alarms_and_connection_stand_in_the_header_at_every_width(width: int) -> None:
    async with screen_over(busy_snapshot(), size=(width, 24)) as screen:
        for word in ("ACTIVE", "PAPER", "NO STOP", "ALARM", "OK", "+34.50"):
            assert word in screen.header
        assert all(len(line) <= width for line in screen.header.splitlines())
        for key in "12345":
            await screen.press(key)
            assert all(one.size.height > 0 for one in screen.app.work.shown_panes())


@pytest.mark.parametrize("size", [(59, 40), (120, 17), (20, 5), (1, 1)])
async def test_too_small_a_screen_says_so_and_can_be_left(size: tuple[int, int]) -> None:
    async with screen_over(busy_snapshot(), size=size) as screen:
        if size[0] >= 20:
            assert "too small" in screen.text
            assert "ACTIVE PAPER" in screen.text
            assert "X X leaves all" in screen.text
        await screen.press("space", "1", "c", "slash", "t")
        assert not screen.told
        await screen.press("q")
        assert screen.app.return_value == 0


async def test_a_resize_storm_leaves_a_screen_that_is_right() -> None:
    async with screen_over(busy_snapshot()) as screen:
        for width, height in [(20, 5), (250, 70), (60, 18), (1, 1), (79, 24), (160, 45), (59, 18)] * 3:
            await screen.pilot.resize_terminal(width, height)
        await screen.pilot.resize_terminal(120, 40)
        await screen.pilot.pause()
        assert "Open positions" in screen.text
        assert "too small" not in screen.text
