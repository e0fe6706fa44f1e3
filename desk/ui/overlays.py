"""What the shell lays over the workspace: help, events, jump letters, and the question before leaving."""

from typing import TYPE_CHECKING

from desk.ui.panes.pane import Pane
from desk.ui.screens.events import EventsScreen
from desk.ui.screens.help import HelpScreen
from desk.ui.screens.jump import JumpScreen
from desk.ui.screens.leave import LeaveScreen

if TYPE_CHECKING:
    from desk.ui.app import DeskApp


class Overlays:
    """Open the shell's own screens; `quit_question` None leaves without asking."""

    def __init__(self, app: "DeskApp", quit_question: str | None) -> None:
        self._app = app
        self._quit_question = quit_question

    def show_help(self) -> None:
        """Lay out every key that works now."""
        situation = self._app.situation
        if situation is not None:
            actions = self._app.registry.applicable(situation)
            self._app.push_screen(HelpScreen(actions, situation.pane))

    def show_events(self) -> None:
        """Lay out everything that was told."""
        self._app.push_screen(EventsScreen(self._app.events.newest_first, self._app.board.writing))

    def show_jump(self) -> None:
        """Put a letter on each pane."""
        self._app.push_screen(JumpScreen(self._app.work.shown_panes()), self._jumped)

    def ask_to_leave(self) -> None:
        """Ask whether to leave, where leaving stops something; asked once is enough."""
        if self._quit_question is None:
            self._app.leave()
        elif not isinstance(self._app.screen, LeaveScreen):
            self._app.push_screen(
                LeaveScreen(self._quit_question, self._app.sampler.snapshot), self._answered
            )

    def _jumped(self, pane: Pane | None) -> None:
        if pane is not None:
            self._app.work.focus_first(pane)

    def _answered(self, is_leaving: bool | None) -> None:  # noqa: FBT001 - Textual calls it so
        if is_leaving:
            self._app.leave()
