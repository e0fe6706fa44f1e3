"""A newcomer is shown the way, once."""

from desk.contracts.screen import ScreenSettings
from tests.builders.frames import busy_snapshot
from tests.builders.screens import KeptMemory, screen_over


async def test_the_first_start_shows_three_hints_and_the_second_none() -> None:
    memory = KeptMemory(kept={})
    async with screen_over(busy_snapshot(), memory=memory, size=(160, 40)) as screen:
        for hint in ("1 to 5 are the workspaces", "? lists every key", "X, and X again"):
            assert hint in screen.text
        await screen.press("escape")
        assert "1 to 5 are the workspaces" not in screen.text
    async with screen_over(busy_snapshot(), memory=memory) as screen:
        assert "1 to 5 are the workspaces" not in screen.text


async def test_an_observer_is_told_of_no_way_out_and_the_hints_wait_for_who_acts() -> None:
    memory = KeptMemory(kept={})
    observing = ScreenSettings(time_zone="UTC", observe=True)
    async with screen_over(busy_snapshot(), memory=memory, settings=observing, size=(160, 40)) as screen:
        assert "X, and X again" not in screen.text
    async with screen_over(busy_snapshot(), memory=memory, size=(160, 40)) as screen:
        assert "X, and X again" in screen.text


async def test_the_tour_goes_on_by_doing_what_it_says() -> None:
    async with screen_over(busy_snapshot(), with_tour=True) as screen:
        assert "1/7" in screen.text
        await screen.press("3")
        assert "1/7" in screen.text
        for number, key in enumerate("23451", start=2):
            await screen.press(key)
            assert f"{number}/7" in screen.text
        await screen.press("question_mark", "escape")
        assert "7/7" in screen.text
        assert "press X, wait a moment, and press X again" in screen.text
