"""One of a few words, in one line: marked by a dot, so that no colour is needed to see which."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from desk.ui.viewmodels.text import cells

_GAP = 2


class Choice(Widget, can_focus=True):
    """Show `words`, of which a turn or a click chooses one; `value` is its place."""

    DEFAULT_CSS: ClassVar[str] = """
    Choice { height: 1; width: auto; }
    Choice:focus { text-style: bold; background: $surface; color: $tone-accent; }
    """

    class Changed(Message):
        """Tell that another word was clicked."""

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

    def turn(self, steps: int) -> None:
        """Choose the next word, or the one before."""
        self.value = (self.value + steps) % len(self._words)
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Choose the word under the pointer."""
        starts = self._starts()
        for place in range(len(self._words)):
            if starts[place] <= event.x < starts[place + 1]:
                self.turn(place - self.value)
                self.post_message(self.Changed())

    def _starts(self) -> list[int]:
        """Return where each word begins, and last where a further one would."""
        starts = [0]
        for one in self._words:
            starts.append(starts[-1] + cells(self._marks[0]) + cells(one) + _GAP)
        return starts
