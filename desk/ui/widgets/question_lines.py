"""What a question is written with: lines to type into, and facts under each other."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Group
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from desk.ui.viewmodels.proposal import Fact
from desk.ui.viewmodels.tones import Tone
from desk.ui.widgets.choice import Choice
from desk.ui.widgets.value_input import ValueInput


@dataclass(frozen=True, slots=True)
class Field:
    """Describe one line to type into: `hint` stands there while nothing does."""

    name: str
    label: str
    hint: str
    value: str = ""


def typed_line(field: Field, choice: Choice | None = None) -> ComposeResult:
    """Lay out one field: its label, what is typed, what that comes to, and below it what is wrong."""
    with Horizontal(classes="field"):
        yield Static(Text(field.label), classes="label")
        if choice is not None:
            yield choice
        yield ValueInput(field.name, value=field.value, hint=field.hint)
        yield Static(id=f"note-{field.name}", classes="note")
    yield Static(id=f"fault-{field.name}", classes="fault")


def fact_table(facts: tuple[Fact, ...], styles: Mapping[Tone, Style]) -> Table | Group:
    """Lay facts out, their labels in one column, so that long ones fold beside them."""
    if not facts:
        return Group()
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    table.add_column(width=10, no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for one in facts:
        table.add_row(Text(one.label, style=styles[Tone.DIM]), Text(one.text, style=styles[one.tone]))
    return table
