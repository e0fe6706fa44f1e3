"""A desk behind a control socket, without the desk: what it is asked is kept, what it answers is given."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from desk.contracts.commands import Command, CommandOutcome, OpenTrade
from desk.contracts.history import ChartView, History
from desk.contracts.problems import InputRefused, Problem, RefusedByState
from desk.contracts.snapshot import Snapshot
from desk.contracts.states import DeskState, TradingMode
from desk.contracts.ticket import TradePreview
from desk.contracts.why import CauseTree, Refusal
from desk.control.door import Door, client_door
from desk.control.place import SocketPlace
from desk.control.protocol import PROTOCOL, Greeting
from desk.control.socket_client import SocketClient
from desk.control.socket_server import ControlServer
from desk.runtime.clock import WallClock
from desk.runtime.tasks import TaskSupervisor

WITHIN_S = 20
"""Long enough for any machine; what is waited for comes at once."""


@dataclass
class KeptDesk:
    """A desk that shows one picture; `gate` holds its answers up while it is closed."""

    picture: Snapshot
    commands: list[Command] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    pictures_taken: int = 0
    most_at_once: int = 0
    waiting: int = 0

    async def snapshot(self) -> Snapshot:
        self.pictures_taken += 1
        await self._pass()
        return self.picture

    async def execute(self, command: Command) -> CommandOutcome:
        self.commands.append(command)
        await self._pass()
        return CommandOutcome(accepted=True, message="done", state=DeskState.HALTED)

    async def preview(self, order: OpenTrade) -> TradePreview:
        raise RefusedByState("this desk plans nothing")

    async def chart(self, symbol: str, interval_ms: int, count: int) -> ChartView:
        return ChartView(symbol, interval_ms, (), ())

    async def history(self) -> History:
        raise ZeroDivisionError("a defect")

    async def why(self, subject_id: str) -> CauseTree:
        raise InputRefused(Problem("the journal", None, "", f"has no {subject_id!r}", "give another id"))

    async def why_not(self, subject_id: str | None = None) -> Sequence[Refusal]:
        return ()

    async def _pass(self) -> None:
        self.waiting += 1
        self.most_at_once = max(self.most_at_once, self.waiting)
        await self.gate.wait()
        self.waiting -= 1


@dataclass
class Doorway:
    """A desk, its open socket, and what went wrong behind it."""

    place: SocketPlace
    desk: KeptDesk
    server: ControlServer
    supervisor: TaskSupervisor
    failures: list[str]

    @asynccontextmanager
    async def client(self) -> AsyncIterator[SocketClient]:
        client = SocketClient(self.place, self.supervisor)
        try:
            yield client
        finally:
            await client.close()


@asynccontextmanager
async def doorway(folder: Path, picture: Snapshot, more: Door | None = None) -> AsyncIterator[Doorway]:
    """Open the socket of a desk that answers at once; close it, and see that no task is left behind."""
    failures: list[str] = []
    supervisor = TaskSupervisor(lambda name, error: failures.append(f"{name}: {error!r}"))
    desk, place = KeptDesk(picture), SocketPlace(folder / "control")
    desk.gate.set()
    greeting = Greeting(PROTOCOL, "test-desk", 4711, TradingMode.PAPER)
    server = ControlServer(
        {**client_door(desk), **(more or {})},
        greeting,
        supervisor,
        lambda name, error: failures.append(f"{name}: {error!r}"),
    )
    await server.open(place)
    try:
        yield Doorway(place, desk, server, supervisor, failures)
    finally:
        desk.gate.set()
        await server.close()
        await until(lambda: not supervisor.running)
        await supervisor.stop(1000)


async def until(is_so: Callable[[], bool]) -> None:
    """Let the loop turn until something is so; fails after a generous time."""
    async with asyncio.timeout(WITHIN_S):
        while not is_so():
            await WallClock().sleep_ms(5)
