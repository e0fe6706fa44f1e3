"""A grid in a real app: what it draws, how keys and mouse move it, and how little it repaints."""

from collections.abc import Iterable
from dataclasses import replace

from rich.color import Color
from textual.geometry import Region
from textual.pilot import Pilot

from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.table import Align, Cell, Column, Row, Table
from desk.ui.viewmodels.tones import Tone
from desk.ui.widgets.grid import Grid
from desk.ui.widgets.tone_styles import ToneStyles
from tests.builders.grids import Shelf, lines_of

COLUMNS = (
    Column("name", "Name", 8),
    Column("size", "Size", 6, Align.RIGHT, rank=1),
    Column("note", "Note", 10, rank=2),
)
SIZE = (40, 8)


class CountingGrid(Grid):
    """Remember which regions were refreshed."""

    def __init__(self, *, follows_newest: bool = False) -> None:
        super().__init__(follows_newest=follows_newest)
        self.refreshed: list[tuple[Region, ...]] = []

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> "CountingGrid":
        self.refreshed.append(regions)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


def row(name: str, size: int = 1, note: str = "", tone: Tone = Tone.PLAIN) -> Row:
    cells = (Cell(name), Cell(str(size), tone, size), Cell(note))
    return Row(name, cells, Subject(SubjectKind.SYMBOL, name, symbol=name))


def table(*rows: Row, foot: str = "") -> Table:
    return Table(COLUMNS, rows, (Cell(foot),) if foot else (), "Nothing here. Press n.")


def named(names: Iterable[object], foot: str = "") -> Table:
    return table(*(row(f"row-{one}", at) for at, one in enumerate(names)), foot=foot)


def shelf(*, follows_newest: bool = False) -> tuple[Shelf, CountingGrid]:
    grid = CountingGrid(follows_newest=follows_newest)
    return Shelf(grid), grid


async def show(pilot: Pilot[None], grid: Grid, shown: Table) -> list[str]:
    grid.show(shown)
    await pilot.pause()
    return lines_of(pilot.app)


async def test_it_draws_titles_rows_and_a_foot_at_the_bottom() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        lines = await show(pilot, grid, table(row("alpha", 12, "first"), row("beta", 3), foot="2 rows"))

    assert lines[:3] == ["Name       Size Note", "alpha        12 first", "beta          3"]
    assert lines[3:] == ["", "", "", "", "2 rows"]


async def test_an_empty_table_says_what_to_do() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        assert (await show(pilot, grid, table()))[1] == "Nothing here. Press n."
        grid.show(table(row("alpha")))
        grid.apply_filter("zebra")
        await pilot.pause()
        assert lines_of(app)[1] == "No row holds 'zebra'."


async def test_a_narrow_screen_drops_columns_and_a_wide_one_brings_them_back() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        await show(pilot, grid, table(row("alpha", 12, "first")))
        await pilot.resize_terminal(18, 8)
        await pilot.pause()
        assert lines_of(app)[:2] == ["Name       Size", "alpha        12"]
        assert [one.key for one in grid.columns] == ["name", "size"]
        await pilot.resize_terminal(60, 8)
        await pilot.pause()
        assert lines_of(app)[0].split() == ["Name", "Size", "Note"]


async def test_only_lines_whose_text_changed_are_drawn_again() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        await show(pilot, grid, table(row("alpha", 1), row("beta", 2), row("gamma", 3)))
        grid.refreshed.clear()

        grid.show(table(row("alpha", 1), row("beta", 2), row("gamma", 3)))
        assert grid.refreshed == []

        grid.show(table(row("alpha", 1), row("beta", 5), row("gamma", 3)))
        assert [one.y for regions in grid.refreshed for one in regions] == [2]
        await pilot.pause()
        assert lines_of(app)[2].split() == ["beta", "5"]


async def test_a_change_out_of_sight_draws_nothing() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        await show(pilot, grid, named(range(30)))
        grid.refreshed.clear()
        grid.show(table(*(row(f"row-{at}", 99 if at == 29 else at) for at in range(30))))

        assert grid.refreshed == []


async def test_arrows_and_letters_move_the_cursor() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        await show(pilot, grid, named(range(30)))
        seen = []
        for key in ("down", "j", "k", "up", "end", "home", "G", "g", "pagedown", "pageup"):
            await pilot.press(key)
            assert grid.subject is not None
            seen.append(grid.subject.id)

    assert seen == [
        "row-1", "row-2", "row-1", "row-0", "row-29", "row-0", "row-29", "row-0", "row-6", "row-0",
    ]  # fmt: skip


async def test_the_cursor_is_always_in_sight() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        await show(pilot, grid, named(range(30), foot="foot"))
        await pilot.press("end")
        await pilot.pause()
        assert lines_of(app)[-2:] == ["row-29       29", "foot"]
        assert lines_of(app)[0].startswith("Name")
        await pilot.press("home")
        await pilot.pause()
        assert lines_of(app)[1].startswith("row-0 ")


async def test_the_cursor_stays_on_its_row_when_rows_move() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        await show(pilot, grid, table(row("alpha"), row("beta"), row("gamma")))
        await pilot.press("down")
        await show(pilot, grid, table(row("gamma"), row("alpha"), row("beta")))

        assert grid.subject is not None
        assert grid.subject.id == "beta"


async def test_the_view_stands_still_while_its_rows_change_places() -> None:
    app, grid = shelf()
    others = [row(f"row-{at}", at) for at in range(30) if at != 27]
    async with app.run_test(size=SIZE) as pilot:
        grid.sort_by("-size")
        await show(pilot, grid, table(*others, row("row-27", 27)))
        await pilot.press("down", "down")
        assert grid.subject is not None
        assert grid.subject.id == "row-27"

        lines = await show(pilot, grid, table(*others, row("row-27", 25)))
        assert lines[1].startswith("row-29")
        lines = await show(pilot, grid, table(*others, row("row-27", -1)))
        assert lines[-1].startswith("row-27")


async def test_a_stream_shows_its_newest_row_until_the_cursor_leaves_it() -> None:
    app, grid = shelf(follows_newest=True)
    async with app.run_test(size=SIZE) as pilot:
        await show(pilot, grid, named(range(20)))
        lines = await show(pilot, grid, named(["new", *range(20)]))
        assert lines[1].startswith("row-new")

        await pilot.press("down", "down")
        before = lines_of(app).index(next(one for one in lines_of(app) if one.startswith("row-1 ")))
        lines = await show(pilot, grid, named(["newer", "new", *range(20)]))
        assert lines[before].startswith("row-1 ")
        assert grid.subject is not None
        assert grid.subject.id == "row-1"


async def test_a_click_on_a_title_sorts_and_shows_an_arrow() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        await show(pilot, grid, table(row("b", 20), row("a", 3)))
        await pilot.click(Grid, offset=(12, 0))
        assert lines_of(app)[:2] == ["Name      Size▲ Note", "a             3"]
        await pilot.click(Grid, offset=(12, 0))
        assert lines_of(app)[:2] == ["Name      Size▼ Note", "b            20"]
        assert grid.row_order == "-size"
        await pilot.click(Grid, offset=(12, 0))
        assert grid.row_order == ""


async def test_a_click_selects_and_a_double_click_or_enter_opens() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        await show(pilot, grid, named(range(3)))
        await pilot.click(Grid, offset=(1, 2))
        assert grid.subject is not None
        assert (grid.subject.id, app.opened) == ("row-1", [])
        await pilot.double_click(Grid, offset=(1, 3))
        await pilot.press("up", "enter")
        await pilot.pause()

    assert [one.id for one in app.opened] == ["row-2", "row-1"]


async def test_a_click_below_the_rows_does_nothing() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        await show(pilot, grid, table(row("alpha"), row("beta"), foot="foot"))
        await pilot.double_click(Grid, offset=(1, 5))
        await pilot.double_click(Grid, offset=(1, 7))
        await pilot.pause()

    assert app.opened == []
    assert grid.subject is not None
    assert grid.subject.id == "alpha"


async def test_a_filter_counts_what_it_shows() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        await show(pilot, grid, table(row("alpha", note="up"), row("beta"), row("gamma", note="UP")))

        assert grid.apply_filter("up") == (2, 3)
        grid.show(table(row("alpha", note="up"), row("beta"), row("gamma"), row("delta", note="up")))
        assert [one.key for one in grid.rows] == ["alpha", "delta"]
        assert grid.apply_filter("") == (4, 4)


async def test_a_cell_and_a_row_are_copied_as_plain_text() -> None:
    app, grid = shelf()
    async with app.run_test(size=(18, 8)) as pilot:
        await show(pilot, grid, table(row("al\x1b[31mpha", 12, "the note")))

        assert grid.cell_text() == "alpha"
        assert grid.row_text() == "alpha\t12\tthe note"
        await pilot.press("right")
        assert grid.cell_text() == "12"
        await pilot.press("l", "l", "left")
        assert grid.cell_text() == "alpha"
        grid.show(table())
        assert grid.cell_text() == grid.row_text() == ""


async def test_sorting_holds_while_values_change() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        grid.sort_by("-size")
        lines = await show(pilot, grid, table(row("alpha", 1), row("beta", 2)))
        assert lines[1].startswith("beta")
        lines = await show(pilot, grid, table(row("alpha", 5), row("beta", 2)))
        assert lines[1].startswith("alpha")


async def test_ascii_mode_draws_ascii_alone() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        shown = table(row("日本", 1, "naïve · text that is long"))
        grid.show(shown, ascii_only=True)
        grid.sort_by("name")
        await pilot.pause()
        assert all(one.isascii() for one in lines_of(app))
        assert lines_of(app)[1].startswith("??")


async def test_escapes_and_markup_reach_no_terminal() -> None:
    app, grid = shelf()
    async with app.run_test(size=(60, 8)) as pilot:
        lines = await show(pilot, grid, table(row("[red]", 1, "\x1b[2J\x07gone\n")))

    assert lines[1] == "[red]         1 gone"


async def test_an_alarm_is_told_from_others_without_colour() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        await show(pilot, grid, table(row("alpha"), row("beta", 2, tone=Tone.ALARM)))
        strip = grid.render_line(2)
        styles = {one.text.strip(): one.style for one in strip if one.text.strip()}

    style = styles["2"]
    assert style is not None
    assert style.reverse


async def test_every_theme_has_a_style_for_every_tone() -> None:
    app, _ = shelf()
    async with app.run_test(size=SIZE) as pilot:
        good = ToneStyles.of(app)[Tone.GOOD].color
        app.theme = "ansi"
        await pilot.pause()
        ansi = ToneStyles.of(app)

        assert good == Color.parse("#3fcf8e")
        assert ansi[Tone.GOOD].color == Color.from_ansi(2)
        assert set(ansi) == set(Tone)


async def test_another_theme_is_drawn_at_once() -> None:
    app, grid = shelf()
    async with app.run_test(size=SIZE) as pilot:
        await show(pilot, grid, table(row("alpha"), row("beta", tone=Tone.GOOD)))
        dark = grid.render_line(2)
        app.theme = "desk-light"
        await pilot.pause()

        light = grid.render_line(2)
        assert light.text == dark.text
        assert Color.parse("#0b7a4b") in [one.style.color for one in light if one.style is not None]


async def test_the_first_column_is_there_on_the_narrowest_screen() -> None:
    app, grid = shelf()
    async with app.run_test(size=(4, 3)) as pilot:
        lines = await show(pilot, grid, replace(named(range(3)), foot=(Cell("a long foot"),)))

    assert all(len(one) <= 4 for one in lines)
