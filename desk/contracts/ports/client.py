"""The core's two doors: pictures out, commands in. Terminal and control socket build on nothing else."""

from collections.abc import Sequence
from typing import Protocol

from desk.contracts.commands import Command, CommandOutcome, OpenTrade
from desk.contracts.history import ChartView, History
from desk.contracts.problems import DeskError
from desk.contracts.snapshot import Snapshot
from desk.contracts.ticket import TradePreview
from desk.contracts.why import CauseTree, Refusal


class DeskUnreachable(DeskError):
    """The desk does not answer: its socket is gone, foreign, of another version, or its core is stopped."""


class DeskClient(Protocol):
    """Reach a desk, wherever it runs; every method raises DeskUnreachable where it cannot be reached."""

    async def snapshot(self) -> Snapshot:
        """Return the desk as it is now."""
        ...

    async def execute(self, command: Command) -> CommandOutcome:
        """Carry a command to the desk and return what became of it."""
        ...

    async def preview(self, order: OpenTrade) -> TradePreview:
        """Return what a trade would be and what the gate would say; writes and sends nothing."""
        ...

    async def chart(self, symbol: str, interval_ms: int, count: int) -> ChartView:
        """Return up to `count` bars of a symbol with the fills among them; empty where none are kept."""
        ...

    async def history(self) -> History:
        """Return equity, closed trades and results."""
        ...

    async def why(self, subject_id: str) -> CauseTree:
        """Return the cause tree of any id; raises InputRefused where the journal does not know it."""
        ...

    async def why_not(self, subject_id: str | None = None) -> Sequence[Refusal]:
        """Return the refused and voided directives, newest last: all that are kept, or one."""
        ...
