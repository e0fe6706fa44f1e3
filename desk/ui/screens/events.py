"""Everything the screen told, newest first."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from desk.ui.event_list import ScreenEvent
from desk.ui.viewmodels.frame import Writing
from desk.ui.viewmodels.text import clean
from desk.ui.viewmodels.times import full_time


class EventsScreen(ModalScreen[None]):
    """List what was told; esc closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,e,q", "dismiss", show=False)]

    def __init__(self, events: Sequence[ScreenEvent], writing: Writing) -> None:
        super().__init__(classes="sheet")
        self._events = events
        self._writing = writing

    def compose(self) -> ComposeResult:
        """Lay the list out."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "events"
            dialog.border_subtitle = "esc closes"
            with VerticalScroll():
                yield Static(self._text())

    def _text(self) -> Text:
        variables = self.app.theme_variables
        dim, alarm = (variables[one].removeprefix("ansi_") for one in ("tone-dim", "tone-alarm"))
        text = Text()
        for one in self._events:
            text.append(f"{full_time(one.time_ms, self._writing)[:19]:19}  ", dim)
            text.append("problem  " if one.is_problem else "         ", alarm)
            text.append(f"{clean(one.text)}\n")
        return text if self._events else Text("nothing was told yet", dim)
