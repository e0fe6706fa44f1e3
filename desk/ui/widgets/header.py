"""Draw the two header lines at whatever width there is."""

from collections.abc import Mapping

from rich.style import Style
from rich.text import Text
from textual.events import Click
from textual.widget import Widget

from desk.ui.viewmodels.header import HeaderLine, Piece
from desk.ui.viewmodels.tones import Tone
from desk.ui.widgets.chosen import Chosen
from desk.ui.widgets.tone_styles import ToneStyles

_EMPTY = HeaderLine((), ())


class DeskHeader(Widget):
    """Show state, mode, connection, alarms and money; drawn anew only where a word of it changed."""

    def __init__(self) -> None:
        super().__init__(id="header")
        self._lines = (_EMPTY, _EMPTY)

    def show(self, lines: tuple[HeaderLine, HeaderLine]) -> None:
        """Draw `lines` from now on."""
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render(self) -> Text:
        """Return both lines, each as wide as the widget."""
        styles = ToneStyles.of(self.app)
        lines = [Text(no_wrap=True, end=""), Text(no_wrap=True, end="")]
        for text, places in zip(lines, self._places(), strict=True):
            for piece, start in places:
                text.append(" " * (start - text.cell_len))
                text.append(f" {piece.text} " if piece.is_badge else piece.text, self._style(piece, styles))
            text.truncate(self.content_size.width)
        return Text("\n", no_wrap=True, end="").join(lines)

    def on_click(self, event: Click) -> None:
        """Do what the piece under the pointer is for."""
        row, column = event.y, event.x - self.styles.padding.left
        for piece, start in self._places()[row]:
            if piece.action_id and start <= column < start + piece.width:
                self.post_message(Chosen(piece.action_id))

    def _places(self) -> tuple[list[tuple[Piece, int]], ...]:
        """Return the pieces of both lines that fit, each with the cell it starts at."""
        return tuple(
            _placed(one.fitted(self.content_size.width), self.content_size.width) for one in self._lines
        )

    def _style(self, piece: Piece, styles: Mapping[Tone, Style]) -> Style:
        plain = styles[piece.tone] + Style(reverse=False)
        return plain + Style(bold=True, reverse=True) if piece.is_badge else plain


def _placed(line: HeaderLine, width: int) -> list[tuple[Piece, int]]:
    """Set the left pieces from the left, the right ones against the right edge."""
    places, at = list[tuple[Piece, int]](), 0
    for piece in line.left:
        places.append((piece, at))
        at += piece.width + 1
    at = max(at, width - HeaderLine((), line.right).needed)
    for piece in line.right:
        places.append((piece, at))
        at += piece.width + 1
    return places
