"""Cells that many tables share: signed money, times, states, numbers that may be stale."""

from decimal import Decimal
from functools import lru_cache

from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import NOTHING, signed
from desk.ui.viewmodels.staleness import marked
from desk.ui.viewmodels.table import Cell
from desk.ui.viewmodels.times import clock
from desk.ui.viewmodels.tones import Tone

_KEPT = 8192
LEAST = Decimal(-(10**30))
"""Sorts what has no value below everything that has."""


def tone_of(value: Decimal | None) -> Tone:
    """Return the meaning of a profit: good above zero, bad below."""
    if value is None or not value.is_finite() or value == 0:
        return Tone.PLAIN
    return Tone.GOOD if value > 0 else Tone.BAD


def order_of(value: Decimal | None) -> Decimal:
    """Return what sorts a value; nothing and no number come last."""
    return value if value is not None and value.is_finite() else LEAST


@lru_cache(maxsize=_KEPT)
def number_cell(text: str, value: Decimal | None, *, tone: Tone = Tone.PLAIN, is_stale: bool = False) -> Cell:
    """Hold a number that sorts by its value; a stale one is dim behind a tilde."""
    if text == NOTHING:
        return Cell(text, Tone.DIM, LEAST)
    shown, meaning = marked(text, tone, is_stale=is_stale)
    return Cell(shown, meaning, order_of(value))


@lru_cache(maxsize=_KEPT)
def profit_cell(value: Decimal | None, *, is_stale: bool = False) -> Cell:
    """Hold a profit or loss with its sign and meaning."""
    return number_cell(signed(value), value, tone=tone_of(value), is_stale=is_stale)


def time_cell(time_ms: int | None, frame: Frame) -> Cell:
    """Hold when something was."""
    return Cell(clock(time_ms, frame.writing, frame.snapshot.time_ms), Tone.DIM, time_ms or 0)
