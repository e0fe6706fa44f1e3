"""A question that only a typed word answers: for what raises risk."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class TypedWord(ModalScreen[bool]):
    """Ask for `word`; True once it was typed and entered, False where the operator leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", tooltip="Change nothing")]
    DEFAULT_CSS: ClassVar[str] = """
    TypedWord { align: center middle; }
    TypedWord > Vertical {
        width: 90%; max-width: 76; height: auto; max-height: 90%;
        border: round $tone-warn; border-title-style: bold; background: $panel; padding: 0 1;
    }
    TypedWord Static { height: auto; margin-bottom: 1; }
    TypedWord #problem { color: $tone-warn; }
    """

    def __init__(self, title: str, consequence: str, word: str) -> None:
        super().__init__()
        self._title = title
        self._consequence = consequence
        self._word = word

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical() as panel:
            panel.border_title = self._title
            yield Static(Text(self._consequence))
            yield Input(placeholder=f"type {self._word} and press Enter", max_length=40)
            yield Static(id="problem")
            yield Static(Text("Esc to go back", style="dim"))

    def on_mount(self) -> None:
        """Take the keys at once."""
        self.query_one(Input).focus()

    def on_input_submitted(self, submitted: Input.Submitted) -> None:
        """Compare what was typed."""
        if submitted.value.strip() == self._word:
            self.dismiss(result=True)
        else:
            self.query_one("#problem", Static).update(Text(f"the word is {self._word}"))

    def action_leave(self) -> None:
        """Change nothing."""
        self.dismiss(result=False)
