"""The line where a filter is typed: it tells how many rows it leaves, and of how many."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class FilterInput(Input):
    """Take the text of a filter."""

    BINDINGS = [Binding("escape", "give_up", show=False), Binding("down", "submit", show=False)]  # noqa: RUF012

    class GivenUp(Message):
        """Tell that the filter is not wanted any more."""

    def action_give_up(self) -> None:
        """Clear the filter."""
        self.post_message(self.GivenUp())


class FilterLine(Horizontal):
    """Show the filter being typed, and its count."""

    def __init__(self) -> None:
        super().__init__(id="filter")
        self.display = False

    def compose(self) -> ComposeResult:
        """Make the line."""
        yield Static("/", id="filter-mark", markup=False)
        yield FilterInput(id="filter-input", compact=True)
        yield Static("", id="filter-count", markup=False)

    def open(self, text: str) -> None:
        """Show the line with `text` in it, ready to be typed in."""
        self.display = True
        entry = self.query_one(FilterInput)
        entry.value = text
        entry.focus()

    def close(self) -> None:
        """Hide the line."""
        self.display = False

    def show_count(self, shown: int, there: int) -> None:
        """Tell how many rows the filter leaves."""
        self.query_one("#filter-count", Static).update(f"{shown} of {there}")
