"""Reach the desk of this process: snapshots out, commands in."""

from desk.contracts.commands import Command, CommandOutcome
from desk.contracts.snapshot import Snapshot
from desk.runtime.commanding import CommandDesk
from desk.runtime.snapshots import SnapshotCamera


class LocalClient:
    """Implement the client port over a core on the same event loop."""

    def __init__(self, camera: SnapshotCamera, commands: CommandDesk) -> None:
        self._camera = camera
        self._commands = commands

    async def snapshot(self) -> Snapshot:
        """Return the desk as it is now."""
        return self._camera.take()

    async def execute(self, command: Command) -> CommandOutcome:
        """Carry a command to the desk and return what became of it."""
        return await self._commands.execute(command)
