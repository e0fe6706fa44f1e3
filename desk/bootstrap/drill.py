"""The emergency exit measured: a desk at the local exchange, N positions, and one fault after the other."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from connectors.sandbox.server import SandboxServer
from desk.bootstrap.assembly import Desk
from desk.bootstrap.drill_opening import open_positions
from desk.bootstrap.drill_plan import fault_names, fault_order, usual_faults
from desk.bootstrap.drill_report import DrillLine, DrillReport, DrillSettings
from desk.bootstrap.drill_venue import drill_configuration, drill_venue
from desk.bootstrap.live import LiveRun, run_live
from desk.contracts import events
from desk.contracts.commands import EmergencyExit
from desk.contracts.execution import FlowCompletion
from desk.contracts.problems import DeskError, InputRefused, Problem
from desk.runtime.tasks import TaskSupervisor

_STOPS_WITHIN_MS = 2_000
_EXIT_WITHIN_S = 300
_DIED, _NOT_FLAT = "THE DESK DIED", "NOT FLAT"


async def drill(
    settings: DrillSettings, tell: Callable[[str], None], faults: Sequence[str] | None = None
) -> DrillReport:
    """Leave everything once under each fault; each time a new desk at a new exchange.

    Raises InputRefused for a fault that there is not, DeskError where a desk does not begin.
    """
    names = usual_faults() if faults is None else faults
    unknown = [one for one in names if one not in fault_names()]
    if unknown:
        remedy = f"write one of: {', '.join(fault_names())}"
        raise InputRefused(Problem("--fault", None, "", f"unknown fault {unknown[0]!r}", remedy))
    lines: list[DrillLine] = []
    for number, name in enumerate(names, start=1):
        with tempfile.TemporaryDirectory(prefix="desk-drill-") as folder:
            line = await _Exercise(settings, Path(folder), name).carried_out()
        lines.append(line)
        tell(f"{number}/{len(names)} {name}: {line.word} after {line.elapsed_ms / 1000:.1f} s")
    return DrillReport(settings, tuple(lines))


class _Exercise:
    """Hold one exit: the exchange, the desk, and what is written down about it."""

    def __init__(self, settings: DrillSettings, folder: Path, fault: str) -> None:
        self._folder = folder
        self._fault = fault
        self._symbols = [f"C{number:02}/USDT:USDT" for number in range(settings.positions)]
        self._troubles: list[str] = []
        self._tasks = TaskSupervisor(lambda name, error: self._troubles.append(f"{name}: {error}"))
        self._venue = drill_venue(settings, self._symbols, self._tasks)
        self._server = SandboxServer(self._venue, self._tasks, wanders=True)
        self._desk: Desk | None = None
        self._started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._stop = asyncio.Event()

    async def carried_out(self) -> DrillLine:
        """Serve, run the desk beside it, and leave; raises DeskError where the desk does not start."""
        await self._server.start(0)
        try:
            self._tasks.spawn("drill desk", self._live())
            try:
                return await self._measured()
            finally:
                self._stop.set()
                await self._gone
        finally:
            await self._server.stop()
            await self._tasks.stop(_STOPS_WITHIN_MS)

    async def _live(self) -> None:
        try:
            await run_live(self._run())
            self._gone.set_result("it was stopped")
        except Exception as error:  # noqa: BLE001 - a task boundary: a desk that dies is a result of the drill
            self._gone.set_result(f"{type(error).__name__}: {error}")

    async def _measured(self) -> DrillLine:
        await asyncio.wait((self._gone, self._started), return_when=asyncio.FIRST_COMPLETED)
        if self._desk is None:
            raise DeskError(f"the drill's desk did not start: {self._gone.result()}")
        desk = self._desk
        await open_positions(desk, self._venue, self._symbols)
        execution, began_naked_ms = desk.core.parts.execution, desk.core.parts.execution.naked.total_ms()
        ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        left: list[str] = []

        def on_end(_: FlowCompletion) -> None:
            """Look at the venue in the very moment in which the word is said."""
            result = execution.executors.emergency_exit.last_result
            if result is not None and not ended.done():
                left.extend(self._residual())
                ended.set_result(result.word)

        for name in (events.FLOW_STOP_SUCCESS, events.FLOW_STOP_ERROR):
            desk.core.parts.bus.subscribe(name, on_end, subscriber="drill")
        self._break()
        self._tasks.spawn("drill exit", self._leave(desk))
        await asyncio.wait((self._gone, ended), timeout=_EXIT_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        naked_ms = execution.naked.total_ms() - began_naked_ms
        result = execution.executors.emergency_exit.last_result
        if result is None:
            word = _DIED if self._gone.done() else _NOT_FLAT
            return self._line(word, _EXIT_WITHIN_S * 1000, self._residual(), naked_ms, tuple(self._troubles))
        return self._line(result.word, result.elapsed_ms, left, naked_ms, result.remains)

    async def _leave(self, desk: Desk) -> None:
        await desk.commands.execute(EmergencyExit("a drill"))

    def _begun(self, desk: Desk) -> None:
        self._desk = desk
        self._started.set_result("it started")

    def _line(
        self, word: str, elapsed_ms: int, residual: Iterable[str], naked_ms: int, remains: tuple[str, ...]
    ) -> DrillLine:
        taken = Counter(one.link_id for one in self._venue.account().cards.values() if one.link_id)
        twice = sum(count - 1 for count in taken.values())
        again = sum(count - 1 for count in self._venue.attempts.values())
        left = tuple(residual)
        return DrillLine(self._fault, word, elapsed_ms, left, max(twice, again), naked_ms, remains)

    def _break(self) -> None:
        order = fault_order(self._fault, self._symbols[0])
        if order is not None:
            self._venue.inject(order)

    def _residual(self) -> list[str]:
        account = self._venue.account()
        held = [f"{one.side} {one.size_base} {one.symbol}" for one in account.positions()]
        return [*held, *(f"order {one.link_id or one.order_id}" for one in account.open_cards())]

    def _run(self) -> LiveRun:
        return LiveRun(
            configuration=drill_configuration(self._folder, self._server.base_url, self._symbols),
            duration_ms=None,
            stop=self._stop,
            on_entry=lambda _: None,
            on_started=self._begun,
            log=lambda event, text: self._troubles.append(f"{event}: {text}"),
        )
