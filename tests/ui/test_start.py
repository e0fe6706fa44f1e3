"""The screen opens, shows the desk, and closes."""

import subprocess
import sys
from pathlib import Path

from desk.contracts.screen import ScreenSettings
from desk.ui.app import DeskApp
from desk.ui.launch import writing_of
from desk.ui.parts import ScreenParts
from tests.builders.frames import snapshot
from tests.builders.living_screens import screen_over_desk
from tests.builders.screens import SIZE, KeptMemory, PictureDesk, Screening, screen_over


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


async def test_a_host_is_told_once_something_stands_on_the_screen() -> None:
    seen = list[str]()
    settings = ScreenSettings(time_zone="UTC")

    def look() -> None:
        seen.append(app.work.header.render().plain)

    parts = ScreenParts(
        PictureDesk(snapshot()), settings, KeptMemory(), writing_of(settings), when_shown=look
    )
    app = DeskApp(parts)
    async with app.run_test(size=SIZE) as pilot:
        await Screening(app, pilot).until(lambda: bool(seen))
    assert len(seen) == 1
    assert "desk" in seen[0]


def test_nothing_of_the_core_is_read_before_the_screen_stands() -> None:
    asked = "import sys, desk.cli.run, desk.ui.launch; print('desk.execution' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
