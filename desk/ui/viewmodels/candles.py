"""Candles as characters, in half cells: rising ones slim, falling ones filled, so that grey can tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from desk.contracts.market import Bar
from desk.ui.viewmodels.canvas import Canvas
from desk.ui.viewmodels.scale import Scale
from desk.ui.viewmodels.tones import Tone

PITCH = 2
"""Cells from one candle to the next: one for the candle, one to keep it apart."""


class _Half(IntEnum):
    """What one half of a cell holds."""

    NONE = 0
    WICK = 1
    BODY = 2


_RISING = (" ╷╻", "╵│╽", "╹╿┃")
_FALLING = (" ╷▄", "╵│╽", "▀╿█")
"""By what the upper half holds, then by what the lower half holds."""
_FALLING_ALONE = (" ╷▄", "╵│▄", "▀▀█")
"""For a body that is in no other cell: only its own shape tells that it falls."""

_ASCII_WICK, _ASCII_RISING, _ASCII_FALLING = "|", "o", "#"


@dataclass(frozen=True, slots=True)
class _Candle:
    """Hold one candle in halves from the top: its wick and its body, ends included."""

    top: int
    body_top: int
    body_bottom: int
    bottom: int
    is_rising: bool

    def at(self, half: int) -> _Half:
        """Return what a half cell holds of it."""
        if self.body_top <= half <= self.body_bottom:
            return _Half.BODY
        return _Half.WICK if self.top <= half <= self.bottom else _Half.NONE


def draw_candles(canvas: Canvas, bars: Sequence[Bar], scale: Scale, *, left: int, top: int) -> None:
    """Draw bars beside each other from `left` on, the scale's highest value in row `top`."""
    for number, bar in enumerate(bars):
        candle = _candle(bar, scale)
        tone = Tone.GOOD if candle.is_rising else Tone.BAD
        for row in range(candle.top // 2, candle.bottom // 2 + 1):
            glyph = _glyph(candle, row, ascii_only=canvas.ascii_only)
            canvas.put(left + number * PITCH, top + row, glyph, tone)


def _candle(bar: Bar, scale: Scale) -> _Candle:
    opened, closed = scale.half(bar.open), scale.half(bar.close)
    body_top, body_bottom = min(opened, closed), max(opened, closed)
    return _Candle(
        top=min(scale.half(bar.high), body_top),
        body_top=body_top,
        body_bottom=body_bottom,
        bottom=max(scale.half(bar.low), body_bottom),
        is_rising=bar.close >= bar.open,
    )


def _glyph(candle: _Candle, row: int, *, ascii_only: bool) -> str:
    upper, lower = candle.at(row * 2), candle.at(row * 2 + 1)
    if not ascii_only:
        if candle.is_rising:
            return _RISING[upper][lower]
        is_alone = candle.body_top // 2 == candle.body_bottom // 2
        return (_FALLING_ALONE if is_alone else _FALLING)[upper][lower]
    if _Half.BODY not in {upper, lower}:
        return _ASCII_WICK
    return _ASCII_RISING if candle.is_rising else _ASCII_FALLING
