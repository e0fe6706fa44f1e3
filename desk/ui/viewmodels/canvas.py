"""A drawing made of characters: what charts and trees are drawn on, and the lines a widget shows of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from desk.ui.viewmodels.text import cells, clean, shorten
from desk.ui.viewmodels.tones import Tone

_BLANK = " "
_COVERED = ""
"""Stands in the second cell of a wide letter."""


@dataclass(frozen=True, slots=True)
class Span:
    """Hold a piece of one line in one meaning; a badge stands out by its background too."""

    text: str
    tone: Tone = Tone.PLAIN
    is_badge: bool = False


Line = tuple[Span, ...]
"""One line: its spans together are as wide as the picture."""

Picture = tuple[Line, ...]
"""Lines from the top down, all equally wide."""


class Canvas:
    """Take characters at places; what is put outside is left out. Later strokes cover earlier ones."""

    def __init__(self, width: int, height: int, *, ascii_only: bool = False) -> None:
        """Begin blank: `width` and `height` in cells."""
        self.width = max(width, 0)
        self.height = max(height, 0)
        self.ascii_only = ascii_only
        self._texts = [[_BLANK] * self.width for _ in range(self.height)]
        self._tones = [[(Tone.PLAIN, False)] * self.width for _ in range(self.height)]

    def is_inside(self, x: int, y: int) -> bool:
        """Tell whether a place is on the canvas."""
        return 0 <= x < self.width and 0 <= y < self.height

    def put(self, x: int, y: int, character: str, tone: Tone = Tone.PLAIN, *, is_badge: bool = False) -> None:
        """Put one character of one cell."""
        if self.is_inside(x, y):
            self._texts[y][x] = character
            self._tones[y][x] = (tone, is_badge)

    def write(
        self,
        x: int,
        y: int,
        text: str,
        tone: Tone = Tone.PLAIN,
        *,
        most: int | None = None,
        is_badge: bool = False,
    ) -> int:
        """Write harmless text from `x` on, in at most `most` cells; return the place after it."""
        room = self.width - x if most is None else min(most, self.width - x)
        shown = shorten(clean(text, ascii_only=self.ascii_only), max(room, 0), ascii_only=self.ascii_only)
        for one in shown:
            self.put(x, y, one, tone, is_badge=is_badge)
            x += 1
            if cells(one) > 1:
                self.put(x, y, _COVERED, tone, is_badge=is_badge)
                x += 1
        return x

    def picture(self) -> Picture:
        """Return what was drawn."""
        return tuple(self._line(y) for y in range(self.height))

    def _line(self, y: int) -> Line:
        spans: list[Span] = []
        texts, tones = self._texts[y], self._tones[y]
        start = 0
        for x in range(1, self.width + 1):
            if x == self.width or tones[x] != tones[start]:
                tone, is_badge = tones[start] if self.width else (Tone.PLAIN, False)
                spans.append(Span("".join(texts[start:x]), tone, is_badge))
                start = x
        return tuple(spans)


def draw_heading(canvas: Canvas, heading: Iterable[Span], state: Span) -> None:
    """Write a line of words at the top, what comes first is dropped last; `state` stands at its right end."""
    state_at = canvas.width - len(state.text)
    end = state_at - 1 if state.text else canvas.width
    x = 0
    for span in heading:
        if x and cells(clean(span.text)) + 1 > end - x:
            break
        x = canvas.write(x, 0, span.text, span.tone, most=end - x, is_badge=span.is_badge) + 2
    canvas.write(max(state_at, 0), 0, state.text, state.tone, is_badge=state.is_badge)
