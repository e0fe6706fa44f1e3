"""Whatever text comes from venues and plugins, a line on the screen is exactly as wide as it must be."""

import string

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from desk.ui.viewmodels.arrangement import Sorting
from desk.ui.viewmodels.grid_layout import lay_out
from desk.ui.viewmodels.table import Align, Cell, Column, Row
from desk.ui.viewmodels.text import cells, clean, plain
from desk.ui.viewmodels.tones import Tone
from desk.ui.widgets.grid_lines import GridLines, GridLook

HARD = "\x1b[2J\x1b]0;x\x07\u202e\u200d\ufe0f👩🏽\u0301日本\uac00\u1160🇳🇱[bold]\x00\x9b\ud800"
TEXTS = st.one_of(st.text(), st.text(alphabet=HARD), st.text(alphabet=string.printable))
PRINTABLE_ASCII = frozenset(map(chr, range(32, 127)))
COLUMNS = (
    Column("a", "First", 6),
    Column("b", "Second", 9, Align.RIGHT, rank=1),
    Column("c", "Third", 5, rank=2),
)
LOOK = GridLook(dict.fromkeys(Tone, Style.null()), *(Style.null() for _ in range(5)))


@given(text=TEXTS, width=st.integers(0, 40), to_right=st.booleans())
def test_plain_text_has_its_width(text: str, width: int, *, to_right: bool) -> None:
    assert cells(plain(text, width, to_right=to_right)) == width


@given(text=TEXTS)
def test_no_control_survives(text: str) -> None:
    shown = clean(text)
    assert all(one.isprintable() for one in shown)
    assert clean(shown) == shown


@given(text=TEXTS, width=st.integers(0, 40))
def test_ascii_is_ascii(text: str, width: int) -> None:
    assert set(plain(text, width, ascii_only=True)) <= PRINTABLE_ASCII


@given(
    texts=st.lists(TEXTS, min_size=3, max_size=3),
    width=st.integers(1, 60),
    cursor=st.sampled_from([None, 0, 1, 2]),
    tones=st.lists(st.sampled_from(Tone), min_size=3, max_size=3),
    ascii_only=st.booleans(),
)
def test_every_line_of_a_grid_is_as_wide_as_the_grid(
    texts: list[str], width: int, cursor: int | None, tones: list[Tone], *, ascii_only: bool
) -> None:
    lines = GridLines(LOOK, lay_out(COLUMNS, width), width, ascii_only=ascii_only)
    cells_of = tuple(Cell(text, tone) for text, tone in zip(texts, tones, strict=True))
    drawn = (
        lines.row(Row("key", cells_of), cursor),
        lines.title(Sorting("b"), cursor),
        lines.foot(cells_of),
        lines.message(texts[0]),
        lines.blank(),
    )
    assert [one.cell_length for one in drawn] == [width] * len(drawn)
    for one in drawn:
        assert cell_len(one.text) == width
        assert all(letter.isprintable() for letter in one.text)
