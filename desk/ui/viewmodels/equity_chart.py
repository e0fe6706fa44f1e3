"""The equity chart as a picture: the account's worth, its peak, and its drawdown below them."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO
from desk.ui.viewmodels.axis import time_labels
from desk.ui.viewmodels.canvas import Canvas, Picture, Span, draw_heading
from desk.ui.viewmodels.dots import Dots
from desk.ui.viewmodels.equity_past import EquityPast, stretches
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
    """Hold what an equity chart shows, in the account currency; `empty` is said where there is no past."""

    past: EquityPast | None
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
    if scene.past is None or rows < 1 or width < 1:
        canvas.write(max((width - len(scene.empty)) // 2, 0), height // 2, scene.empty, Tone.DIM)
        return canvas.picture()
    depth_rows = rows // _ROWS_PER_DEPTH if rows >= _DEPTHS_FROM else 0
    plot = _Plot(canvas, scene.past, top, rows - depth_rows)
    plot.draw()
    if depth_rows:
        plot.draw_depths(depth_rows)
    if is_headed:
        plot.draw_times(scene.writing)
    return canvas.picture()


class _Plot:
    """Line, peak and axes."""

    def __init__(self, canvas: Canvas, past: EquityPast, top: int, rows: int) -> None:
        self._canvas = canvas
        self._past = past
        self._top = top
        self._scale = Scale(*range_of((one.equity for one in past.points), _CENT), rows)
        self._levels = (PriceLevel("P", past.peak, Tone.DIM),) if past.peak > past.last else ()
        self._axis = PriceAxis(self._scale, _CENT, (past.peak, past.last), top=top)
        self._has_axis = canvas.width - self._axis.width >= _LEAST_PLOT
        self._width = canvas.width - self._axis.width if self._has_axis else canvas.width

    def draw(self) -> None:
        """Draw the peak first, the line over it."""
        self._axis.draw_lines(self._canvas, self._width, self._levels)
        dots = Dots(self._width, self._scale.rows, ascii_only=self._canvas.ascii_only)
        fine = Scale(self._scale.low, self._scale.high, dots.rows)
        came_from: tuple[int, int] | None = None
        for one in stretches(self._past, dots.columns):
            if came_from is not None:
                dots.line(*came_from, one.x, fine.row(one.first))
            dots.line(one.x, fine.row(one.low), one.x, fine.row(one.high))
            came_from = one.x, fine.row(one.last)
        dots.draw(self._canvas, 0, self._top, Tone.ACCENT)
        if self._has_axis:
            is_apart = self._scale.row(self._past.peak) != self._scale.row(self._past.last)
            self._axis.draw(self._canvas, self._width, self._levels if is_apart else (), self._past.last)

    def draw_depths(self, rows: int) -> None:
        """Hang the drawdown below the plot, the deepest of each column; it lasts until another is known."""
        worst = max(self._past.depths)
        deepest = {one.x: one.depth for one in stretches(self._past, self._width)}
        top = self._top + self._scale.rows
        deep, half = (_ASCII_DEEP, _ASCII_HALF_DEEP) if self._canvas.ascii_only else (_DEEP, _HALF_DEEP)
        depth = ZERO
        for x in range(self._width):
            depth = deepest.get(x, depth)
            halves = round(float(depth / worst) * rows * 2) if worst > 0 else 0
            for row in range((halves + 1) // 2):
                self._canvas.put(x, top + row, deep if halves >= row * 2 + 2 else half, Tone.DIM)
        if self._has_axis and worst > 0:
            self._canvas.write(self._width + 3, top + rows - 1, f"-{percent(worst, 2)}", Tone.BAD)

    def draw_times(self, writing: Writing) -> None:
        """Label the time axis."""
        begin_ms = self._past.points[0].time_ms
        span_ms = max(self._past.points[-1].time_ms - begin_ms, 0)
        last = max(self._width - 1, 1)
        columns = [(x, begin_ms + span_ms * x // last) for x in range(self._width)]
        for label in time_labels(columns, self._canvas.width, writing):
            self._canvas.write(label.x, self._canvas.height - 1, label.text, Tone.DIM)
