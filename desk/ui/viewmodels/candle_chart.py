"""The candle chart as a picture: candles, levels of open trades, fills, both axes and one line of words."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.history import ChartMark, MarkKind
from desk.contracts.market import Bar
from desk.contracts.sides import OrderSide
from desk.ui.viewmodels.axis import time_labels
from desk.ui.viewmodels.candles import PITCH, draw_candles
from desk.ui.viewmodels.canvas import Canvas, Picture, Span, draw_heading
from desk.ui.viewmodels.frame import Writing
from desk.ui.viewmodels.price_axis import PriceAxis, PriceLevel
from desk.ui.viewmodels.scale import Scale, range_of, widened
from desk.ui.viewmodels.tones import Tone

_MOST_WIDENED = Decimal("1.8")
"""A stop or target that would squeeze the candles more than this is shown at the edge."""
_LEAST_PLOT = 8
_HEADED_FROM = 4

_FILL_SIGNS = {
    (OrderSide.BUY, MarkKind.ENTRY): "▲",
    (OrderSide.SELL, MarkKind.ENTRY): "▼",
    (OrderSide.BUY, MarkKind.EXIT): "△",
    (OrderSide.SELL, MarkKind.EXIT): "▽",
}
_ASCII_FILL_SIGNS = {OrderSide.BUY: "^", OrderSide.SELL: "v"}


@dataclass(frozen=True, slots=True)
class CandleScene:
    """Hold what a candle chart shows: bars oldest first, prices in quote.

    `heading` is its line of words, `empty` what stands in its middle where there are no bars, and
    `picked_id` the fill that stands out.
    """

    bars: tuple[Bar, ...]
    marks: tuple[ChartMark, ...]
    levels: tuple[PriceLevel, ...]
    last: Decimal | None
    price_step: Decimal | None
    heading: tuple[Span, ...]
    state: Span
    writing: Writing
    empty: str
    picked_id: str = ""


def candles_that_fit(width: int) -> int:
    """Return how many candles there is room for beside an axis, at most."""
    return max(width, 0) // PITCH


def candle_picture(scene: CandleScene, width: int, height: int) -> Picture:
    """Draw the scene in exactly `width` times `height` cells; the newest bars that fit are shown."""
    canvas = Canvas(width, height, ascii_only=scene.writing.ascii_only)
    is_headed = height >= _HEADED_FROM
    top, rows = (1, height - 2) if is_headed else (0, height)
    if is_headed:
        draw_heading(canvas, scene.heading, scene.state)
    bars = _usable(scene.bars)[-candles_that_fit(width) :]
    if not bars or rows < 1 or width < 1:
        canvas.write(max((width - len(scene.empty)) // 2, 0), height // 2, scene.empty, Tone.DIM)
        return canvas.picture()
    _Plot(canvas, scene, bars, top, rows).draw(is_dated=is_headed)
    return canvas.picture()


class _Plot:
    """The part below the words: scale, candles, axes."""

    def __init__(self, canvas: Canvas, scene: CandleScene, bars: Sequence[Bar], top: int, rows: int) -> None:
        self._canvas = canvas
        self._scene = scene
        self._top = top
        self._rows = rows
        self._levels = tuple(one for one in scene.levels if one.price.is_finite())
        self._last = scene.last if scene.last is not None and scene.last.is_finite() else None
        self._near = (*(one.price for one in self._levels), *(() if self._last is None else (self._last,)))
        axis_width = self._axis_of(self._scale_of(bars)).width
        self._has_axis = canvas.width - axis_width >= _LEAST_PLOT
        self._width = canvas.width - axis_width if self._has_axis else canvas.width
        self._bars = bars[-max((self._width + 1) // PITCH, 1) :]
        self._scale = self._scale_of(self._bars)
        self._axis = self._axis_of(self._scale)

    def _scale_of(self, bars: Sequence[Bar]) -> Scale:
        prices = (price for bar in bars for price in (bar.low, bar.high, bar.open, bar.close))
        low, high = range_of(prices, self._scene.price_step)
        return Scale(*widened((low, high), self._near, _MOST_WIDENED), self._rows)

    def _axis_of(self, scale: Scale) -> PriceAxis:
        return PriceAxis(scale, self._scene.price_step, self._near, top=self._top)

    def draw(self, *, is_dated: bool) -> None:
        """Draw the lines first, candles over them, fills over those."""
        self._axis.draw_lines(self._canvas, self._width, self._levels)
        left = self._left
        draw_candles(self._canvas, self._bars, self._scale, left=left, top=self._top)
        self._draw_fills(left)
        if self._has_axis:
            self._axis.draw(self._canvas, self._width, self._levels, self._last)
        if is_dated:
            self._draw_times(left)

    @property
    def _left(self) -> int:
        """The first candle's column: the newest candle stands at the right end."""
        return max(self._width - 1 - (len(self._bars) - 1) * PITCH, 0)

    def _draw_fills(self, left: int) -> None:
        begins = [one.open_time_ms for one in self._bars]
        end_ms = self._bars[-1].close_time_ms
        for mark in self._scene.marks:
            number = bisect_right(begins, mark.time_ms) - 1
            if number < 0 or mark.time_ms >= end_ms or not mark.price.is_finite():
                continue
            signs = (
                _ASCII_FILL_SIGNS[mark.side] if self._canvas.ascii_only else _FILL_SIGNS[mark.side, mark.kind]
            )
            row = self._scale.row(mark.price)
            is_picked = mark.id == self._scene.picked_id
            tone = Tone.STRONG if is_picked else Tone.ACCENT
            self._canvas.put(left + number * PITCH, self._top + row, signs, tone, is_badge=is_picked)

    def _draw_times(self, left: int) -> None:
        columns = [(left + number * PITCH, bar.open_time_ms) for number, bar in enumerate(self._bars)]
        for label in time_labels(columns, self._canvas.width, self._scene.writing):
            self._canvas.write(label.x, self._canvas.height - 1, label.text, Tone.DIM)


def _usable(bars: Sequence[Bar]) -> Sequence[Bar]:
    """Leave out bars with a price that is no number."""
    return [
        bar for bar in bars if all(price.is_finite() for price in (bar.open, bar.high, bar.low, bar.close))
    ]
