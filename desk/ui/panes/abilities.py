"""What a pane, or the widget in it that has the focus, may be able to do: the shell's habits ask for it.

The shell looks for an ability from the focused widget upwards to its pane, so a grid that has them gives
them to every pane it stands in.
"""

from collections.abc import Sequence
from typing import Protocol, TypeGuard

from desk.ui.viewmodels.table import Column


class Filterable(Protocol):
    """Show only the rows that hold a text."""

    def apply_filter(self, text: str) -> tuple[int, int]:
        """Keep rows that hold `text`, whatever its case, or all; return how many show, and of how many."""
        ...


class Sortable(Protocol):
    """Order rows by a column; an order is a column's key, `-key` for the largest first, "" as they come."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns that show now."""
        ...

    @property
    def row_order(self) -> str:
        """The order rows have now."""
        ...

    def sort_by(self, order: str) -> None:
        """Order the rows so; an unknown key changes nothing."""
        ...


class Copyable(Protocol):
    """Give out what the cursor is on as plain text; "" where it is on nothing."""

    def cell_text(self) -> str:
        """Return the cell under the cursor."""
        ...

    def row_text(self) -> str:
        """Return the row under the cursor, its cells with tabs between them."""
        ...


def can_filter(widget: object) -> TypeGuard[Filterable]:
    """Whether `widget` filters its rows."""
    return _has(type(widget), ("apply_filter",))


def can_sort(widget: object) -> TypeGuard[Sortable]:
    """Whether `widget` sorts its rows."""
    return _has(type(widget), ("columns", "row_order", "sort_by"))


def can_copy(widget: object) -> TypeGuard[Copyable]:
    """Whether `widget` gives out its text."""
    return _has(type(widget), ("cell_text", "row_text"))


_known = dict[tuple[str, tuple[str, ...]], bool]()


def _has(kind: type, names: tuple[str, ...]) -> bool:
    """Ask a class once: asking a protocol of every widget at every frame costs more than drawing."""
    asked = (f"{kind.__module__}.{kind.__qualname__}", names)
    if asked not in _known:
        _known[asked] = all(hasattr(kind, one) for one in names)
    return _known[asked]
