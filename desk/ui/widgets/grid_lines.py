"""Draw a table's lines as strips: title, rows and foot, each exactly as wide as the grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from desk.ui.viewmodels.arrangement import Sorting
from desk.ui.viewmodels.grid_layout import GAP, Placed
from desk.ui.viewmodels.table import Align, Cell, Row
from desk.ui.viewmodels.text import cells, clean, plain, shorten
from desk.ui.viewmodels.tones import Tone

_FOOT_GAP = 3
_SPACE = " " * GAP
_NO_STYLE = Style.null()
_KEPT_STRIPS = 1024
Drawn = tuple[tuple[Cell, ...], int | None, Strip]


@dataclass(frozen=True, slots=True)
class GridLook:
    """Hold the styles a grid is drawn in: rows, title line, foot line, the cursor's row and its cell."""

    tones: Mapping[Tone, Style]
    base: Style
    title: Style
    foot: Style
    cursor: Style
    cursor_cell: Style


class GridLines:
    """Draw lines of one width, layout and look."""

    def __init__(self, look: GridLook, placed: Sequence[Placed], width: int, *, ascii_only: bool) -> None:
        self.placed = placed
        self._look = look
        self._width = width
        self._ascii_only = ascii_only
        self._styles = {tone: look.base + style for tone, style in look.tones.items()}
        self._drawn: dict[str, Drawn] = {}
        self._under_cursor = {tone: self._below(look, tone) for tone in look.tones}

    def row(self, row: Row, cursor_column: int | None) -> Strip:
        """Draw one row; `cursor_column` is the index of the cursor's column where it is on this row.

        A row that reads as it did when it was last drawn is not drawn again.
        """
        drawn = self._drawn.get(row.key)
        if drawn is not None and drawn[1] == cursor_column and drawn[0] == row.cells:
            return drawn[2]
        if len(self._drawn) > _KEPT_STRIPS:
            self._drawn.clear()
        strip = self._row(row.cells, cursor_column)
        self._drawn[row.key] = (row.cells, cursor_column, strip)
        return strip

    def _row(self, row: Sequence[Cell], cursor_column: int | None) -> Strip:
        styles = self._styles if cursor_column is None else self._under_cursor
        segments: list[Segment] = []
        run: list[str] = []
        tone = Tone.PLAIN
        for one in self.placed:
            cell = row[one.index]
            is_chosen = one.index == cursor_column
            if is_chosen or cell.tone is not tone:
                segments.append(Segment("".join(run), styles[tone]))
                run = []
            tone = cell.tone
            text = self._fit(cell.text, one)
            if is_chosen or tone is Tone.ALARM:
                chosen = self._look.cursor_cell if is_chosen else _NO_STYLE
                segments.append(Segment(text, styles[tone] + chosen))
                tone = Tone.PLAIN
            else:
                run.append(text)
            run.append(_SPACE)
        segments.append(Segment("".join(run), styles[tone]))
        return self._strip([one for one in segments if one.text], styles[Tone.PLAIN])

    def _below(self, look: GridLook, tone: Tone) -> Style:
        """Return a tone as the cursor lies over it: one that turns colours round would make blots of them."""
        own = look.base if look.cursor.reverse and tone is not Tone.ALARM else self._styles[tone]
        return own + look.cursor

    def title(self, sorting: Sorting, cursor_column: int | None) -> Strip:
        """Draw the line of titles, an arrow at the one that sorts."""
        segments: list[Segment] = []
        for one in self.placed:
            if segments:
                segments.append(Segment(" " * GAP, self._look.title))
            style = self._look.title
            if one.index == cursor_column:
                style = style + Style(underline=True)
            segments.extend(self._title_of(one, sorting, style))
        return self._strip(segments, self._look.title)

    def foot(self, foot: Sequence[Cell]) -> Strip:
        """Draw the foot: a run of cells, the last of them cut where the width ends."""
        texts = [clean(one.text, ascii_only=self._ascii_only) for one in foot]
        taken = sum(cells(one) for one in texts)
        gap = _FOOT_GAP if taken + _FOOT_GAP * (len(foot) - 1) <= self._width else _FOOT_GAP - 1
        segments: list[Segment] = []
        left = self._width
        for text, one in zip(texts, foot, strict=True):
            space = min(gap if segments else 0, left)
            shown = shorten(text, left - space, ascii_only=self._ascii_only)
            left -= space + cells(shown)
            segments.append(Segment(" " * space, self._look.foot))
            segments.append(Segment(shown, self._look.foot + self._look.tones[one.tone]))
        return self._strip([one for one in segments if one.text], self._look.foot)

    def message(self, text: str) -> Strip:
        """Draw one line that stands for rows that are not there."""
        shown = plain(text, self._width, ascii_only=self._ascii_only)
        return self._strip([Segment(shown, self._styles[Tone.DIM])], self._look.base)

    def blank(self) -> Strip:
        """Draw an empty line."""
        return Strip.blank(self._width, self._look.base)

    def _fit(self, text: str, one: Placed) -> str:
        to_right = one.column.align is Align.RIGHT
        if to_right and len(text) > one.width:
            text = text.replace(",", "").strip()
        return plain(text, one.width, ascii_only=self._ascii_only, to_right=to_right)

    def _title_of(self, one: Placed, sorting: Sorting, style: Style) -> list[Segment]:
        if one.column.key != sorting.key or one.width < 1:
            return [Segment(self._fit(one.column.title, one), style)]
        arrows = ("^", "v") if self._ascii_only else ("▲", "▼")
        arrow = arrows[sorting.is_descending]
        room = one.width - len(arrow)
        title = plain(one.column.title, min(len(one.column.title), room), ascii_only=self._ascii_only)
        text = title + arrow
        space = " " * (one.width - len(text))
        shown = space + text if one.column.align is Align.RIGHT else text + space
        return [Segment(shown, style)]

    def _strip(self, segments: list[Segment], style: Style) -> Strip:
        """Close a line: to the toolkit's own idea of widths, should it differ from ours."""
        return Strip(segments).adjust_cell_length(self._width, style)
