"""The screen is right at every size, and says so where it cannot be."""

from desk.contracts.screen import ScreenSettings
from tests.builders.frames import busy_snapshot
from tests.builders.screens import screen_over


async def test_state_mode_alarms_and_connection_stand_in_the_header_at_every_width() -> None:
    async with screen_over(busy_snapshot(), size=(250, 70)) as screen:
        for width in (250, 160, 120, 80, 60):
            await screen.pilot.resize_terminal(width, 24)
            await screen.pilot.pause()
            for word in ("ACTIVE", "PAPER", "NO STOP", "ALARM", "OK", "+34.50"):
                assert word in screen.header, (width, word)
            assert all(len(line) <= width for line in screen.header.splitlines())
            for key in "12345" if width in {60, 160} else "":
                await screen.press(key)
                assert all(one.size.height > 0 for one in screen.app.work.shown_panes()), (width, key)


async def test_too_small_a_screen_says_so_and_can_be_left() -> None:
    async with screen_over(busy_snapshot(), size=(59, 40)) as screen:
        for size in [(59, 40), (120, 17), (20, 5), (1, 1)]:
            await screen.pilot.resize_terminal(*size)
            await screen.pilot.pause()
            if size != (1, 1):
                for words in ("too small", "ACTIVE PAPER", "X X leaves all"):
                    assert words in screen.text, (size, words)
            await screen.press("space", "2", "c", "slash", "t")
        assert not screen.told
        assert screen.app.work.workspace == "desk"
        assert screen.app.work.filter_line.display is False
        await screen.press("q")
        assert screen.app.return_value == 0


async def test_too_small_a_screen_promises_an_observer_no_way_out() -> None:
    async with screen_over(busy_snapshot(), size=(50, 12), settings=ScreenSettings(observe=True)) as screen:
        for words in ("too small", "ACTIVE PAPER", "OBSERVE", "q quits"):
            assert words in screen.text, words
        assert "X X" not in screen.text


async def test_a_resize_storm_leaves_a_screen_that_is_right() -> None:
    async with screen_over(busy_snapshot()) as screen:
        for width, height in [(20, 5), (250, 70), (60, 18), (1, 1), (79, 24), (160, 45), (59, 18)]:
            await screen.pilot.resize_terminal(width, height)
        await screen.pilot.resize_terminal(120, 40)
        await screen.pilot.pause()
        assert "Open positions" in screen.text
        assert "too small" not in screen.text
