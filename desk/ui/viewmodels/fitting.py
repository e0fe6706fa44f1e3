"""Fit columns of numbers to what they hold: decimal points in line, and no wider than they must be."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from desk.ui.viewmodels.table import Align, Cell, Row, Table

WIDEST = 13
"""Cells a column of numbers may grow to; points that would need more stand where they fall."""
WIDEST_WORD = 18
"""Cells a column of words may grow to."""


def fitted(table: Table, keys: Collection[str]) -> Table:
    """Return a table whose columns of `keys` are as wide as what they hold, numbers with points in line.

    A column's own width is its least one: it changes only when something longer comes or goes.
    """
    places = [place for place, one in enumerate(table.columns) if one.key in keys]
    if not table.rows or not places:
        return table
    columns = list(table.columns)
    rows = [list(one.cells) for one in table.rows]
    for place in places:
        is_number = columns[place].align is Align.RIGHT
        held = [one[place].text for one in rows]
        texts = in_line(held) if is_number else held
        widest = max(columns[place].width, *map(len, texts))
        columns[place] = replace(columns[place], width=min(widest, WIDEST if is_number else WIDEST_WORD))
        for cells, text in zip(rows, texts, strict=True):
            if cells[place].text != text:
                cells[place] = replace(cells[place], text=text)
    return replace(table, columns=tuple(columns), rows=_with_cells(table.rows, rows))


def _with_cells(rows: Sequence[Row], cells: Sequence[Sequence[Cell]]) -> tuple[Row, ...]:
    return tuple(Row(one.key, tuple(new), one.subject) for one, new in zip(rows, cells, strict=True))


def in_line(texts: Sequence[str]) -> Sequence[str]:
    """Fill numbers with spaces so that their decimal points stand below each other, where there is room."""
    tails = [len(one) - one.find(".") if "." in one else 0 for one in texts]
    most = max(tails, default=0)
    padded = [one + " " * (most - tail) for one, tail in zip(texts, tails, strict=True)]
    return padded if all(len(one) <= WIDEST for one in padded) else texts
