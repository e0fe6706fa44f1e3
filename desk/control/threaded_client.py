"""Reach a core that runs on another thread's event loop: the screen waits, the core never does."""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from desk.contracts.commands import Command, CommandOutcome, OpenTrade
from desk.contracts.history import ChartView, History
from desk.contracts.ports.client import DeskClient, DeskUnreachable
from desk.contracts.snapshot import Snapshot
from desk.contracts.ticket import TradePreview
from desk.contracts.why import CauseTree, Refusal

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class CoreDoor:
    """Hold a client that belongs to one loop."""

    loop: asyncio.AbstractEventLoop
    client: DeskClient


class ThreadedClient:
    """Implement the client port across threads.

    `door` is fulfilled when the core has started, and fails where it cannot start. A caller that stops
    waiting does not call back what it asked for: a command that was given is carried out.
    """

    def __init__(self, door: "Future[CoreDoor]") -> None:
        self._door = door

    async def snapshot(self) -> Snapshot:
        """Return the desk as it is now."""
        client, ask = await self._opened()
        return await ask(client.snapshot())

    async def execute(self, command: Command) -> CommandOutcome:
        """Carry a command to the desk and return what became of it."""
        client, ask = await self._opened()
        return await ask(client.execute(command))

    async def preview(self, order: OpenTrade) -> TradePreview:
        """Return what a trade would be and what the gate would say."""
        client, ask = await self._opened()
        return await ask(client.preview(order))

    async def chart(self, symbol: str, interval_ms: int, count: int) -> ChartView:
        """Return up to `count` bars of a symbol with the fills among them."""
        client, ask = await self._opened()
        return await ask(client.chart(symbol, interval_ms, count))

    async def history(self) -> History:
        """Return equity, closed trades and results."""
        client, ask = await self._opened()
        return await ask(client.history())

    async def why(self, subject_id: str) -> CauseTree:
        """Return the cause tree of any id; raises InputRefused where the journal does not know it."""
        client, ask = await self._opened()
        return await ask(client.why(subject_id))

    async def why_not(self, subject_id: str | None = None) -> Sequence[Refusal]:
        """Return the refused and voided directives."""
        client, ask = await self._opened()
        return await ask(client.why_not(subject_id))

    async def _opened(self) -> tuple[DeskClient, "_Ask"]:
        try:
            door = await asyncio.shield(asyncio.wrap_future(self._door))
        except asyncio.CancelledError:
            if self._door.cancelled():
                raise DeskUnreachable("the desk did not start") from None
            raise
        return door.client, _Ask(door.loop)


@dataclass(frozen=True, slots=True)
class _Ask:
    """Run a question on the core's loop and wait for its answer on this one."""

    loop: asyncio.AbstractEventLoop

    async def __call__(self, question: Coroutine[Any, Any, Answer]) -> Answer:
        try:
            asked = asyncio.run_coroutine_threadsafe(question, self.loop)
        except RuntimeError:
            question.close()
            raise DeskUnreachable("the desk has stopped") from None
        try:
            return await asyncio.shield(asyncio.wrap_future(asked))
        except asyncio.CancelledError:
            if asked.cancelled():
                raise DeskUnreachable("the desk stopped before it answered") from None
            raise
