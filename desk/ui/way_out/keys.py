"""The two keys that leave everything, heard before focus, questions and small screens."""

from collections.abc import Callable

from textual.events import Key, Paste

from desk.ui.viewmodels.exit_guard import SETTLE_MS, ExitGuard, Press, Step

EXIT_KEY = "X"
TWIN_KEY = "f9"
"""Prints nothing, so it works while a text is being typed."""

_LEAVE_KEY = "escape"
_MS_PER_S = 1000


class ExitKeys:
    """Lead keys through the guard; implements `EarlyKeys`.

    `is_typing` tells whether a letter belongs to an input; `after` calls back later on the screen's own
    queue, so behind every key that was read before.
    """

    def __init__(
        self,
        *,
        is_typing: Callable[[], bool],
        after: Callable[[float, Callable[[], None]], None],
        on_opened: Callable[[], None],
        on_too_soon: Callable[[], None],
        on_left: Callable[[], None],
        on_fired: Callable[[], None],
    ) -> None:
        self.guard = ExitGuard()
        self._is_typing = is_typing
        self._after = after
        self._follow = {Step.OPENED: on_opened, Step.TOO_SOON: on_too_soon, Step.LEFT: on_left}
        self._on_fired = on_fired

    def take(self, event: Key | Paste) -> bool:
        """Return whether the key belongs to the way out; while its panel is open every key does."""
        at_ms = round(event.time * _MS_PER_S)
        step = self.guard.press(self._press(event), at_ms)
        if step is Step.SECOND:
            self._after(SETTLE_MS / _MS_PER_S, lambda: self._settled(at_ms))
        elif step in self._follow:
            self._follow[step]()
        return step is not Step.PASSED

    def open(self, at_ms: int) -> None:
        """Take a first press that was no key: the command was chosen by its name."""
        if self.guard.press(Press.EXIT, at_ms) is Step.OPENED:
            self._follow[Step.OPENED]()

    def _press(self, event: Key | Paste) -> Press:
        if isinstance(event, Paste):
            return Press.OTHER
        if event.key == TWIN_KEY:
            return Press.EXIT
        if event.key == EXIT_KEY and (self.guard.is_open or not self._is_typing()):
            return Press.EXIT
        return Press.LEAVE if event.key == _LEAVE_KEY else Press.OTHER

    def _settled(self, second_at_ms: int) -> None:
        if self.guard.is_meant(second_at_ms + SETTLE_MS):
            self._on_fired()
