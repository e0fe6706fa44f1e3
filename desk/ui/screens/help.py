"""Every key that works now, from the registry and nothing else."""

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from desk.ui.actions.action import Action, Group
from desk.ui.actions.key_names import shown_keys

_GROUPS = tuple(Group)
_MOVES = (
    ("arrows h j k l", "move"),
    ("g G", "first row, last row"),
    ("tab", "next pane"),
    ("shift+letter", "sort by the column that begins with it"),
)


class HelpScreen(ModalScreen[None]):
    """List keys by group; esc closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,f1,q", "dismiss", show=False)]

    def __init__(self, actions: Sequence[Action], pane: str) -> None:
        super().__init__(classes="sheet")
        self._actions = sorted(actions, key=lambda one: _GROUPS.index(one.group))
        self._pane = pane.replace("_", " ")

    def compose(self) -> ComposeResult:
        """Lay the keys out."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = f"help: {self._pane}" if self._pane else "help"
            dialog.border_subtitle = "esc closes"
            with VerticalScroll():
                yield Static(self._text())

    def _text(self) -> Text:
        variables = self.app.theme_variables
        key, strong, dim = (
            variables[f"tone-{one}"].removeprefix("ansi_") for one in ("accent", "strong", "dim")
        )
        text = Text()
        for group, actions in groupby(self._actions, key=lambda one: one.group):
            text.append(f"{group.value}\n", f"bold {strong}")
            for one in actions:
                text.append(f"  {shown_keys(one.keys):16}", key)
                text.append(f"{one.title:26}")
                text.append(f"{one.tooltip}\n", dim)
        text.append("moving\n", f"bold {strong}")
        for keys, meaning in _MOVES:
            text.append(f"  {keys:16}", key)
            text.append(f"{meaning}\n")
        return text
