"""What of a table shows, where, in which order, and where the cursor is."""

from decimal import Decimal

from desk.ui.viewmodels.arrangement import Sorting
from desk.ui.viewmodels.fitting import WIDEST, fitted
from desk.ui.viewmodels.grid_layout import lay_out
from desk.ui.viewmodels.grid_rows import GridRows
from desk.ui.viewmodels.table import Align, Cell, Column, Row, Table

COLUMNS = (
    Column("name", "Name", 6),
    Column("size", "Size", 6, Align.RIGHT, rank=1),
    Column("note", "Note", 8, rank=2),
)


def table(*names: str) -> Table:
    rows = (
        Row(name, (Cell(name), Cell(str(len(name)), order=len(name)), Cell(f"note of {name}")))
        for name in names
    )
    return Table(COLUMNS, tuple(rows), empty="nothing")


def keys(rows: GridRows) -> list[str]:
    return [one.key for one in rows.shown]


def holding(*names: str, follows_newest: bool = False) -> GridRows:
    rows = GridRows(follows_newest=follows_newest)
    rows.put(table(*names))
    return rows


def key(rows: GridRows) -> str | None:
    return None if rows.row is None else rows.row.key


def test_all_columns_stand_where_there_is_room() -> None:
    assert [(one.column.key, one.start, one.width) for one in lay_out(COLUMNS, 30)] == [
        ("name", 0, 6),
        ("size", 7, 6),
        ("note", 14, 16),
    ]


def test_the_highest_rank_is_dropped_first() -> None:
    assert [one.column.key for one in lay_out(COLUMNS, 20)] == ["name", "size"]
    assert [one.column.key for one in lay_out(COLUMNS, 12)] == ["name"]


def test_numbers_are_not_pulled_away_from_their_title() -> None:
    assert lay_out(COLUMNS, 20)[-1].width == 6


def test_the_first_column_is_cut_rather_than_dropped() -> None:
    assert [(one.column.key, one.width) for one in lay_out(COLUMNS, 3)] == [("name", 3)]
    assert lay_out((), 10) == ()


def test_columns_of_numbers_grow_with_what_they_hold() -> None:
    rows = tuple(Row(one, (Cell("a"), Cell(one), Cell(""))) for one in ("12345.5", "1.25"))
    result = fitted(Table(COLUMNS, rows), {"size"})

    assert result.columns[1].width == 8
    assert [one.cells[1].text for one in result.rows] == ["12345.5 ", "1.25"]


def test_points_fall_where_they_fall_when_there_is_no_room() -> None:
    rows = tuple(Row(one, (Cell("a"), Cell(one), Cell(""))) for one in ("1234567890", "0.12345678"))
    result = fitted(Table(COLUMNS, rows), {"size"})

    assert [one.cells[1].text for one in result.rows] == ["1234567890", "0.12345678"]
    assert result.columns[1].width <= WIDEST


def test_rows_sort_by_value_and_not_by_letters() -> None:
    rows = holding("four", "a", "twelveletter")
    rows.sort(Sorting("size"))
    assert keys(rows) == ["a", "four", "twelveletter"]

    rows.sort(Sorting("size", is_descending=True))
    assert keys(rows) == ["twelveletter", "four", "a"]

    rows.sort(Sorting())
    assert keys(rows) == ["four", "a", "twelveletter"]


def test_words_sort_whatever_their_case() -> None:
    rows = holding("b", "A", "c")
    rows.sort(Sorting("name"))

    assert keys(rows) == ["A", "b", "c"]


def test_words_and_no_numbers_can_stand_in_one_sorted_column() -> None:
    cells = (Cell("x", order="x"), Cell("n", order=Decimal("NaN")), Cell("2", order=2))
    rows = GridRows()
    rows.put(Table((COLUMNS[0],), tuple(Row(one.text, (one,)) for one in cells)))
    rows.sort(Sorting("name"))

    assert keys(rows) == ["n", "2", "x"]


def test_an_unknown_column_changes_no_order() -> None:
    rows = holding("b", "a")
    rows.sort(Sorting("name"))
    rows.sort(Sorting("colour"))

    assert keys(rows) == ["a", "b"]


def test_an_order_kept_from_last_time_waits_for_its_table() -> None:
    rows = GridRows()
    rows.sort(Sorting("name"))
    rows.put(table("b", "a"))

    assert keys(rows) == ["a", "b"]


def test_a_click_on_a_title_goes_round() -> None:
    first = Sorting().picked("name")

    assert first.order == "name"
    assert first.picked("name").order == "-name"
    assert first.picked("name").picked("name").order == ""
    assert Sorting.of("-name") == Sorting("name", is_descending=True)


def test_every_word_must_be_found_whatever_its_case() -> None:
    rows = holding("btc long", "btc short", "eth long")
    rows.keep("LONG btc")

    assert keys(rows) == ["btc long"]


def test_the_cursor_goes_where_its_row_goes() -> None:
    rows = holding("a", "b", "c")
    rows.move_to(1)
    rows.put(table("x", "c", "a", "b"))

    assert (rows.cursor, key(rows)) == (3, "b")


def test_a_row_on_top_is_held_too() -> None:
    rows = holding("a", "b")
    rows.put(table("new", "a", "b"))

    assert key(rows) == "a"


def test_a_row_that_goes_leaves_the_cursor_where_it_was() -> None:
    rows = holding("a", "b", "c")
    rows.move_to(2)
    rows.put(table("a", "b"))
    assert key(rows) == "b"

    rows.put(table())
    assert rows.row is None

    rows.put(table("d"))
    assert key(rows) == "d"


def test_a_stream_keeps_the_cursor_on_its_newest_row() -> None:
    rows = holding("a", "b", follows_newest=True)
    rows.put(table("new", "a", "b"))
    assert key(rows) == "new"

    rows.move_to(2)
    rows.put(table("newer", "new", "a", "b"))
    assert key(rows) == "b"


def test_the_cursor_is_found_again_after_a_filter() -> None:
    rows = holding("ax", "b", "cx")
    rows.move_to(2)
    rows.keep("x")
    assert (rows.cursor, key(rows)) == (1, "cx")

    rows.keep("")
    assert (rows.cursor, key(rows)) == (2, "cx")


def test_the_cursor_stays_among_the_rows() -> None:
    rows = holding("a", "b")
    rows.move_to(99)
    assert rows.cursor == 1

    rows.move_to(-99)
    assert rows.cursor == 0
