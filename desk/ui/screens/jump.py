"""Jump mode: each pane has a letter, and pressing it goes there."""

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.events import Key
from textual.geometry import Offset
from textual.screen import ModalScreen
from textual.widgets import Static

from desk.ui.panes.pane import Pane

_LETTERS = "asdfjklgh"


class JumpScreen(ModalScreen[Pane]):
    """Answer the pane whose letter was pressed, None for any other key."""

    def __init__(self, panes: Sequence[Pane]) -> None:
        super().__init__()
        self._panes = dict(zip(_LETTERS, panes, strict=False))

    def compose(self) -> ComposeResult:
        """Lay a letter on the corner of each pane."""
        for letter, pane in self._panes.items():
            label = Static(Text(f" {letter} "), classes="jump-letter")
            label.absolute_offset = Offset(pane.region.x + 1, pane.region.y)
            yield label

    def on_key(self, event: Key) -> None:
        """Go where the letter is."""
        event.stop()
        self.dismiss(self._panes.get(event.key))

    def on_click(self) -> None:
        """Go nowhere."""
        self.dismiss(None)
