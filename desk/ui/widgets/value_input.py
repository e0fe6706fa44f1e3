"""A line to type a value into: bounded, and deaf to what a paste may bring besides letters."""

from typing import ClassVar

from textual.binding import BindingsMap
from textual.events import Key, Paste
from textual.widgets import Input

from desk.ui.viewmodels.amounts import LONGEST
from desk.ui.viewmodels.text import clean

_NOT_EDITS = frozenset({"enter", "ctrl+c", "super+c", "ctrl+v"})
_EDITS = {
    key: bindings[0].action
    for key, bindings in BindingsMap(Input.BINDINGS).key_to_bindings.items()
    if key not in _NOT_EDITS
}


def edits(key: str) -> bool:
    """Tell whether a key edits a line or moves in it."""
    return key in _EDITS


class ValueInput(Input):
    """Take up to 40 characters; a paste comes in as one harmless line, cut to the room there is."""

    DEFAULT_CSS: ClassVar[str] = """
    ValueInput { width: 1fr; background: $surface; }
    ValueInput:focus { background: $surface; text-style: bold; }
    """

    def __init__(self, name: str, *, value: str = "", hint: str = "") -> None:
        super().__init__(value, placeholder=hint, max_length=LONGEST, compact=True, id=f"type-{name}")
        self.cursor_blink = False
        self.field = name

    async def take(self, event: Key | Paste) -> None:
        """Put a key or a paste in, now."""
        if isinstance(event, Paste):
            self._put(event.text[: 4 * LONGEST])
        elif event.is_printable and event.character is not None:
            self._put(event.character)
        elif event.key in _EDITS:
            await self.app.run_action(_EDITS[event.key], self)

    def _put(self, text: str) -> None:
        selected = abs(self.selection.end - self.selection.start)
        fitting = clean(text)[: LONGEST - len(self.value) + selected]
        self.replace(fitting, *self.selection)
