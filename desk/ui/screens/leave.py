"""Ask before leaving: what stops, and what stays live."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from desk.contracts.snapshot import Snapshot
from desk.ui.viewmodels.staying import staying


class LeaveScreen(ModalScreen[bool]):
    """Answer True to leave; the focus is on staying."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "stay", show=False),
        Binding("left,h", "app.focus_previous", show=False),
        Binding("right,l", "app.focus_next", show=False),
    ]

    def __init__(self, question: str, snapshot: Snapshot | None) -> None:
        super().__init__(classes="question")
        self._question = question
        self._snapshot = snapshot

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "leave"
            yield Static(Text(self._question), classes="asked")
            yield Static(Text("\n".join(staying(self._snapshot))), classes="told")
            with Horizontal(classes="answers"):
                yield Button("stay", id="stay", compact=True)
                yield Button("stop the desk", id="stop", compact=True)

    def on_mount(self) -> None:
        """Leaving takes a step; staying none."""
        self.query_one("#stay", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer."""
        self.dismiss(event.button.id == "stop")

    def action_stay(self) -> None:
        """Answer no."""
        self.dismiss(result=False)
