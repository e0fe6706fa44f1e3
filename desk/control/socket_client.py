"""Reach a desk of another process: the client port over its control socket."""

import asyncio
from collections.abc import Sequence

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
from desk.control.questions import AnySubjectAsked, ChartAsked, SubjectAsked

ANSWERS_WITHIN_S = 10
SEARCHES_WITHIN_S = 120
"""A question to a long journal takes its time."""


class SocketClient:
    """Implement the client port; where the connection is lost, the next question makes a new one."""

    def __init__(self, place: SocketPlace, spawner: Spawner) -> None:
        self._place = place
        self._spawner = spawner
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

    async def snapshot(self) -> Snapshot:
        """Return the desk as it is now."""
        return await (await self._linked()).ask(questions.SNAPSHOT, None, ANSWERS_WITHIN_S)

    async def execute(self, command: Command) -> CommandOutcome:
        """Carry a command to the desk; where the connection is lost, nobody knows whether it arrived."""
        return await (await self._linked()).ask(questions.EXECUTE, command, ANSWERS_WITHIN_S)

    async def preview(self, order: OpenTrade) -> TradePreview:
        """Return what a trade would be."""
        return await (await self._linked()).ask(questions.PREVIEW, order, ANSWERS_WITHIN_S)

    async def chart(self, symbol: str, interval_ms: int, count: int) -> ChartView:
        """Return bars with the fills among them."""
        asked = ChartAsked(symbol, interval_ms, count)
        return await (await self._linked()).ask(questions.CHART, asked, ANSWERS_WITHIN_S)

    async def history(self) -> History:
        """Return equity, closed trades and results."""
        return await (await self._linked()).ask(questions.HISTORY, None, ANSWERS_WITHIN_S)

    async def why(self, subject_id: str) -> CauseTree:
        """Return the cause tree of any id."""
        asked = SubjectAsked(subject_id)
        return await (await self._linked()).ask(questions.WHY, asked, SEARCHES_WITHIN_S)

    async def why_not(self, subject_id: str | None = None) -> Sequence[Refusal]:
        """Return the refused and voided directives."""
        asked = AnySubjectAsked(subject_id)
        return await (await self._linked()).ask(questions.WHY_NOT, asked, SEARCHES_WITHIN_S)

    async def _linked(self) -> Link:
        async with self._connecting:
            if self._is_closed:
                raise DeskUnreachable(f"{self._place.path}: this client was closed")
            if self._link is None or not self._link.is_open:
                self._link = await Link.to(self._place, self._spawner)
            return self._link
