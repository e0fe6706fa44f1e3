"""What the way out needs of the app, and nothing more of it."""

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from textual.screen import Screen
from textual.widgets import Input, TextArea

from desk.ui.viewmodels.frame import Frame

if TYPE_CHECKING:
    from desk.ui.app import DeskApp


class AppHost:
    """Implement the way out's host over the app."""

    def __init__(self, app: "DeskApp") -> None:
        self._app = app

    @property
    def newest_frame(self) -> Frame | None:
        """The newest picture, even while the display stands still."""
        return self._app.board.newest

    def is_typing(self) -> bool:
        """Tell whether letters go into an input now."""
        return isinstance(self._app.focused, Input | TextArea)

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Call back later, behind everything that is queued by then."""
        self._app.set_timer(seconds, call)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work beside the screen; leaving a screen does not end it."""
        self._app.run_worker(work, name="exit", exit_on_error=False)

    def lay_over(self, screen: Screen[None]) -> None:
        """Show a screen above everything."""
        self._app.push_screen(screen)

    def hurry(self) -> None:
        """Ask the desk for a new picture at once."""
        self._app.sampler.hurry()
