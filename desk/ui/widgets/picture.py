"""Show a drawing made of characters, and repaint only its lines that changed."""

from collections.abc import Callable, Mapping

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from desk.ui.viewmodels.canvas import Line, Picture
from desk.ui.viewmodels.tones import Tone
from desk.ui.widgets.tone_styles import ToneStyles

_BADGE = Style(reverse=True)

Draw = Callable[[int, int], Picture]
"""Draw a picture of a width and a height in cells."""


class PictureView(Widget):
    """Fill itself with a picture of its own size."""

    DEFAULT_CSS = """
    PictureView { width: 1fr; height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._scene: object = None
        self._draw: Draw | None = None
        self._picture: Picture = ()
        self._styles: Mapping[Tone, Style] | None = None

    def show(self, scene: object, draw: Draw) -> None:
        """Draw with `draw` now and whenever the size changes; an equal scene was drawn already."""
        if self._draw is not None and scene == self._scene:
            return
        self._scene, self._draw = scene, draw
        self._repaint()

    def _repaint(self) -> None:
        width, height = self.size
        if self._draw is None or not width or not height:
            return
        before, self._picture = self._picture, self._draw(width, height)
        if len(before) != len(self._picture):
            self.refresh()
            return
        changed = [Region(0, y, width, 1) for y in range(height) if self._picture[y] != before[y]]
        if changed:
            self.refresh(*changed)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._picture = ()
        self._repaint()

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme."""
        super().notify_style_update()
        self._styles = None

    def render_line(self, y: int) -> Strip:
        """Return one line of the picture."""
        if y >= len(self._picture):
            return Strip.blank(self.size.width, self.rich_style)
        if self._styles is None:
            base = self.rich_style
            self._styles = {tone: base + style for tone, style in ToneStyles.of(self.app).items()}
        return strip_of(self._picture[y], self._styles)


def strip_of(line: Line, styles: Mapping[Tone, Style]) -> Strip:
    """Return one line in the styles of a theme."""
    segments = (
        Segment(one.text, styles[one.tone] + _BADGE if one.is_badge else styles[one.tone]) for one in line
    )
    return Strip(list(segments))
