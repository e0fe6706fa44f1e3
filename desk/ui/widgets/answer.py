"""A button that answers only what was pressed after it could be read."""

from textual.events import Click
from textual.widgets import Button

from desk.ui.poll import monotonic_ms

_MS_PER_S = 1_000


class AnswerButton(Button):
    """Be deaf until told for how long: to a key still held, the rest of a paste, a double click."""

    _hears_from_ms: int | None = None

    def be_deaf(self, for_ms: int) -> None:
        """Hear nothing that is pressed before `for_ms` from now, whenever it arrives."""
        self._hears_from_ms = monotonic_ms() + for_ms

    @property
    def hears(self) -> bool:
        """Whether it answers what is pressed now."""
        return self._hears_from_ms is not None and monotonic_ms() >= self._hears_from_ms

    def heard(self, pressed_at_s: float) -> bool:
        """Tell whether it answers what was pressed then, by the clock of the toolkit's events."""
        return self._hears_from_ms is not None and round(pressed_at_s * _MS_PER_S) >= self._hears_from_ms

    def on_click(self, event: Click) -> None:
        """Leave out what was clicked too soon."""
        if not self.heard(event.time):
            event.stop()
            event.prevent_default()
