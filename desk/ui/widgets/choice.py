"""One of a few words, in one line: marked by a dot, so that no colour is needed to see which."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from desk.ui.viewmodels.text import cells

_GAP = 2


class Choice(Widget, can_focus=True):
    """Choose one of `words` by left and right, space or a click; `value` is the chosen one's place."""

    DEFAULT_CSS: ClassVar[str] = """
    Choice { height: 1; width: auto; }
    Choice:focus { text-style: bold; background: $surface; color: $tone-accent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "turn(-1)", show=False),
        Binding("right,l,space", "turn(1)", show=False),
        Binding("enter", "app.focus_next", show=False),
    ]

    class Changed(Message):
        """Tell that another word was chosen."""

    def __init__(self, words: Sequence[str], *, ascii_only: bool, name: str) -> None:
        super().__init__(id=f"choose-{name}")
        self._words = tuple(words)
        self._marks = ("( ) ", "(*) ") if ascii_only else ("○ ", "● ")
        self.value = 0

    def get_content_width(self, *_: object) -> int:
        """Return how much room all words take."""
        return self._starts()[-1] - _GAP

    def render(self) -> Text:
        """Write the words, the chosen one marked."""
        parts = (f"{self._marks[place == self.value]}{one}" for place, one in enumerate(self._words))
        return Text((" " * _GAP).join(parts), no_wrap=True)

    def action_turn(self, steps: int) -> None:
        """Choose the next word, or the one before."""
        self._choose((self.value + steps) % len(self._words))

    def on_click(self, event: Click) -> None:
        """Choose the word under the pointer."""
        starts = self._starts()
        for place in range(len(self._words)):
            if starts[place] <= event.x < starts[place + 1]:
                self._choose(place)

    def _choose(self, place: int) -> None:
        if place != self.value:
            self.value = place
            self.refresh()
            self.post_message(self.Changed())

    def _starts(self) -> list[int]:
        """Return where each word begins, and last where a further one would."""
        starts = [0]
        for one in self._words:
            starts.append(starts[-1] + cells(self._marks[0]) + cells(one) + _GAP)
        return starts
