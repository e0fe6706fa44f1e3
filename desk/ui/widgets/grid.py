"""A table that costs a screen little: drawn line by line, and only the lines whose text changed.

A cursor stands on a row by its key, so that it stays on its position when the rows around it move.
"""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from desk.ui.viewmodels.arrangement import Sorting
from desk.ui.viewmodels.grid_layout import Placed, lay_out
from desk.ui.viewmodels.grid_rows import GridRows
from desk.ui.viewmodels.subject import Subject
from desk.ui.viewmodels.table import Column, Row, Table
from desk.ui.viewmodels.text import clean
from desk.ui.widgets.grid_lines import GridLines, GridLook
from desk.ui.widgets.tone_styles import ToneStyles

_TITLE_LINES = 1


class Grid(ScrollView, can_focus=True):
    """Draw a `Table` with a cursor; sorts, filters and copies, and posts `Opened` for the row chosen."""

    BINDING_GROUP_TITLE = "Table"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("left,h", "move_column(-1)", "Left", show=False),
        Binding("right,l", "move_column(1)", "Right", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
        Binding("enter", "open", "Open", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"grid--title", "grid--foot", "grid--cursor", "grid--cursor-cell"}
    DEFAULT_CSS = """
    Grid {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        & > .grid--title { color: $text-muted; text-style: bold; }
        & > .grid--foot { background: $panel; }
        & > .grid--cursor { background: $panel; }
        & > .grid--cursor-cell { text-style: none; }
        &:focus > .grid--cursor { background: $accent 25%; }
        &:focus > .grid--cursor-cell { text-style: underline; }
        &:ansi > .grid--cursor { background: ansi_default; }
        &:ansi:focus > .grid--cursor { background: ansi_default; text-style: reverse; }
    }
    """

    class Opened(Message):
        """Tell that a row was opened, by enter or a double click."""

        def __init__(self, grid: "Grid", subject: Subject) -> None:
            super().__init__()
            self.grid = grid
            self.subject = subject

        @property
        def control(self) -> "Grid":
            """The grid it came from."""
            return self.grid

    def __init__(
        self,
        *,
        follows_newest: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._rows = GridRows(follows_newest=follows_newest)
        self._ascii_only = False
        self._column_key = ""
        self._lines: GridLines | None = None

    def show(self, table: Table, *, ascii_only: bool = False) -> None:
        """Show a table: refreshes only the lines that differ from the last one."""
        rows, old = self._rows, self._rows.table
        before, cursor_before = rows.shown, rows.cursor
        is_new_layout = table.columns != old.columns or ascii_only != self._ascii_only
        self._ascii_only = ascii_only
        rows.put(table)
        if is_new_layout:
            self._forget_lines()
        if is_new_layout or len(rows.shown) != len(before) or bool(old.foot) != bool(table.foot):
            self._resize_content()
            self.refresh()
        else:
            self._refresh_changed(before, cursor_before)
            if old.foot != table.foot or old.empty != table.empty:
                self.refresh()
        self._stay_with_cursor(cursor_before)

    def _refresh_changed(self, before: Sequence[Row], cursor_before: int) -> None:
        shown, top, width = self._rows.shown, self.scroll_offset.y, self.size.width
        moved = {cursor_before, self._rows.cursor} if cursor_before != self._rows.cursor else set[int]()
        changed = [
            Region(0, _TITLE_LINES + at - top, width, 1)
            for at in range(top, min(top + self._body_height, len(shown)))
            if at in moved or shown[at] != before[at]
        ]
        if changed:
            self.refresh(*changed)

    def _stay_with_cursor(self, cursor_before: int) -> None:
        """Keep a cursor in sight that was; a stream's rows stand still while newer ones come in above."""
        top, moved = self.scroll_offset.y, self._rows.cursor - cursor_before
        if not moved or not top <= cursor_before < top + self._body_height:
            return
        if self._rows.follows_newest:
            self.scroll_to(y=top + moved, animate=False)
        else:
            self._keep_cursor_seen()

    def _rearranged(self) -> None:
        self._resize_content()
        self.refresh()
        self._keep_cursor_seen()

    @property
    def rows(self) -> Sequence[Row]:
        """The rows that show, in their order."""
        return self._rows.shown

    @property
    def subject(self) -> Subject | None:
        """What the row under the cursor is about."""
        return None if self._rows.row is None else self._rows.row.subject

    def apply_filter(self, text: str) -> tuple[int, int]:
        """Keep rows that hold every word of `text`; return how many show, and of how many."""
        self._rows.keep(text)
        self._rearranged()
        return len(self._rows.shown), len(self._rows.table.rows)

    @property
    def columns(self) -> Sequence[Column]:
        """The columns that show now."""
        return tuple(one.column for one in self._placed)

    @property
    def row_order(self) -> str:
        """A column's key, `-key` for the largest first, "" for rows as they come."""
        return self._rows.sorting.order

    def sort_by(self, order: str) -> None:
        """Sort the rows so; an unknown key changes nothing."""
        self._rows.sort(Sorting.of(order))
        self._rearranged()

    def cell_text(self) -> str:
        """Return the cell under the cursor as plain text."""
        row, column = self._rows.row, self._column
        return "" if row is None or column is None else clean(row.cells[column].text).strip()

    def row_text(self) -> str:
        """Return the whole row under the cursor, dropped columns too, with tabs between its cells."""
        row = self._rows.row
        return "" if row is None else "\t".join(clean(one.text).strip() for one in row.cells)

    @property
    def _placed(self) -> Sequence[Placed]:
        return self._drawing().placed

    @property
    def _column(self) -> int | None:
        """The index of the cursor's column in the table."""
        placed = self._placed
        found = (one.index for one in placed if one.column.key == self._column_key)
        return next(found, placed[0].index if placed else None)

    def _move_to(self, place: int) -> None:
        before = self._rows.cursor
        self._rows.move_to(place)
        for at in (before, self._rows.cursor):
            self.refresh_line(at + _TITLE_LINES)
        self._keep_cursor_seen()

    def _keep_cursor_seen(self) -> None:
        top, height, cursor = self.scroll_offset.y, self._body_height, self._rows.cursor
        if cursor < top:
            self.scroll_to(y=cursor, animate=False)
        elif height > 0 and cursor >= top + height:
            self.scroll_to(y=cursor - height + 1, animate=False)

    def action_move(self, lines: int) -> None:
        """Move the cursor by lines."""
        self._move_to(self._rows.cursor + lines)

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self._move_to(self._rows.cursor + pages * max(self._body_height - 1, 1))

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self._move_to(0)

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self._move_to(len(self._rows.shown) - 1)

    def action_move_column(self, columns: int) -> None:
        """Move the cursor by columns: it says which cell is copied."""
        shown = [one.index for one in self._placed]
        if self._column in shown:
            place = max(0, min(shown.index(self._column) + columns, len(shown) - 1))
            self._column_key = self._rows.table.columns[shown[place]].key
            self.refresh()

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.subject is not None:
            self.post_message(self.Opened(self, self.subject))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row clicked, sort by the title clicked, open on a double click."""
        offset = event.get_content_offset(self) if event.widget is self else None
        if offset is None:
            return
        placed = next((one for one in self._placed if one.start <= offset.x < one.start + one.width), None)
        place = self.scroll_offset.y + offset.y - _TITLE_LINES
        if offset.y < _TITLE_LINES:
            if placed is not None:
                self.sort_by(self._rows.sorting.picked(placed.column.key).order)
        elif offset.y < _TITLE_LINES + self._body_height and place < len(self._rows.shown):
            self._column_key = self._column_key if placed is None else placed.column.key
            self._move_to(place)
            if event.chain > 1:
                self.action_open()

    @property
    def _body_height(self) -> int:
        """How many rows there is room for."""
        return max(self.size.height - _TITLE_LINES - bool(self._rows.table.foot), 0)

    def _resize_content(self) -> None:
        height = len(self._rows.shown) + _TITLE_LINES + bool(self._rows.table.foot)
        self.virtual_size = Size(self.scrollable_content_region.width, height)

    def _forget_lines(self) -> None:
        self._lines = None

    def notify_style_update(self) -> None:
        """Draw everything anew in another theme, or with the focus come or gone."""
        super().notify_style_update()
        self._forget_lines()

    def on_resize(self) -> None:
        """Lay the columns out for the new width."""
        self._forget_lines()
        self._resize_content()
        self.refresh()

    def _drawing(self) -> GridLines:
        if self._lines is None:
            base = self.rich_style
            look = GridLook(
                tones=ToneStyles.of(self.app),
                base=base,
                title=self.get_component_rich_style("grid--title"),
                foot=self.get_component_rich_style("grid--foot"),
                cursor=self._cursor_style(),
                cursor_cell=self.get_component_rich_style("grid--cursor-cell", partial=True),
            )
            width = self.scrollable_content_region.width
            placed = lay_out(self._rows.table.columns, width)
            self._lines = GridLines(look, placed, width, ascii_only=self._ascii_only)
        return self._lines

    def _cursor_style(self) -> Style:
        """Return what the cursor lays over a row: its ground, blended, and no colour of letters."""
        whole = self.get_component_rich_style("grid--cursor")
        return Style(bgcolor=whole.bgcolor, reverse=whole.reverse)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the widget: the title, a row, or the foot."""
        lines, rows = self._drawing(), self._rows
        if y < _TITLE_LINES:
            return lines.title(rows.sorting, self._column if self.has_focus else None)
        if rows.table.foot and y == self.size.height - 1:
            return lines.foot(rows.table.foot)
        at = self.scroll_offset.y + y - _TITLE_LINES
        if at < len(rows.shown):
            return lines.row(rows.shown[at], self._column if at == rows.cursor else None)
        if at == 0:
            return lines.message(f"No row holds {rows.wanted!r}." if rows.table.rows else rows.table.empty)
        return lines.blank()
