"""What every pane has in common: where to go, look closer, filter, sort, copy, stand still."""

from dataclasses import replace

from desk.contracts.states import DeskState
from desk.ui.screens.events import EventsScreen
from desk.ui.screens.help import HelpScreen
from desk.ui.screens.work import WorkspaceView
from desk.ui.workspaces import WORKSPACES
from tests.builders.frames import busy_snapshot, snapshot
from tests.builders.screens import KeptMemory, PictureDesk, Screening, screen_over


def shown(screen: Screening) -> list[str]:
    return [one.name_of_pane for one in screen.app.work.shown_panes()]


async def test_numbers_open_workspaces_and_the_last_is_remembered() -> None:
    memory = KeptMemory()
    async with screen_over(busy_snapshot(), memory=memory) as screen:
        for number, workspace in enumerate(WORKSPACES, start=1):
            await screen.press(str(number))
            assert shown(screen) == list(workspace.panes)
            focused = screen.app.work.focused_pane
            assert focused is not None
            assert focused.name_of_pane == workspace.panes[0]
        await screen.press("3")
    async with screen_over(busy_snapshot(), memory=memory) as screen:
        assert shown(screen) == ["orders", "closed_trades"]


async def test_zoom_gives_a_pane_the_workspace_and_back() -> None:
    async with screen_over(busy_snapshot()) as screen:
        pane = screen.app.work.shown_panes()[0]
        before = pane.size
        await screen.press("z")
        assert shown(screen) == ["positions"]
        assert pane.size.height > before.height
        await screen.press("escape")
        assert len(shown(screen)) == 3
        assert pane.size == before


async def test_a_frozen_display_stands_still_while_the_header_and_the_desk_go_on() -> None:
    desk = PictureDesk(busy_snapshot(positions=2))
    async with screen_over(desk) as screen:
        await screen.press("space")
        assert "PAUSED" in screen.header
        desk.picture = replace(busy_snapshot(positions=5), state=DeskState.HALTED)
        await screen.until(lambda: "HALTED" in screen.header)
        assert "2 open" in screen.text
        situation = screen.app.situation
        assert situation is not None
        assert len(situation.frame.snapshot.positions) == 5, "actions see the newest picture"
        await screen.press("space")
        await screen.until(lambda: "5 open" in screen.text)
        assert "PAUSED" not in screen.header


async def test_a_filter_counts_what_it_leaves_and_esc_clears_it() -> None:
    async with screen_over(busy_snapshot()) as screen:
        await screen.press("slash", "e", "t", "h")
        pane = screen.app.work.shown_panes()[0]
        assert "1 of 8" in screen.text
        await screen.press("enter")
        assert screen.app.work.focused_pane is pane
        assert "/eth  1 of 8" in screen.text
        await screen.press("escape")
        assert "1 of 8" not in screen.text


async def test_a_letter_in_the_filter_line_is_text_and_no_command() -> None:
    desk = PictureDesk(busy_snapshot())
    async with screen_over(desk) as screen:
        await screen.press("slash", "q", "H", "space", "c")
        assert screen.app.is_running
        assert not desk.commands
        assert not screen.app.board.is_frozen


async def test_order_is_chosen_by_key_and_remembered() -> None:
    memory = KeptMemory()
    async with screen_over(busy_snapshot(), memory=memory) as screen:
        await screen.press("s")
        await screen.until(lambda: memory.kept.get("sort.positions") == "symbol")
        await screen.press("S")
        await screen.until(lambda: memory.kept.get("sort.positions") == "-symbol")
        await screen.press("M")
        await screen.until(lambda: memory.kept.get("sort.positions") == "mark")
        memory.kept["sort.positions"] = "-symbol"
    async with screen_over(busy_snapshot(), memory=memory) as screen:
        lines = [one for one in screen.text.splitlines() if "USDT" in one and "LONG" in one]
        assert "ETH/USDT" in lines[0]


async def test_copying_goes_to_the_clipboard_with_a_toast() -> None:
    async with screen_over(busy_snapshot()) as screen:
        await screen.press("y")
        assert screen.app.clipboard == "BTC/USDT"
        await screen.press("Y")
        assert screen.app.clipboard.startswith("BTC/USDT\tLONG")
        assert screen.told[0] == "copied: BTC/USDT"


async def test_what_was_told_stays_in_the_event_list() -> None:
    async with screen_over(snapshot()) as screen:
        screen.app.tell("the venue refused it", is_problem=True)
        for number in range(600):
            screen.app.events.add(replace(screen.app.events.newest_first[0], text=f"filler {number}"))
        screen.app.tell("closed BTC/USDT")
        await screen.press("e")
        assert isinstance(screen.app.screen, EventsScreen)
        assert "closed BTC/USDT" in screen.text
        assert len(screen.app.events.newest_first) == 500
        await screen.press("escape")
        assert not isinstance(screen.app.screen, EventsScreen)


async def test_help_lists_what_works_in_this_pane() -> None:
    async with screen_over(busy_snapshot(), size=(120, 70)) as screen:
        await screen.press("question_mark")
        assert isinstance(screen.app.screen, HelpScreen)
        assert "help: positions" in screen.text
        assert "zoom" in screen.text
        await screen.press("f1")
        assert not isinstance(screen.app.screen, HelpScreen)


async def test_the_palette_finds_a_command_by_its_name_and_does_it() -> None:
    async with screen_over(busy_snapshot()) as screen:
        await screen.press("colon")
        await screen.press(*"health")
        await screen.until(lambda: "view: workspace health" in screen.text)
        await screen.press("enter")
        await screen.until(lambda: "health" in shown(screen))
        await screen.press("ctrl+p")
        assert "desk: emergency exit" in screen.text


async def test_jump_mode_goes_to_a_pane_by_its_letter() -> None:
    async with screen_over(busy_snapshot()) as screen:
        await screen.press("ctrl+o")
        assert " d " in screen.text
        await screen.press("d")
        focused = screen.app.work.focused_pane
        assert focused is not None
        assert focused.name_of_pane == "terminations"


async def test_tab_goes_from_pane_to_pane() -> None:
    async with screen_over(busy_snapshot()) as screen:
        names = list[str]()
        for _ in range(3):
            await screen.press("tab")
            focused = screen.app.work.focused_pane
            assert focused is not None
            names.append(focused.name_of_pane)
        assert names == ["directives", "terminations", "positions"]


async def test_themes_go_round_and_the_last_is_kept() -> None:
    memory = KeptMemory()
    async with screen_over(snapshot(), memory=memory) as screen:
        await screen.press("t")
        assert screen.app.theme == "desk-light"
    async with screen_over(snapshot(), memory=memory) as screen:
        assert screen.app.theme == "desk-light"


async def test_the_footer_says_at_most_seven_things_that_work_now() -> None:
    async with screen_over(busy_snapshot()) as screen:
        assert len(screen.footer.split("  ")) <= 7
        assert screen.footer.rstrip().endswith("? help")
        assert "X exit" in screen.footer


async def test_only_the_shown_workspace_is_drawn() -> None:
    async with screen_over(busy_snapshot()) as screen:
        await screen.press("2")
        views = [one.id for one in screen.app.work.query(WorkspaceView) if one.display]
        assert views == ["workspace-market"]
