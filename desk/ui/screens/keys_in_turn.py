"""Keys of a question, each in its turn: what is typed ahead goes where it would have gone when typed slowly.

The toolkit hands a key to what has the focus when it was read, and moves the focus later: an amount and
the next field's price that come in one breath, as over a slow line, would both end in the first field.
"""

from textual.events import Key, Paste
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget

from desk.ui.widgets.answer import AnswerButton
from desk.ui.widgets.choice import Choice
from desk.ui.widgets.value_input import ValueInput, edits

_ONWARDS = frozenset({"tab", "down"})
_BACK = frozenset({"shift+tab", "up"})
_TURNS = {"left": -1, "h": -1, "right": 1, "l": 1, "space": 1}


class KeysInTurn(ModalScreen[bool]):
    """Take each key when the ones before it are dealt with."""

    class Read(Message):
        """Tell that a key or a paste was read."""

        def __init__(self, event: Key | Paste) -> None:
            super().__init__()
            self.event = event

    def take(self, event: Key | Paste) -> bool:
        """Return whether a key belongs to the question: called for each as it is read."""
        is_ours = isinstance(event, Paste) or event.is_printable or _is_move(event.key) or edits(event.key)
        if is_ours:
            self.post_message(self.Read(event))
        return is_ours

    async def on_keys_in_turn_read(self, message: Read) -> None:
        """Deal with the next one."""
        event, focused = message.event, self.focused
        if isinstance(event, Key) and _is_move(event.key):
            self._move(event, focused)
        elif isinstance(focused, ValueInput):
            await focused.take(event)
            self.changed()
        elif isinstance(event, Key) and event.key in _TURNS:
            self._turn(_TURNS[event.key], focused)

    def _move(self, event: Key, focused: Widget | None) -> None:
        if event.key in _ONWARDS:
            self._go(1)
        elif event.key in _BACK:
            self._go(-1)
        elif event.key == "enter":
            self.entered(focused, event.time)
        else:
            self.left()

    def _turn(self, steps: int, focused: Widget | None) -> None:
        if isinstance(focused, Choice):
            focused.turn(steps)
            self.changed()
        else:
            self._go(steps)

    def stops(self) -> list[Widget]:
        """Return what can have the focus now, in order: the toolkit's own list is as old as its layout."""
        found = (one for one in self.query("*") if isinstance(one, ValueInput | Choice | AnswerButton))
        return [one for one in found if one.display]

    def _go(self, steps: int) -> None:
        stops, focused = self.stops(), self.focused
        at = stops.index(focused) + steps if focused in stops else 0
        self.set_focus(stops[at % len(stops)])

    def entered(self, focused: Widget | None, pressed_at_s: float) -> None:
        """Take what has the focus as finished, or as the answer."""
        raise NotImplementedError

    def left(self) -> None:
        """Go back."""
        raise NotImplementedError

    def changed(self) -> None:
        """Take in what is typed and chosen now; called again for the same, it changes nothing."""
        raise NotImplementedError


def _is_move(key: str) -> bool:
    return key in _ONWARDS or key in _BACK or key in {"enter", "escape"}
