"""The line where a filter is typed: it tells how many rows it leaves, and of how many."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class FilterLine(Horizontal):
    """Show the filter being typed, and its count."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", show=False),
        Binding("down", "keep", show=False),
    ]

    class Typed(Message):
        """Tell what stands in the line by now."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Kept(Message):
        """Tell that the filter stays."""

    class GivenUp(Message):
        """Tell that the filter is not wanted any more."""

    def __init__(self) -> None:
        super().__init__(id="filter")
        self.display = False

    def compose(self) -> ComposeResult:
        """Make the line."""
        yield Static("/", id="filter-mark", markup=False)
        yield Input(id="filter-input", compact=True)
        yield Static("", id="filter-count", markup=False)

    def open(self, text: str) -> None:
        """Show the line with `text` in it, ready to be typed in."""
        self.display = True
        entry = self.query_one(Input)
        entry.value = text
        entry.focus()

    def close(self) -> None:
        """Hide the line."""
        self.display = False

    def show_count(self, shown: int, there: int) -> None:
        """Tell how many rows the filter leaves."""
        self.query_one("#filter-count", Static).update(f"{shown} of {there}")

    def on_input_changed(self, message: Input.Changed) -> None:
        """Tell what was typed."""
        message.stop()
        self.post_message(self.Typed(message.value))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Keep the filter."""
        message.stop()
        self.action_keep()

    def action_keep(self) -> None:
        """Keep the filter."""
        self.post_message(self.Kept())

    def action_give_up(self) -> None:
        """Clear the filter."""
        self.post_message(self.GivenUp())
