"""The screen opens, shows the desk, and closes."""

from pathlib import Path

from tests.builders.frames import busy_snapshot, snapshot
from tests.builders.living_screens import screen_over_desk
from tests.builders.screens import screen_over


async def test_a_screen_shows_state_mode_and_connection() -> None:
    async with screen_over(snapshot()) as screen:
        assert "ACTIVE" in screen.header
        assert "PAPER" in screen.header
        await screen.until(lambda: "OK" in screen.header, "a connection that answers")


async def test_a_screen_opens_over_a_living_desk(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path) as (screen, desk):
        desk.tick("50000")
        desk.issue(desk.new_trade())
        await desk.play(["50000"] * 10, every_ms=20)
        await screen.until(lambda: bool(desk.positions))
        await screen.until(lambda: "BTC/USDT" in screen.text)


async def test_every_workspace_opens_at_every_width() -> None:
    for width in (60, 80, 120, 160, 250):
        async with screen_over(busy_snapshot(), size=(width, 40)) as screen:
            for key in "12345":
                await screen.press(key)
