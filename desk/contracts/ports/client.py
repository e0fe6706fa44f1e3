"""The core's two doors: snapshots out, commands in. Terminal and control socket build on nothing else."""

from typing import Protocol

from desk.contracts.commands import Command, CommandOutcome
from desk.contracts.snapshot import Snapshot


class DeskClient(Protocol):
    """Reach a desk, wherever it runs."""

    async def snapshot(self) -> Snapshot:
        """Return the desk as it is now."""
        ...

    async def execute(self, command: Command) -> CommandOutcome:
        """Carry a command to the desk and return what became of it."""
        ...


class Notifier(Protocol):
    """Tell the operator, beyond the screen."""

    def notify(self, title: str, text: str) -> None:
        """Send one message; never blocks, never raises."""
        ...
