"""Reach a desk of another process: the client port over its control socket."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from desk.contracts.commands import Command, CommandOutcome, OpenTrade
from desk.contracts.history import ChartView, History
from desk.contracts.ports.client import DeskUnreachable
from desk.contracts.ports.time import Spawner
from desk.contracts.snapshot import Snapshot
from desk.contracts.ticket import TradePreview
from desk.contracts.why import CauseTree, Refusal
from desk.control import questions
from desk.control.link import Link
from desk.control.place import SocketPlace
from desk.control.protocol import Greeting
from desk.control.questions import AnySubjectAsked, ChartAsked, Question, SubjectAsked

ANSWERS_WITHIN_S = 10
SEARCHES_WITHIN_S = 120
"""A question to a long journal takes its time."""

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class SocketClient:
    """Implement the client port; where the connection is lost, the next question makes a new one."""

    def __init__(
        self,
        place: SocketPlace,
        spawner: Spawner,
        until_ready: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`until_ready` is waited for before each connection: a desk that starts does not listen yet."""
        self._place = place
        self._spawner = spawner
        self._until_ready = until_ready
        self._link: Link | None = None
        self._connecting = asyncio.Lock()
        self._is_closed = False

    async def open(self) -> Greeting:
        """Connect where there is no connection, and return who is there; raises DeskUnreachable."""
        return (await self._linked()).greeting

    async def close(self) -> None:
        """Let the connection go for good."""
        self._is_closed = True
        if self._link is not None:
            self._link.close()

    async def ask(self, question: Question[Asked, Answered], given: Asked, within_s: float) -> Answered:
        """Ask anything; raises DeskUnreachable, or what the desk raised."""
        return await (await self._linked()).ask(question, given, within_s)

    async def snapshot(self) -> Snapshot:
        """Return the desk as it is now."""
        return await self.ask(questions.SNAPSHOT, None, ANSWERS_WITHIN_S)

    async def execute(self, command: Command) -> CommandOutcome:
        """Carry a command to the desk; where the connection is lost, nobody knows whether it arrived."""
        return await self.ask(questions.EXECUTE, command, ANSWERS_WITHIN_S)

    async def preview(self, order: OpenTrade) -> TradePreview:
        """Return what a trade would be."""
        return await self.ask(questions.PREVIEW, order, ANSWERS_WITHIN_S)

    async def chart(self, symbol: str, interval_ms: int, count: int) -> ChartView:
        """Return bars with the fills among them."""
        return await self.ask(questions.CHART, ChartAsked(symbol, interval_ms, count), ANSWERS_WITHIN_S)

    async def history(self) -> History:
        """Return equity, closed trades and results."""
        return await self.ask(questions.HISTORY, None, ANSWERS_WITHIN_S)

    async def why(self, subject_id: str) -> CauseTree:
        """Return the cause tree of any id."""
        return await self.ask(questions.WHY, SubjectAsked(subject_id), SEARCHES_WITHIN_S)

    async def why_not(self, subject_id: str | None = None) -> Sequence[Refusal]:
        """Return the refused and voided directives."""
        return await self.ask(questions.WHY_NOT, AnySubjectAsked(subject_id), SEARCHES_WITHIN_S)

    async def _linked(self) -> Link:
        async with self._connecting:
            if self._is_closed:
                raise DeskUnreachable(f"{self._place.path}: this client was closed")
            if self._link is None or not self._link.is_open:
                if self._until_ready is not None:
                    await self._until_ready()
                self._link = await Link.to(self._place, self._spawner)
            return self._link
