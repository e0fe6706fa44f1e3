"""A long list of drawn lines with a cursor: only the lines that can be seen are ever drawn."""

from collections.abc import Callable, Mapping
from typing import ClassVar, Protocol

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from desk.ui.viewmodels.canvas import Line
from desk.ui.viewmodels.text import plain
from desk.ui.viewmodels.tones import Tone
from desk.ui.widgets.picture import strip_of
from desk.ui.widgets.tone_styles import ToneStyles


class Lines(Protocol):
    """Lines of one width, drawn when they are asked for."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def __getitem__(self, place: int, /) -> Line:
        """Return one of them."""
        ...


LayOut = Callable[[int], Lines]
"""Lay lines out for a width in cells."""


class LineList(ScrollView, can_focus=True):
    """Show lines with a cursor; posts `Moved` and, by enter or a double click, `Opened`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("home,g", "go(0)", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
        Binding("enter", "open", "Open", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--cursor"}
    DEFAULT_CSS = """
    LineList {
        width: 1fr; height: 1fr; overflow-x: hidden; overflow-y: auto;
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        & > .lines--cursor { background: $panel; }
        &:focus > .lines--cursor { background: $accent 25%; }
        &:ansi > .lines--cursor { background: ansi_default; }
        &:ansi:focus > .lines--cursor { background: ansi_default; text-style: reverse; }
    }
    """

    class Told(Message):
        """Tell something about a list."""

        def __init__(self, lines: "LineList") -> None:
            super().__init__()
            self.lines = lines

        @property
        def control(self) -> "LineList":
            """The list it came from."""
            return self.lines

    class Moved(Told):
        """Tell that the cursor stands on another line."""

    class Opened(Told):
        """Tell that the line under the cursor was opened."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._lay_out: LayOut = _nothing
        self._lines: Lines = ()
        self._message = ""
        self._styles: Mapping[Tone, Style] | None = None
        self.cursor = 0

    def show(self, lay_out: LayOut, *, cursor: int = 0, message: str = "") -> None:
        """Show lines with the cursor on one of them; `message` stands there where there are none."""
        self._lay_out, self._message = lay_out, message
        self._lay()
        self.cursor = max(0, min(cursor, len(self._lines) - 1))
        self._keep_cursor_seen()

    def _lay(self) -> None:
        width = self.scrollable_content_region.width
        self._lines = self._lay_out(width)
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def on_resize(self) -> None:
        """Lay the lines out for the new width."""
        self._lay()
        self.action_go(self.cursor)

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        self._styles = None

    # ------------------------------------------------------------ the cursor

    def action_go(self, place: int) -> None:
        """Put the cursor on a line, the nearest there is."""
        before, self.cursor = self.cursor, max(0, min(place, len(self._lines) - 1))
        self._keep_cursor_seen()
        if self.cursor != before:
            self.refresh_line(before)
            self.refresh_line(self.cursor)
            self.post_message(self.Moved(self))

    def action_move(self, by: int) -> None:
        """Move the cursor by lines."""
        self.action_go(self.cursor + by)

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.action_go(self.cursor + pages * max(self.size.height - 1, 1))

    def action_last(self) -> None:
        """Put the cursor on the last line."""
        self.action_go(len(self._lines) - 1)

    def action_open(self) -> None:
        """Open the line under the cursor."""
        if len(self._lines):
            self.post_message(self.Opened(self))

    def _keep_cursor_seen(self) -> None:
        top, height = round(self.scroll_target_y), self.size.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif height and self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the line clicked; a double click opens it."""
        offset = event.get_content_offset(self) if event.widget is self else None
        if offset is None or self.scroll_offset.y + offset.y >= len(self._lines):
            return
        self.action_go(self.scroll_offset.y + offset.y)
        if event.chain > 1:
            self.action_open()

    # ------------------------------------------------------------ drawing

    def render_line(self, y: int) -> Strip:
        """Draw one line that can be seen."""
        width, base = self.scrollable_content_region.width, self.rich_style
        if self._styles is None:
            self._styles = {tone: base + style for tone, style in ToneStyles.of(self.app).items()}
        place = self.scroll_offset.y + y
        if place < len(self._lines):
            strip = strip_of(self._lines[place], self._styles)
            if place == self.cursor:
                whole = self.get_component_rich_style("lines--cursor")
                ground = Style(bgcolor=whole.bgcolor, reverse=whole.reverse)
                strip = Strip([Segment(text, style and style + ground) for text, style, _ in strip])
            return strip
        if place == 0 and self._message:
            return Strip([Segment(plain(self._message, width), self._styles[Tone.DIM])])
        return Strip.blank(width, base)


def _nothing(_: int) -> Lines:
    return ()
