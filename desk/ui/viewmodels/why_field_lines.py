"""Lay fields out for a width: labels in a column, long values broken over lines."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from desk.ui.viewmodels.canvas import Line, Span
from desk.ui.viewmodels.text import cells, clean, plain
from desk.ui.viewmodels.tones import Tone
from desk.ui.viewmodels.why_fields import Field


def lay_out(
    fields: Sequence[Field], width: int, *, ascii_only: bool = False
) -> tuple[tuple[Field, ...], tuple[Line, ...]]:
    """Return lines of exactly `width` cells and the field of each; a long value goes on below itself."""
    longest = max((cells(one.label) for one in fields if not one.is_title and one.value), default=0)
    label_cells = min(longest + 2, max(width // 2, 1))
    owners: list[Field] = []
    lines: list[Line] = []
    for field in fields:
        for line in _lines_of(field, label_cells, max(width, 1), ascii_only=ascii_only):
            owners.append(field)
            lines.append(line)
    return tuple(owners), tuple(lines)


def _lines_of(field: Field, label_cells: int, width: int, *, ascii_only: bool) -> Iterator[Line]:
    if field.is_title:
        told = f"{field.label}  {field.value}".rstrip()
        for part in _wrapped(told, width, ascii_only=ascii_only):
            yield (Span(plain(part, width, ascii_only=ascii_only), field.tone),)
        return
    room = max(width - label_cells, 1)
    for number_of_line, part in enumerate(_wrapped(field.value, room, ascii_only=ascii_only)):
        label = field.label if number_of_line == 0 else ""
        yield (
            Span(plain(label, label_cells, ascii_only=ascii_only), Tone.DIM),
            Span(plain(part, room, ascii_only=ascii_only), field.tone),
        )


def _wrapped(text: str, width: int, *, ascii_only: bool) -> Sequence[str]:
    """Break text into parts of at most `width` letters; JSON keeps the spaces it begins with."""
    safe = clean(text, ascii_only=ascii_only)
    indent = min(len(safe) - len(safe.lstrip(" ")), width // 2)
    letters = width if cells(safe) == len(safe) else max(width // 2, 1)
    parts = wrap(safe.strip(" "), max(letters - indent, 1)) or [""]
    return [" " * indent + one for one in parts]
