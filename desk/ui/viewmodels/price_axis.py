"""The price axis: round prices, the last price as a badge, and the levels of trades wherever they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from desk.ui.viewmodels.axis import round_values
from desk.ui.viewmodels.canvas import Canvas
from desk.ui.viewmodels.numbers import number, own_places, places_of
from desk.ui.viewmodels.scale import Scale
from desk.ui.viewmodels.tones import Tone

_LEAD = 3
"""Cells before a price: the axis itself, a letter and a space."""
_ROWS_PER_LABEL = 3


@dataclass(frozen=True, slots=True)
class PriceLevel:
    """Mark one price by a letter: E an entry, S a stop, T a target; in quote."""

    letter: str
    price: Decimal
    tone: Tone


@dataclass(frozen=True, slots=True)
class _Signs:
    line: str
    tick: str
    above: str
    below: str
    level: str
    last: str


_DRAWN = _Signs(line="│", tick="├", above="↑", below="↓", level="┄", last="◂")
_ASCII = _Signs(line="|", tick="+", above="^", below="v", level="-", last="<")


class PriceAxis:
    """Draw prices at the right of a plot; prices move in `step`, None where that is not known."""

    def __init__(self, scale: Scale, step: Decimal | None, others: Sequence[Decimal], *, top: int) -> None:
        """Prepare to write round prices and `others`; the scale's highest value stands in row `top`."""
        self._scale = scale
        self._step = step
        self._top = top
        self._rounds = round_values(scale.low, scale.high, max(scale.rows // _ROWS_PER_LABEL, 1), step)
        self._widest = max((len(self._text(one)) for one in (*self._rounds, *others)), default=0)
        self.width = _LEAD + self._widest

    def draw(self, canvas: Canvas, x: int, levels: Sequence[PriceLevel], last: Decimal | None) -> None:
        """Draw the axis from column `x` on; what is more important takes its row first."""
        signs = _ASCII if canvas.ascii_only else _DRAWN
        for row in range(self._scale.rows):
            canvas.put(x, self._top + row, signs.line, Tone.DIM)
        taken = set[int]()
        if last is not None:
            row = self._scale.row(last)
            taken.add(row)
            sign = signs.last if self._scale.holds(last) else self._edge(last, signs)
            canvas.put(x, self._top + row, sign, Tone.STRONG)
            canvas.write(x + 1, self._top + row, f"  {self._aligned(last)}", Tone.STRONG, is_badge=True)
        for level in sorted(levels, key=self._rank):
            self._draw_level(canvas, x, level, taken, signs)
        for value in self._rounds:
            row = self._scale.row(value)
            if row not in taken:
                canvas.put(x, self._top + row, signs.tick, Tone.DIM)
                canvas.write(x + _LEAD, self._top + row, self._aligned(value), Tone.DIM)

    def draw_lines(self, canvas: Canvas, width: int, levels: Sequence[PriceLevel]) -> None:
        """Draw the levels across a plot of `width`, each beginning with its letter."""
        signs = _ASCII if canvas.ascii_only else _DRAWN
        for level in levels:
            if not self._scale.holds(level.price):
                continue
            y = self._top + self._scale.row(level.price)
            for x in range(width % 2, width, 2):
                canvas.put(x, y, signs.level, level.tone)
            canvas.put(0, y, level.letter, level.tone)

    def _rank(self, level: PriceLevel) -> tuple[bool, int]:
        """Put what stands on its own row before what stands at the edge, stops before targets and entries."""
        return not self._scale.holds(level.price), "STE".find(level.letter)

    def _draw_level(self, canvas: Canvas, x: int, level: PriceLevel, taken: set[int], signs: _Signs) -> None:
        """Write a level beside its row, or the nearest free one; one that is outside stands at the edge."""
        is_inside = self._scale.holds(level.price)
        row = self._scale.row(level.price)
        place = self._free_row(row, taken)
        if place is None:
            return
        taken.add(place)
        if not is_inside:
            canvas.put(x, self._top + place, self._edge(level.price, signs), level.tone)
        elif place == row:
            canvas.put(x, self._top + place, signs.tick, level.tone)
        canvas.write(x + 1, self._top + place, f"{level.letter} {self._aligned(level.price)}", level.tone)

    def _free_row(self, row: int, taken: set[int]) -> int | None:
        free = (one for one in range(self._scale.rows) if one not in taken)
        return min(free, key=lambda one: abs(one - row), default=None)

    def _edge(self, price: Decimal, signs: _Signs) -> str:
        """Point to a price that is outside."""
        return signs.above if price > self._scale.high else signs.below

    def _aligned(self, price: Decimal) -> str:
        return self._text(price).rjust(self._widest)

    def _text(self, price: Decimal) -> str:
        if self._step is not None:
            return number(price, places_of(self._step))
        places = max((own_places(one) for one in self._rounds), default=None)
        return number(price, places)
