"""Which columns of a table fit into a width, and where each of them stands."""

from dataclasses import dataclass

from desk.ui.viewmodels.table import Align, Column

GAP = 1
"""Cells between two columns."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Hold a column that is shown: its index in the table, where it starts, and how wide it is drawn."""

    index: int
    column: Column
    start: int
    width: int


def lay_out(columns: tuple[Column, ...], width: int) -> tuple[Placed, ...]:
    """Place the columns that fit: the highest ranks are dropped first, among equals the later.

    The first column always stays, cut to the width. The last one that is left takes the room there is,
    where it holds words; numbers stay where they are.
    """
    shown = list(enumerate(columns))
    while len(shown) > 1 and _taken(shown) > width:
        shown.remove(max(shown[1:], key=lambda one: (one[1].rank, one[0])))
    placed: list[Placed] = []
    start = 0
    for place, (index, column) in enumerate(shown):
        room = max(width - start, 0)
        is_widened = place == len(shown) - 1 and column.align is Align.LEFT
        drawn = room if is_widened else min(column.width, room)
        placed.append(Placed(index, column, start, drawn))
        start += drawn + GAP
    return tuple(placed)


def _taken(shown: list[tuple[int, Column]]) -> int:
    return sum(column.width + GAP for _, column in shown) - GAP
