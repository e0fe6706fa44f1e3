"""Every key that works now, from the registry and nothing else."""

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from desk.ui.actions.action import Action, Group
from desk.ui.actions.key_names import shown_keys
from desk.ui.viewmodels.tones import Tone
from desk.ui.widgets.tone_styles import ToneStyles

_WIDE = 90
_GROUPS = tuple(Group)
_MOVES = (
    ("arrows h j k l", "move"),
    ("g G", "first row, last row"),
    ("tab", "next pane"),
    ("[ ]", "shorter, longer bars"),
    (", .", "fill before, fill after"),
    ("shift+letter", "sort by that column"),
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
                yield Static(id="keys")

    def on_resize(self) -> None:
        """Say more about each key where there is room for it."""
        self.query_one("#keys", Static).update(self._keys(is_wide=self.app.size.width >= _WIDE))

    def _keys(self, *, is_wide: bool) -> Table:
        styles = ToneStyles.of(self.app)
        table = Table.grid(padding=(0, 2))
        table.add_column(style=styles[Tone.ACCENT], no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(style=styles[Tone.DIM], ratio=1)
        for group, actions in groupby(self._actions, key=lambda one: one.group):
            table.add_row(Text(group.value, styles[Tone.STRONG]))
            for one in actions:
                said = Text(one.tooltip if is_wide else "")
                table.add_row(f"  {shown_keys(one.keys)}", Text(one.title), said)
        table.add_row(Text("moving", styles[Tone.STRONG]))
        for keys, meaning in _MOVES:
            table.add_row(f"  {keys}", meaning)
        return table
