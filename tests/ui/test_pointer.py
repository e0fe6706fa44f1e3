"""The mouse reaches everything, and never sends anything to the venue."""

from textual.events import MouseDown, Paste

from desk.contracts.commands import AcknowledgeAlarm
from tests.builders.frames import busy_snapshot
from tests.builders.screens import PictureDesk, screen_over


async def test_a_tab_in_the_header_opens_its_workspace() -> None:
    async with screen_over(busy_snapshot()) as screen:
        column = screen.header.splitlines()[0].index("Market") + 1  # the header has a margin of one
        await screen.pilot.click("#header", offset=(column + 1, 0))
        await screen.until(lambda: screen.app.work.workspace == "market")


async def test_a_hint_that_only_changes_the_view_can_be_clicked() -> None:
    async with screen_over(busy_snapshot()) as screen:
        await screen.pilot.click("#footer", offset=(screen.footer.index("help") + 1, 0))
        await screen.until(lambda: "help: positions" in screen.text)


async def test_a_click_never_sends_a_command() -> None:
    desk = PictureDesk(busy_snapshot())
    async with screen_over(desk) as screen:
        await screen.pilot.click("#footer", offset=(screen.footer.index("halt") + 1, 0))
        await screen.until(lambda: any("a click never acts" in one for one in screen.told))
        screen.app.post_message(MouseDown(None, 5, 5, 0, 0, 1, shift=False, meta=False, ctrl=False))
        await screen.pilot.pause()
        outcome = await screen.app.stage.carry_out(AcknowledgeAlarm(), "acknowledging")
        assert outcome is None
        assert not desk.commands
        await screen.press("H")
        await screen.until(lambda: bool(desk.commands))


async def test_a_paste_outside_an_input_does_nothing() -> None:
    desk = PictureDesk(busy_snapshot())
    async with screen_over(desk) as screen:
        before = screen.text
        screen.app.post_message(Paste("XXHcq\n1\x1b[31m"))
        await screen.pilot.pause()
        assert screen.text == before
        assert not desk.commands
        assert screen.app.is_running
