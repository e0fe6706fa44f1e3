"""Reach the desk of this process: pictures out, commands in."""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

from desk.contracts.commands import Command, CommandOutcome, OpenTrade
from desk.contracts.history import ChartView, History
from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.problems import StoreFailed
from desk.contracts.snapshot import Snapshot
from desk.contracts.ticket import TradePreview
from desk.contracts.why import CauseTree, Refusal
from desk.journal.asking import JournalQuestions
from desk.runtime.commanding import CommandDesk
from desk.runtime.past import Past
from desk.runtime.snapshots import SnapshotCamera

Told = TypeVar("Told")


class LocalClient:
    """Implement the client port over a core on the same event loop."""

    def __init__(
        self, camera: SnapshotCamera, commands: CommandDesk, past: Past, questions: JournalQuestions
    ) -> None:
        self._camera = camera
        self._commands = commands
        self._past = past
        self._questions = questions

    async def snapshot(self) -> Snapshot:
        """Return the desk as it is now."""
        return await self._camera.take_in_steps()

    async def execute(self, command: Command) -> CommandOutcome:
        """Carry a command to the desk and return what became of it."""
        return await self._commands.execute(command)

    async def preview(self, order: OpenTrade) -> TradePreview:
        """Return what a trade would be and what the gate would say; writes and sends nothing."""
        return self._commands.preview(order)

    async def chart(self, symbol: str, interval_ms: int, count: int) -> ChartView:
        """Return up to `count` bars of a symbol with the fills among them; empty where none are kept."""
        return self._past.chart(symbol, interval_ms, count)

    async def history(self) -> History:
        """Return equity, closed trades and results."""
        return self._past.history()

    async def why(self, subject_id: str) -> CauseTree:
        """Return the cause tree of any id; raises InputRefused where the journal does not know it."""
        return await _told(self._questions.why(subject_id))

    async def why_not(self, subject_id: str | None = None) -> Sequence[Refusal]:
        """Return the refused and voided directives, newest last: the newest 500, or what is about one."""
        return await _told(self._questions.why_not(subject_id))


async def _told(answer: Awaitable[Told]) -> Told:
    try:
        return await answer
    except StoreFailed as failure:
        raise DeskUnreachable(str(failure)) from failure
