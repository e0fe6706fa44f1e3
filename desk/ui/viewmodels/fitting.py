"""Fit columns of numbers to what they hold: decimal points in line, and no wider than they must be."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from desk.ui.viewmodels.table import Align, Cell, Row, Table
from desk.ui.viewmodels.text import cells

WIDEST = 13
"""Cells a column of numbers may grow to."""
WIDEST_IN_LINE = 11
"""Cells that points below each other may cost; where they would need more they stand where they fall."""
WIDEST_WORD = 22
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
        widest = max(columns[place].width, *map(cells, texts))
        columns[place] = replace(columns[place], width=min(widest, WIDEST if is_number else WIDEST_WORD))
        for row, text in zip(rows, texts, strict=True):
            if row[place].text != text:
                row[place] = replace(row[place], text=text)
    return replace(table, columns=tuple(columns), rows=_with_cells(table.rows, rows))


def _with_cells(rows: Sequence[Row], held: Sequence[Sequence[Cell]]) -> tuple[Row, ...]:
    return tuple(Row(one.key, tuple(new), one.subject) for one, new in zip(rows, held, strict=True))


def in_line(texts: Sequence[str]) -> Sequence[str]:
    """Fill numbers with spaces so that their decimal points stand below each other, where there is room."""
    tails = [len(one) - one.find(".") if "." in one else 0 for one in texts]
    most = max(tails, default=0)
    padded = [one + " " * (most - tail) for one, tail in zip(texts, tails, strict=True)]
    return padded if all(len(one) <= WIDEST_IN_LINE for one in padded) else texts
