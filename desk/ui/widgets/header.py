"""Draw the two header lines at whatever width there is."""

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from desk.ui.viewmodels.header import HeaderLine, Piece
from desk.ui.viewmodels.tones import Tone

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
        width = self.content_size.width
        return Text("\n", no_wrap=True, end="").join(
            self._line(one.fitted(width), width) for one in self._lines
        )

    def _line(self, line: HeaderLine, width: int) -> Text:
        text = Text(no_wrap=True, end="")
        self._append(text, line.left)
        right = Text(no_wrap=True, end="")
        self._append(right, line.right)
        text.append(" " * max(1, width - text.cell_len - right.cell_len))
        text.append_text(right)
        text.truncate(width)
        return text

    def _append(self, text: Text, pieces: tuple[Piece, ...]) -> None:
        for number, piece in enumerate(pieces):
            if number:
                text.append(" ")
            text.append(f" {piece.text} " if piece.is_badge else piece.text, self._style(piece))

    def _style(self, piece: Piece) -> Style:
        variables = self.app.theme_variables
        color = _rich_color(variables[f"tone-{piece.tone.value}"])
        is_bold = piece.is_badge or piece.tone in {Tone.STRONG, Tone.ALARM, Tone.LIVE}
        return Style(color=color, bold=is_bold, reverse=piece.is_badge)


def _rich_color(name: str) -> str:
    return name.removeprefix("ansi_")
