"""Which rows of a table are shown, and in which order: filter and sort, as the operator chose them."""

from dataclasses import dataclass
from decimal import Decimal

from desk.ui.viewmodels.table import Cell, Row, Table

SortKey = tuple[int, Decimal, str]


@dataclass(frozen=True, slots=True)
class Sorting:
    """Say by which column rows are sorted; an empty `key` leaves them in the order they come in."""

    key: str = ""
    is_descending: bool = False

    @classmethod
    def of(cls, order: str) -> "Sorting":
        """Read an order as it is kept: a column's key, `-key` for the largest first, or nothing."""
        return cls(order.removeprefix("-"), is_descending=order.startswith("-"))

    @property
    def order(self) -> str:
        """The order as it is kept."""
        return f"-{self.key}" if self.is_descending else self.key

    def picked(self, key: str) -> "Sorting":
        """Return what a click on a column's title asks: by it, then the largest first, then by none."""
        if self.key != key:
            return Sorting(key)
        return Sorting() if self.is_descending else Sorting(key, is_descending=True)


def arrange(table: Table, sorting: Sorting, wanted: str) -> tuple[Row, ...]:
    """Return the rows that hold every word of `wanted`, sorted; equal rows keep their order."""
    words = wanted.casefold().split()
    rows = tuple(one for one in table.rows if _holds(one, words)) if words else table.rows
    index = next((at for at, one in enumerate(table.columns) if one.key == sorting.key), None)
    if index is None:
        return rows
    at = index
    return tuple(sorted(rows, key=lambda one: _sort_key(one.cells[at]), reverse=sorting.is_descending))


def _holds(row: Row, words: list[str]) -> bool:
    text = "\n".join(one.text for one in row.cells).casefold()
    return all(one in text for one in words)


def _sort_key(cell: Cell) -> SortKey:
    order = cell.text if cell.order is None else cell.order
    if isinstance(order, str):
        return (1, Decimal(0), order.casefold())
    value = Decimal(order)
    return (0, value if value.is_finite() else Decimal(0), "")
