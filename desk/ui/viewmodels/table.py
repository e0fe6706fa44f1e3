"""A table as plain values: what a grid draws, sorts, filters and copies."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from desk.ui.viewmodels.subject import Subject
from desk.ui.viewmodels.tones import Tone


class Align(StrEnum):
    """Where a column's text stands."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Column:
    """Describe one column: `width` in cells; `rank` 0 is dropped last where the screen is narrow."""

    key: str
    title: str
    width: int
    align: Align = Align.LEFT
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """Hold one text with its meaning; `order` sorts it where its text does not."""

    text: str
    tone: Tone = Tone.PLAIN
    order: Decimal | int | str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one line; `key` stays the same from frame to frame, so that a cursor stays on its row."""

    key: str
    cells: tuple[Cell, ...]
    subject: Subject | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Hold a whole table: a cell for each column in every row, a foot row, and what to say when empty."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    foot: tuple[Cell, ...] = ()
    empty: str = ""
