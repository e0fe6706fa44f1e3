"""What actions may use of the screen, as they are handed it."""

import asyncio
from typing import TYPE_CHECKING

from textual.screen import Screen

from desk.contracts.commands import Command, CommandOutcome
from desk.contracts.ports.client import DeskClient, DeskUnreachable
from desk.contracts.screen import ScreenMemory
from desk.ui.actions.action import Situation
from desk.ui.screens.proposal import ProposalScreen

if TYPE_CHECKING:
    from desk.ui.app import DeskApp


class AppStage:
    """Implement the stage over the app."""

    def __init__(self, app: "DeskApp") -> None:
        self._app = app

    @property
    def client(self) -> DeskClient:
        """The desk."""
        return self._app.client

    @property
    def memory(self) -> ScreenMemory:
        """What the operator chose."""
        return self._app.memory

    @property
    def situation(self) -> Situation | None:
        """What is shown now; None before the first frame."""
        return self._app.situation

    async def carry_out(self, command: Command, doing: str) -> CommandOutcome | None:
        """Send a command, tell its effect in the event list and a toast; None where nobody answered.

        A click sends only what an open question named: the click is its second step.
        """
        if self._app.is_clicking and not isinstance(self._app.screen, ProposalScreen):
            self.tell(f"{doing}: nothing was sent, a click never acts; use the keys", is_problem=True)
            return None
        try:
            outcome = await self.client.execute(command)
        except DeskUnreachable as refusal:
            self.tell(
                f"{doing}: the desk did not answer, what became of it is not known ({refusal})",
                is_problem=True,
            )
            return None
        self._app.sampler.hurry()
        self.tell(answer_text(doing, outcome.message), is_problem=not outcome.accepted)
        return outcome

    def tell(self, text: str, *, is_problem: bool = False) -> None:
        """Show a toast and keep it in the event list."""
        self._app.tell(text, is_problem=is_problem)

    def open_screen(self, screen: Screen[None]) -> None:
        """Lay a screen over the workspace."""
        self._app.push_screen(screen)

    async def ask(self, screen: Screen[bool]) -> bool:
        """Lay a question over the workspace and wait for its answer; a dismissed one is False."""
        if isinstance(self._app.screen, ProposalScreen) and isinstance(screen, ProposalScreen):
            return False  # a key held down asks once
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def answered(given: bool | None) -> None:  # noqa: FBT001 - Textual calls it so
            if not answer.done():
                answer.set_result(bool(given))

        self._app.push_screen(screen, answered)
        return await answer

    def open_way_out(self) -> None:
        """Open the panel of the emergency exit, as its first key does."""
        self._app.way_out.open()

    def show_exit(self) -> None:
        """Show the progress of the running or the last emergency exit."""
        self._app.way_out.show_progress()


def answer_text(doing: str, message: str) -> str:
    """Say what became of what was done; a symbol that ends the one and begins the other is said once."""
    subject = doing.rpartition(" ")[2]
    return f"{doing}: {message.removeprefix(f'{subject}: ')}"
