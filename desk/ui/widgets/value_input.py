"""A line to type a value into: bounded, and deaf to what a paste may bring besides letters."""

from typing import ClassVar

from textual.events import Paste
from textual.widgets import Input

from desk.ui.viewmodels.amounts import LONGEST
from desk.ui.viewmodels.text import clean


class ValueInput(Input):
    """Take up to 40 characters; a paste comes in as one harmless line, cut to the room there is."""

    DEFAULT_CSS: ClassVar[str] = """
    ValueInput { width: 1fr; background: $surface; }
    ValueInput:focus { background: $surface; text-style: bold; }
    """

    def __init__(self, name: str, *, value: str = "", hint: str = "") -> None:
        super().__init__(value, placeholder=hint, max_length=LONGEST, compact=True, id=f"type-{name}")
        self.field = name

    def _on_paste(self, event: Paste) -> None:
        """Clean what is pasted before it is typed."""
        event.prevent_default()
        event.stop()
        selected = abs(self.selection.end - self.selection.start)
        room = LONGEST - len(self.value) + selected
        text = clean(event.text[: 4 * LONGEST]).strip()[:room]
        if self.selection.is_empty:
            self.insert_text_at_cursor(text)
        else:
            self.replace(text, *self.selection)
