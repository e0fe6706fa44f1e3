"""The line of hints at the bottom: what works now, and no more than can be read at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text
from textual.events import Click
from textual.widget import Widget

from desk.ui.actions.action import Action
from desk.ui.actions.key_names import shown_key
from desk.ui.widgets.chosen import Chosen

MOST_HINTS = 7


@dataclass(frozen=True, slots=True)
class Hint:
    """Hold one hint: what is pressed, and the word for what it does."""

    action_id: str
    key: str
    word: str


def hints(actions: Sequence[Action]) -> tuple[Hint, ...]:
    """Choose the first that have a hint, with help always the last of them."""
    found = [
        Hint(one.id, shown_key(one.keys), one.hint) for one in actions if one.hint and one.id != "view.help"
    ]
    last = [Hint(one.id, shown_key(one.keys), one.hint) for one in actions if one.id == "view.help"]
    return tuple(found[: MOST_HINTS - len(last)] + last)


class HintBar(Widget):
    """Show hints; a click on one chooses it."""

    def __init__(self) -> None:
        super().__init__(id="footer")
        self._hints: tuple[Hint, ...] = ()

    def show(self, chosen: tuple[Hint, ...]) -> None:
        """Draw these hints from now on."""
        if chosen != self._hints:
            self._hints = chosen
            self.refresh()

    def render(self) -> Text:
        """Return the hints that fit."""
        variables = self.app.theme_variables
        key = Style(color=variables["tone-accent"].removeprefix("ansi_"), bold=True)
        word = Style(color=variables["tone-dim"].removeprefix("ansi_"))
        text = Text(no_wrap=True, end="")
        for hint, start in self._places():
            text.append(" " * (start - text.cell_len))
            text.append(hint.key, key)
            text.append(f" {hint.word}", word)
        return text

    def on_click(self, event: Click) -> None:
        """Choose the hint under the pointer."""
        for hint, start in self._places():
            if start <= event.x - self.styles.padding.left < start + _width(hint):
                self.post_message(Chosen(hint.action_id))

    def _places(self) -> list[tuple[Hint, int]]:
        """Lay the hints out; where room is short the ones before the last go first."""
        shown = list(self._hints)
        while len(shown) > 1 and sum(_width(one) + 2 for one in shown) > self.content_size.width + 2:
            del shown[-2]
        places, at = list[tuple[Hint, int]](), 0
        for hint in shown:
            places.append((hint, at))
            at += _width(hint) + 2
        return places


def _width(hint: Hint) -> int:
    return len(hint.key) + 1 + len(hint.word)
