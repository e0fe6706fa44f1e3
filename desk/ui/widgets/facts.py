"""Facts beside their names, in as many columns as there is room for."""

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from desk.ui.viewmodels.facts import Fact
from desk.ui.viewmodels.text import cells, clean, plain
from desk.ui.viewmodels.tones import Tone
from desk.ui.widgets.tone_styles import ToneStyles

_GAP = 3


class Facts(ScrollView, can_focus=True):
    """Draw facts: in a wide strip side by side, in a narrow column below each other."""

    DEFAULT_CSS = """
    Facts { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._facts: tuple[Fact, ...] = ()
        self._lines: list[Strip] | None = None
        self._ascii_only = False

    def show(self, facts: tuple[Fact, ...], *, ascii_only: bool = False) -> None:
        """Show facts; draws nothing where none has changed."""
        if facts == self._facts and ascii_only == self._ascii_only:
            return
        self._facts, self._ascii_only = facts, ascii_only
        self._lay_out()

    def on_resize(self) -> None:
        """Flow into the new width."""
        self._lay_out()

    def notify_style_update(self) -> None:
        """Draw anew in another theme."""
        super().notify_style_update()
        self._lines = None

    def _lay_out(self) -> None:
        self._lines = None
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._drawn()))
        self.refresh()

    def _drawn(self) -> list[Strip]:
        if self._lines is None:
            self._lines = list(self._draw(max(self.scrollable_content_region.width, 1)))
        return self._lines

    def _draw(self, width: int) -> list[Strip]:
        base = self.rich_style
        styles = {tone: base + style for tone, style in ToneStyles.of(self.app).items()}
        parts = [(one.label, one.cell.text, one.note) for one in self._facts]
        label, value, note = (max((self._cells(one[at]) for one in parts), default=0) for at in range(3))
        wanted = label + 1 + value + (1 + note if note else 0)
        across = max((width + _GAP) // (wanted + _GAP), 1)
        lines = []
        for first in range(0, len(self._facts), across):
            segments: list[Segment] = []
            for one in self._facts[first : first + across]:
                segments.extend(self._fact(one, (label, value, note), styles))
                segments.append(Segment(" " * _GAP, base))
            lines.append(Strip(segments).adjust_cell_length(width, base))
        return lines

    def _fact(self, fact: Fact, widths: tuple[int, int, int], styles: dict[Tone, Style]) -> list[Segment]:
        label, value, note = widths
        dim = styles[Tone.DIM]
        return [
            Segment(plain(fact.label, label + 1, ascii_only=self._ascii_only), dim),
            Segment(
                plain(fact.cell.text, value, ascii_only=self._ascii_only, to_right=True),
                styles[fact.cell.tone],
            ),
            Segment(plain(f" {fact.note}", note + 1 if note else 0, ascii_only=self._ascii_only), dim),
        ]

    def _cells(self, text: str) -> int:
        return cells(clean(text, ascii_only=self._ascii_only))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        at = self.scroll_offset.y + y
        lines = self._drawn()
        if at < len(lines):
            return lines[at]
        return Strip.blank(self.scrollable_content_region.width, self.rich_style)
