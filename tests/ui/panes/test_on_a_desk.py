"""The tables over the real core with the paper exchange: what the desk does is what the screen says."""

from pathlib import Path

from desk.contracts.screen import ScreenSettings
from desk.ui.panes.positions import PositionsPane
from tests.builders.frames import closed_trade, history, snapshot
from tests.builders.living_desk import LivingDesk
from tests.builders.living_screens import screen_over_desk
from tests.builders.screens import KeptMemory, PictureDesk, Screening, screen_over


async def with_a_position(screen: Screening, desk: LivingDesk) -> None:
    desk.tick("50000")
    desk.issue(desk.new_trade())
    await desk.settle()
    await screen.until(lambda: "STOP OK" in screen.text, "the position is protected")


async def test_a_trade_is_told_from_its_directive_to_its_stop(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path) as (screen, desk):
        assert "No open positions" in screen.text
        await with_a_position(screen, desk)
        assert "LONG ▲" in screen.text
        assert "1 open" in screen.text
        await screen.until(lambda: "✓ success" in screen.text, "its flow has ended")
        desk.tick("50100")
        await screen.until(lambda: "50,100" in screen.text, "the mark follows")

        await screen.press("3")
        await screen.until(lambda: "STOP" in screen.text and "SELL ▼" in screen.text, "its stop rests")
        await screen.until(lambda: "No closed trades yet" in screen.text, "the past was asked for")

        await screen.press("5")
        await screen.until(lambda: "connector latency" in screen.text, "health is told")
        assert "feed BTC/USDT:USDT" in screen.text or "last reconcile" in screen.text


async def test_a_trade_that_is_over_moves_to_the_closed_ones(tmp_path: Path) -> None:
    async with screen_over_desk(tmp_path) as (screen, desk):
        await with_a_position(screen, desk)
        desk.issue(desk.close(*desk.positions))
        await desk.settle(price="50200")
        await screen.until(lambda: "No open positions" in screen.text, "the position is gone")

        await screen.press("3")
        await screen.until(lambda: "1 closed" in screen.text, "the closed trade is told")


async def test_ascii_is_kept_on_the_whole_desk(tmp_path: Path) -> None:
    settings = ScreenSettings(time_zone="UTC", ascii_only=True)
    async with screen_over_desk(tmp_path, settings=settings) as (screen, desk):
        await with_a_position(screen, desk)
        pane = screen.app.work.query_one(PositionsPane)
        lines = [pane.grid.render_line(at).text for at in range(pane.grid.size.height)]

        assert "LONG ^" in "\n".join(lines)
        assert all(one.isascii() for one in lines)


async def test_closed_trades_are_written_to_a_file_by_one_key() -> None:
    memory = KeptMemory()
    desk = PictureDesk(snapshot(), past=history(closed_trade()))
    async with screen_over(desk, memory=memory) as screen:
        await screen.press("3")
        await screen.until(lambda: screen.app.work.focused_pane is not None)
        screen.app.work.query_one("#pane-closed_trades Grid").focus()
        await screen.pilot.pause()
        await screen.press("w")
        await screen.until(lambda: bool(memory.exports), "the file is written")

    assert memory.exports["closed-trades.csv"].count("\n") == 2
    assert any("/exports/closed-trades.csv" in one for one in screen.told)


async def test_a_file_that_cannot_be_written_is_told() -> None:
    class FullDisk(KeptMemory):
        def export(self, name: str, text: str) -> str:
            raise OSError(28, "No space left on device")

    async with screen_over(
        PictureDesk(snapshot(), past=history(closed_trade())), memory=FullDisk()
    ) as screen:
        await screen.press("3")
        screen.app.work.query_one("#pane-closed_trades Grid").focus()
        await screen.pilot.pause()
        await screen.press("w")
        await screen.until(lambda: any("No space left" in one for one in screen.told), "the refusal is told")
