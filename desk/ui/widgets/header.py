"""Draw the two header lines at whatever width there is."""

from collections.abc import Mapping

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from desk.ui.viewmodels.header import HeaderLine, Piece
from desk.ui.viewmodels.tones import Tone
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
        width, styles = self.content_size.width, ToneStyles.of(self.app)
        return Text("\n", no_wrap=True, end="").join(
            self._line(one.fitted(width), width, styles) for one in self._lines
        )

    def _line(self, line: HeaderLine, width: int, styles: Mapping[Tone, Style]) -> Text:
        text = Text(no_wrap=True, end="")
        self._append(text, line.left, styles)
        right = Text(no_wrap=True, end="")
        self._append(right, line.right, styles)
        text.append(" " * max(1, width - text.cell_len - right.cell_len))
        text.append_text(right)
        text.truncate(width)
        return text

    def _append(self, text: Text, pieces: tuple[Piece, ...], styles: Mapping[Tone, Style]) -> None:
        for number, piece in enumerate(pieces):
            if number:
                text.append(" ")
            text.append(f" {piece.text} " if piece.is_badge else piece.text, self._style(piece, styles))

    def _style(self, piece: Piece, styles: Mapping[Tone, Style]) -> Style:
        plain = styles[piece.tone] + Style(reverse=False)
        return plain + Style(bold=True, reverse=True) if piece.is_badge else plain
