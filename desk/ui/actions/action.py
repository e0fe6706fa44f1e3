"""One thing an operator can do: its keys, its words, when it applies and what it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from textual.screen import Screen

from desk.contracts.commands import Command, CommandOutcome
from desk.contracts.ports.client import DeskClient
from desk.contracts.screen import ScreenMemory
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.subject import Subject


class Group(StrEnum):
    """Sort actions in help and palette; the palette shows it before the title, as `orders: cancel`."""

    DESK = "desk"
    POSITIONS = "positions"
    ORDERS = "orders"
    WORKERS = "workers"
    MARKET = "market"
    VIEW = "view"


@dataclass(frozen=True, slots=True)
class Situation:
    """Hold what an action is asked in: the frame shown, the focused pane and what its cursor is on."""

    frame: Frame
    pane: str
    subject: Subject | None


class Stage(Protocol):
    """What an action may use of the screen."""

    @property
    def client(self) -> DeskClient:
        """The desk."""
        ...

    @property
    def memory(self) -> ScreenMemory:
        """What the operator chose."""
        ...

    @property
    def situation(self) -> Situation | None:
        """What is shown now; None before the first frame."""
        ...

    async def carry_out(self, command: Command, doing: str) -> CommandOutcome | None:
        """Send a command, tell its effect in the event list and a toast; None where nobody answered."""
        ...

    def tell(self, text: str, *, is_problem: bool = False) -> None:
        """Show a toast and keep it in the event list."""
        ...

    def open_screen(self, screen: Screen[None]) -> None:
        """Lay a screen over the workspace."""
        ...

    async def ask(self, screen: Screen[bool]) -> bool:
        """Lay a question over the workspace and wait for its answer; a dismissed one is False."""
        ...

    def open_way_out(self) -> None:
        """Open the panel of the emergency exit, as its first key does."""
        ...

    def show_exit(self) -> None:
        """Show the progress of the running or the last emergency exit."""
        ...


@dataclass(frozen=True, slots=True)
class Action:
    """Describe one action: `keys` as Textual writes them, comma-separated; `acts` marks what sends commands.

    `applies` says whether it can be done now: what cannot is left out of footer and palette. Actions are
    reached by `id` from a user's keymap, so an id never changes.
    """

    id: str
    group: Group
    title: str
    tooltip: str
    keys: str
    run: Callable[[Stage, Situation], Awaitable[None]]
    applies: Callable[[Situation], bool] = lambda _: True
    acts: bool = False
    hint: str = ""
    """A word for the footer; empty keeps it out of there."""
    asks: bool = False
    """Whether it asks before it sends: a click may begin it, since a click alone still sends nothing."""
