"""The equity chart as a picture: the account's worth, its peak, and its drawdown below them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise

from desk.contracts.history import EquityPoint
from desk.contracts.market import ZERO
from desk.ui.viewmodels.axis import time_labels
from desk.ui.viewmodels.canvas import Canvas, Picture, Span, draw_heading
from desk.ui.viewmodels.dots import Dots
from desk.ui.viewmodels.frame import Writing
from desk.ui.viewmodels.numbers import percent
from desk.ui.viewmodels.price_axis import PriceAxis, PriceLevel
from desk.ui.viewmodels.scale import Scale, range_of
from desk.ui.viewmodels.tones import Tone

_CENT = Decimal("0.01")
_LEAST_PLOT = 8
_HEADED_FROM = 4
_DEPTHS_FROM = 12
_ROWS_PER_DEPTH = 6
_DEEP, _HALF_DEEP = "█", "▀"
_ASCII_DEEP, _ASCII_HALF_DEEP = "#", '"'


@dataclass(frozen=True, slots=True)
class EquityScene:
    """Hold what an equity chart shows: points oldest first, in the account currency."""

    points: tuple[EquityPoint, ...]
    heading: tuple[Span, ...]
    state: Span
    writing: Writing
    empty: str


def equity_picture(scene: EquityScene, width: int, height: int) -> Picture:
    """Draw the scene in exactly `width` times `height` cells."""
    canvas = Canvas(width, height, ascii_only=scene.writing.ascii_only)
    is_headed = height >= _HEADED_FROM
    top, rows = (1, height - 2) if is_headed else (0, height)
    if is_headed:
        draw_heading(canvas, scene.heading, scene.state)
    points = [one for one in scene.points if one.equity.is_finite()]
    if not points or rows < 1 or width < 1:
        canvas.write(max((width - len(scene.empty)) // 2, 0), height // 2, scene.empty, Tone.DIM)
        return canvas.picture()
    depth_rows = rows // _ROWS_PER_DEPTH if rows >= _DEPTHS_FROM else 0
    plot = _Plot(canvas, scene, points, top, rows - depth_rows)
    plot.draw()
    if depth_rows:
        plot.draw_depths(depth_rows)
    if is_headed:
        plot.draw_times()
    return canvas.picture()


def drawdowns(points: Sequence[EquityPoint]) -> tuple[Decimal, ...]:
    """Return how far each point is below the highest before it, as a fraction; 0 where none is above 0."""
    peaks = accumulate((one.equity for one in points), max)
    return tuple(
        (peak - one.equity) / peak if peak > 0 else ZERO for one, peak in zip(points, peaks, strict=True)
    )


class _Plot:
    """Line, peak and axes."""

    def __init__(
        self, canvas: Canvas, scene: EquityScene, points: Sequence[EquityPoint], top: int, rows: int
    ) -> None:
        self._canvas = canvas
        self._scene = scene
        self._points = points
        self._top = top
        values = [one.equity for one in points]
        self._scale = Scale(*range_of(values, _CENT), rows)
        peak = max(values)
        self._levels = (PriceLevel("P", peak, Tone.DIM),) if peak > values[-1] else ()
        self._axis = PriceAxis(self._scale, _CENT, (peak, values[-1]), top=top)
        self._has_axis = canvas.width - self._axis.width >= _LEAST_PLOT
        self._width = canvas.width - self._axis.width if self._has_axis else canvas.width
        self._begin_ms = points[0].time_ms
        self._span_ms = max(points[-1].time_ms - self._begin_ms, 0)

    def _place(self, time_ms: int, columns: int) -> int:
        """Return the column of a time, of so many; a single time stands at the right end."""
        if not self._span_ms:
            return columns - 1
        since_ms = min(max(time_ms - self._begin_ms, 0), self._span_ms)
        return since_ms * (columns - 1) // self._span_ms

    def draw(self) -> None:
        """Draw the peak first, the line over it."""
        self._axis.draw_lines(self._canvas, self._width, self._levels)
        dots = Dots(self._width, self._scale.rows, ascii_only=self._canvas.ascii_only)
        fine = Scale(self._scale.low, self._scale.high, dots.rows)
        places = [(self._place(one.time_ms, dots.columns), fine.row(one.equity)) for one in self._points]
        first, last = places[0], places[-1]
        dots.line(*first, *first)
        for (x0, y0), (x1, y1) in pairwise(places):
            dots.line(min(x0, x1), y0, x1, y1)
        dots.line(*last, *last)
        dots.draw(self._canvas, 0, self._top, Tone.ACCENT)
        if self._has_axis:
            self._axis.draw(self._canvas, self._width, self._levels, self._points[-1].equity)

    def draw_depths(self, rows: int) -> None:
        """Hang the drawdown below the plot, the deepest of each column."""
        depths = drawdowns(self._points)
        worst = max(depths)
        deepest = [ZERO] * self._width
        places = [self._place(one.time_ms, self._width) for one in self._points]
        for x, until, depth in zip(places, [*places[1:], places[-1]], depths, strict=True):
            for column in range(x, max(until, x + 1)):  # a depth lasts until another is known
                deepest[column] = max(deepest[column], depth)
        top = self._top + self._scale.rows
        deep, half = (_ASCII_DEEP, _ASCII_HALF_DEEP) if self._canvas.ascii_only else (_DEEP, _HALF_DEEP)
        for x, depth in enumerate(deepest):
            halves = round(float(depth / worst) * rows * 2) if worst > 0 else 0
            for row in range((halves + 1) // 2):
                self._canvas.put(x, top + row, deep if halves >= row * 2 + 2 else half, Tone.DIM)
        if self._has_axis and worst > 0:
            self._canvas.write(self._width + 3, top + rows - 1, f"-{percent(worst, 2)}", Tone.BAD)

    def draw_times(self) -> None:
        """Label the time axis."""
        last = max(self._width - 1, 1)
        columns = [(x, self._begin_ms + self._span_ms * x // last) for x in range(self._width)]
        for label in time_labels(columns, self._canvas.width, self._scene.writing):
            self._canvas.write(label.x, self._canvas.height - 1, label.text, Tone.DIM)
