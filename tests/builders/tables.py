"""Read a table as an operator does: by the titles of its columns."""

from desk.ui.viewmodels.table import Cell, Table


def cells_of(table: Table, row: int = 0) -> dict[str, Cell]:
    """Return one row's cells by the keys of their columns."""
    return {column.key: cell for column, cell in zip(table.columns, table.rows[row].cells, strict=True)}


def texts_of(table: Table, row: int = 0) -> dict[str, str]:
    """Return one row's texts by the keys of their columns, without the spaces that align them."""
    return {key: cell.text.strip() for key, cell in cells_of(table, row).items()}


def column_of(table: Table, key: str) -> list[str]:
    """Return one column's texts from top to bottom."""
    return [texts_of(table, row)[key] for row in range(len(table.rows))]


def foot_of(table: Table) -> str:
    """Return the foot as it reads."""
    return " | ".join(cell.text for cell in table.foot)
