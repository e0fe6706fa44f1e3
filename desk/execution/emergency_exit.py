"""The way out of everything: latch, void, cancel, close, verify by the venue's word, repeat until true."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from desk.contracts.assets import is_affected
from desk.contracts.execution import ExecutionDirective, FlowOutcome
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.ports.time import Spawner
from desk.contracts.problems import StoreFailed
from desk.contracts.states import AlarmSeverity, DeskState
from desk.execution.alarms import Alarms
from desk.execution.close import TradeCloser
from desk.execution.desk_state import DeskStateLatch
from desk.execution.exit_check import ExitCheck, Work
from desk.execution.exit_watch import ExitWatch
from desk.execution.flow_registry import FlowRegistry
from desk.execution.flow_termination import FlowTerminationHandler
from desk.execution.lanes import Lanes
from desk.execution.reach import Reach

_MOST_ROUNDS = 20
_BETWEEN_READS_MS = 2000
_FIRST_BACKOFF_MS = 250
_MOST_BACKOFF_MS = 30_000
_NOT_FLAT = "NOT FLAT"


@dataclass(frozen=True, slots=True)
class ExitResult:
    """Say how an exit ended: FLAT, FLAT+DUST or NOT FLAT, with what is left and why."""

    word: str
    remains: tuple[str, ...]
    elapsed_ms: int
    rounds: int

    @property
    def is_flat(self) -> bool:
        """Whether nothing tradable is left."""
        return self.word != _NOT_FLAT


class EmergencyExit:
    """Run the exit ladder; no worker can veto it and no state stands in its way."""

    def __init__(  # noqa: PLR0913 - the way out meets everything
        self,
        *,
        reach: Reach,
        spawner: Spawner,
        state: DeskStateLatch,
        flows: FlowRegistry,
        closer: TradeCloser,
        termination: FlowTerminationHandler,
        check: ExitCheck,
        alarms: Alarms,
        watch: ExitWatch,
    ) -> None:
        self._reach = reach
        self._spawner = spawner
        self._state = state
        self._flows = flows
        self._closer = closer
        self._termination = termination
        self._check = check
        self._alarms = alarms
        self.watch = watch
        self._running: dict[DirectiveId, None] = {}
        self.last_result: ExitResult | None = None

    @property
    def is_running(self) -> bool:
        """Whether an exit is under way in this run."""
        return bool(self._running)

    def begin(self, directive: ExecutionDirective, lanes: Lanes) -> None:
        """Latch EXITING and leave in the background; exits side by side share their work."""
        asset = directive.affected_asset
        latched = self._state.tighten(
            DeskState.EXITING, directive.rationale, directive.strategy_planner_id, directive.directive_id
        )
        self._reach.parents.stop_where(
            lambda *_: True, directive.strategy_planner_id, "superseded by the emergency exit"
        )
        lanes.void_all("superseded by the emergency exit", lambda job: is_affected(job.target.symbol, asset))
        self._running[directive.directive_id] = None
        self.watch.begin(directive, self._check.positions(directive), self._check.count_orders)
        self._spawner.spawn(f"exit {directive.directive_id}", self._run(directive, latched))

    async def _run(self, directive: ExecutionDirective, latched: Awaitable[None] | None) -> None:
        if latched is not None:
            # A latch that the disk refuses still holds in memory, and leaving cannot wait for a disk.
            with suppress(StoreFailed):
                await latched
        remains: list[str] = ["nothing was tried"]
        rounds = 0
        while remains and rounds < _MOST_ROUNDS:
            if rounds:
                backoff_ms = _FIRST_BACKOFF_MS << min(rounds, 10)
                await self._reach.clock.sleep_ms(min(backoff_ms, _MOST_BACKOFF_MS))
            rounds += 1
            try:
                remains = await self._round(directive)
            except Exception as fault:  # noqa: BLE001 - a task boundary: whatever broke, the next round tries again
                remains = [f"{type(fault).__name__}: {fault}"]
        self._finish(directive, remains, rounds)

    async def _round(self, directive: ExecutionDirective) -> list[str]:
        """Close every trade while cancelling every entry; where all of it worked, ask the venue twice."""
        held = self._check.positions(directive)
        trades = [one.trade_id for one in held]
        self.watch.next_round(directive.directive_id, held)
        flow = self._flows.get(directive.flow_id)
        for trade_id in trades:
            if flow is not None:
                self._flows.link(flow, trade_id)
        closes = [self._close(one, directive) for one in trades]
        problems = await asyncio.gather(*map(_told, self._check.cancel_entries(directive)), *closes)
        left = [problem for problem in problems if problem is not None]
        if left and (there := await self._check.held(directive)):
            return [*left, *there]
        problems = await asyncio.gather(*map(_told, await self._check.cancel_rest(directive)))
        return [one for one in problems if one is not None] or await self._verified(directive)

    async def _close(self, trade_id: TradeId, directive: ExecutionDirective) -> str | None:
        """Close one trade; why it is not left is told while the others are still under way."""
        ids = (directive.directive_id, directive.execution_directive_id)
        problem = await _told(partial(self._closer.close, trade_id, *ids, leaves_all=True))
        if problem is not None:
            self.watch.refused(directive.directive_id, trade_id, problem)
        return problem

    async def _verified(self, directive: ExecutionDirective) -> list[str]:
        first = await self._check.still_there(directive)
        if first:
            return first
        await self._reach.clock.sleep_ms(_BETWEEN_READS_MS)
        return await self._check.still_there(directive)

    def _finish(self, directive: ExecutionDirective, remains: list[str], rounds: int) -> None:
        """Latch HALTED, then end the flow: a crash between the two runs the exit once more."""
        dust = [f"{one.size_base} {one.symbol}" for one in self._check.positions(directive)]
        word = _NOT_FLAT if remains else "FLAT+DUST" if dust else "FLAT"
        elapsed_ms = self.watch.end(directive.directive_id, word, tuple(remains or dust))
        self.last_result = ExitResult(word, tuple(remains or dust), elapsed_ms, rounds)
        text = f"{word} after {elapsed_ms} ms"
        if remains or dust:
            text += ": " + ", ".join(remains or dust)
        self._running.pop(directive.directive_id, None)
        if not self._running:
            self._state.finish_exit(text, directive.strategy_planner_id, directive.directive_id)
        if remains:
            alarm = f"the emergency exit gave up {text}"
            self._alarms.raise_alarm(AlarmSeverity.CRITICAL, alarm, directive.directive_id)
        flow = self._flows.get(directive.flow_id)
        if flow is not None:
            (flow.problems if remains else flow.effects).append(text)
            outcome = FlowOutcome.ERROR if remains else FlowOutcome.SUCCESS
            self._termination.end(flow, outcome, word)


async def _told(work: Work) -> str | None:
    """Turn what breaks in one trade into a word about it: the others must still be left."""
    try:
        return await work()
    except Exception as fault:  # noqa: BLE001 - a task boundary: the fault becomes a reason of NOT FLAT
        return f"{type(fault).__name__}: {fault}"
