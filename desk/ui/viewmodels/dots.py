"""A line in dots finer than cells: braille has eight in each, ASCII three heights."""

from desk.ui.viewmodels.canvas import Canvas
from desk.ui.viewmodels.tones import Tone

_BRAILLE = 0x2800
_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""By column and row of the dot within its cell."""

_ASCII_HEIGHTS = "'-."
_ASCII_TALL = "|"


class Dots:
    """Collect dots of a plot of `width` times `height` cells; dot (0, 0) is at the top left."""

    def __init__(self, width: int, height: int, *, ascii_only: bool) -> None:
        self.per_cell = (1, 3) if ascii_only else (2, 4)
        self.columns = width * self.per_cell[0]
        self.rows = height * self.per_cell[1]
        self._ascii_only = ascii_only
        self._cells: dict[tuple[int, int], set[tuple[int, int]]] = {}

    def line(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """Join two dots, `x1` not before `x0`; each column in between holds its share of the way."""
        if x0 == x1:
            self._column(x0, y0, y1)
            return
        for x in range(x0, x1 + 1):
            begin = y0 + (y1 - y0) * (x - x0) / (x1 - x0)
            end = y0 + (y1 - y0) * min(x - x0 + 1, x1 - x0) / (x1 - x0)
            self._column(x, round(begin), round((begin + end) / 2))

    def _column(self, x: int, y0: int, y1: int) -> None:
        wide, high = self.per_cell
        for y in range(min(y0, y1), max(y0, y1) + 1):
            self._cells.setdefault((x // wide, y // high), set()).add((x % wide, y % high))

    def draw(self, canvas: Canvas, left: int, top: int, tone: Tone) -> None:
        """Put the dots on a canvas."""
        for (x, y), held in self._cells.items():
            canvas.put(left + x, top + y, self._glyph(held), tone)

    def _glyph(self, held: set[tuple[int, int]]) -> str:
        if not self._ascii_only:
            return chr(_BRAILLE + sum(_BITS[x][y] for x, y in held))
        heights = {y for _, y in held}
        return _ASCII_HEIGHTS[heights.pop()] if len(heights) == 1 else _ASCII_TALL
