"""The operator's hand: every command is written down, goes the way of every decision, and is answered."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import assert_never

from desk.bus import EventBus
from desk.bus.adapter import EventAdapter
from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.commands import (
    REARM_WORD,
    CloseTrade,
    Command,
    CommandOutcome,
    CommandRecord,
    EmergencyExit,
    Halt,
    MoveStop,
    PauseWorker,
    Rearm,
    ResumeWorker,
    RunSchedule,
)
from desk.contracts.directives import (
    OPERATOR_STRATEGY,
    DirectiveScope,
    ExitDirective,
    StrategyDirective,
)
from desk.contracts.execution import DirectiveRefused, ExecutionDirective
from desk.contracts.ids import DirectiveId, ManualId, ThreatId, TradeId
from desk.contracts.market import ONE
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock, IdSource
from desk.contracts.problems import StoreFailed
from desk.contracts.records import EntryKind, JournalEntry, WorkerStatusChanged
from desk.contracts.signals import ThreatSignal
from desk.contracts.states import DeskState, WorkerStatus
from desk.execution.desk_state import DeskStateLatch
from desk.runtime.scheduler import ScheduleDriver

OPERATOR = "operator"
_SUBSCRIBER = "platform.commands"


class CommandDesk:
    """Carry out commands; the answer says what became true, not what was sent."""

    def __init__(  # noqa: PLR0913 - a command can concern every part
        self,
        *,
        bus: EventBus,
        recorder: Recorder,
        ledger: LedgerView,
        clock: Clock,
        ids: IdSource,
        state: DeskStateLatch,
        adapters: Sequence[EventAdapter],
        scheduler: ScheduleDriver | None,
        is_exiting: Callable[[], bool],
    ) -> None:
        """`is_exiting` tells whether an emergency exit is under way."""
        self._bus = bus
        self._recorder = recorder
        self._ledger = ledger
        self._clock = clock
        self._ids = ids
        self._state = state
        self._adapters = _by_name(adapters)
        self._scheduler = scheduler
        self._is_exiting = is_exiting
        self._exit_flow: DirectiveId | None = None
        self._refusal = ""
        bus.subscribe(events.EXECUTION_DIRECTIVE_READY, self._on_ready, subscriber=_SUBSCRIBER)
        bus.subscribe(events.DIRECTIVE_REFUSED, self._on_refused, subscriber=_SUBSCRIBER)

    def _on_ready(self, directive: ExecutionDirective) -> None:
        if directive.emergency:
            self._exit_flow = directive.flow_id

    def _on_refused(self, refused: DirectiveRefused) -> None:
        self._refusal = refused.reason

    async def execute(self, command: Command) -> CommandOutcome:
        """Write a command down and carry it out."""
        manual_id = self._ids.new(ManualId)
        written = self._recorder.record(_entry(command, manual_id, self._clock.now_ms()))
        outcome = await self._carry_out(command, manual_id)
        try:
            await written
        except StoreFailed as failure:
            message = f"{outcome.message}; the journal cannot be written: {failure}"
            return CommandOutcome(outcome.accepted, message, self._state.current, manual_id, outcome.flow_id)
        return outcome

    async def _carry_out(self, command: Command, manual_id: ManualId) -> CommandOutcome:
        match command:
            case Halt() | Rearm():
                return await self._change_state(command, manual_id)
            case EmergencyExit():
                return self._exit(command, manual_id)
            case CloseTrade():
                return self._close(command, manual_id)
            case MoveStop():
                return self._move_stop(command, manual_id)
            case PauseWorker() | ResumeWorker():
                return self._worker(command, manual_id)
            case RunSchedule():
                return self._schedule(command, manual_id)
            case _:
                assert_never(command)

    async def _change_state(self, command: Halt | Rearm, manual_id: ManualId) -> CommandOutcome:
        if isinstance(command, Halt):
            durable = self._state.tighten(DeskState.HALTED, command.reason, OPERATOR, manual_id)
            word = "halted: no new risk, stops stay"
        elif command.word != REARM_WORD:
            return self._answer(manual_id, f"not re-armed: the word is {REARM_WORD}", accepted=False)
        elif self._is_exiting():
            return self._answer(manual_id, "not re-armed: the emergency exit is running", accepted=False)
        else:
            return await self._rearm(command, manual_id)
        if durable is None:
            return self._answer(manual_id, f"nothing to change: the desk is {self._state.current}")
        try:
            await durable
        except StoreFailed as failure:
            word = f"{word}; it holds in memory alone, the journal cannot be written: {failure}"
        return self._answer(manual_id, word)

    async def _rearm(self, command: Rearm, manual_id: ManualId) -> CommandOutcome:
        """Loosen the latch, and tighten it again where that cannot be made durable."""
        previous = self._state.current
        durable = self._state.rearm(command.reason, manual_id)
        if durable is None:
            return self._answer(manual_id, f"nothing to change: the desk is {self._state.current}")
        try:
            await durable
        except StoreFailed as failure:
            reason = f"the journal cannot be written: {failure}"
            self._state.tighten(previous, reason, "platform.journal", manual_id)
            return self._answer(manual_id, f"not re-armed: {reason}", accepted=False)
        return self._answer(manual_id, "re-armed")

    def _exit(self, command: EmergencyExit, manual_id: ManualId) -> CommandOutcome:
        """Raise the operator's threat: the exit takes the same way as any other threat's."""
        chain = CausalityChain.born(manual_id)
        threat = ThreatSignal(
            threat_id=self._ids.new(ThreatId),
            threat_type="OPERATOR_EXIT",
            severity=ONE,
            affected_asset=command.affected_asset,
            detected_at_ms=self._clock.now_ms(),
            source=OPERATOR,
            rationale=command.reason,
            causality=chain,
        )
        self._exit_flow, self._refusal = None, ""
        self._bus.publish(events.THREAT_DETECTED, threat, cause=chain)
        flow_id = self._begun_exit()
        if flow_id is None or not self._is_exiting():
            reason = self._refusal or "no directive came of it"
            return self._answer(manual_id, f"the emergency exit did not begin: {reason}", accepted=False)
        what = command.affected_asset or "every position"
        return self._answer(manual_id, f"leaving {what}", flow_id=flow_id)

    def _begun_exit(self) -> DirectiveId | None:
        return self._exit_flow

    def _close(self, command: CloseTrade, manual_id: ManualId) -> CommandOutcome:
        if not self._ledger.orders_of(command.trade_id):
            problem = self._not_open(command.trade_id)
            if problem is not None:
                return self._answer(manual_id, problem, accepted=False)
        directive = self._directive(
            manual_id, DirectiveScope.CLOSE_EXISTING, command.trade_id, command.reason
        )
        return self._issue(manual_id, directive)

    def _move_stop(self, command: MoveStop, manual_id: ManualId) -> CommandOutcome:
        problem = self._not_open(command.trade_id)
        if problem is not None:
            return self._answer(manual_id, problem, accepted=False)
        if not command.stop_price.is_finite() or not command.stop_price > 0:
            return self._answer(manual_id, f"{command.stop_price} is no price", accepted=False)
        directive = self._directive(
            manual_id,
            DirectiveScope.MODIFY_EXISTING,
            command.trade_id,
            command.reason,
            ExitDirective(stop_loss_price=command.stop_price),
        )
        return self._issue(manual_id, directive)

    def _not_open(self, trade_id: TradeId) -> str | None:
        position = self._ledger.position(trade_id)
        return None if position is not None and position.is_open else f"{trade_id} is not open"

    def _directive(
        self,
        manual_id: ManualId,
        scope: DirectiveScope,
        trade_id: TradeId,
        reason: str,
        leave: ExitDirective | None = None,
    ) -> StrategyDirective:
        return StrategyDirective(
            directive_id=self._ids.new(DirectiveId),
            strategy_id=OPERATOR_STRATEGY,
            strategy_planner_id=OPERATOR,
            decided_at_ms=self._clock.now_ms(),
            causality=CausalityChain.born(manual_id),
            scope=scope,
            confidence=ONE,
            rationale=reason,
            target_trade_ids=(trade_id,),
            exit_directive=leave,
        )

    def _issue(self, manual_id: ManualId, directive: StrategyDirective) -> CommandOutcome:
        self._bus.publish(
            events.STRATEGY_DIRECTIVE_ISSUED,
            directive,
            strategy_id=OPERATOR_STRATEGY,
            cause=directive.causality,
        )
        return CommandOutcome(
            accepted=True,
            message="under way; its flow says how it ends",
            state=self._state.current,
            manual_id=manual_id,
            flow_id=directive.directive_id,
        )

    def _worker(self, command: PauseWorker | ResumeWorker, manual_id: ManualId) -> CommandOutcome:
        adapter = self._adapters.get(command.worker)
        if adapter is None:
            known = ", ".join(sorted(self._adapters)) or "none"
            return self._answer(
                manual_id, f"there is no worker {command.worker}; there are {known}", accepted=False
            )
        if isinstance(command, PauseWorker):
            if not adapter.pause(command.reason):
                return self._answer(manual_id, f"{command.worker} is never paused", accepted=False)
        else:
            adapter.resume()
        record = WorkerStatusChanged(adapter.strategy_id, adapter.name, adapter.status, command.reason)
        self._recorder.record(
            JournalEntry(
                EntryKind.WORKER_STATUS_CHANGED,
                adapter.name,
                self._clock.now_ms(),
                record,
                causes=(manual_id,),
                worker=adapter.name,
            )
        )
        word = "paused" if adapter.status is WorkerStatus.PAUSED else "running"
        return self._answer(manual_id, f"{adapter.name} is {word}")

    def _schedule(self, command: RunSchedule, manual_id: ManualId) -> CommandOutcome:
        names = [one.name for one in self._scheduler.schedules] if self._scheduler is not None else []
        if self._scheduler is None or command.schedule_name not in names:
            known = ", ".join(names) or "none"
            return self._answer(
                manual_id, f"there is no schedule {command.schedule_name}; there are {known}", accepted=False
            )
        if self._scheduler.run_now(command.schedule_name) is None:
            done = f"the period {command.schedule_name} is in is done already"
            return self._answer(manual_id, done, accepted=False)
        return self._answer(manual_id, f"{command.schedule_name} was run")

    def _answer(
        self, manual_id: ManualId, message: str, *, accepted: bool = True, flow_id: str | None = None
    ) -> CommandOutcome:
        return CommandOutcome(accepted, message, self._state.current, manual_id, flow_id)


def _by_name(adapters: Sequence[EventAdapter]) -> dict[str, EventAdapter]:
    """Name each worker by its own name where that is unique, else as strategy/worker."""
    names = Counter(adapter.name for adapter in adapters)
    return {one.name if names[one.name] == 1 else f"{one.strategy_id}/{one.name}": one for one in adapters}


def _entry(command: Command, manual_id: ManualId, time_ms: int) -> JournalEntry:
    arguments = tuple(
        (one.name, str(getattr(command, one.name)))
        for one in fields(command)
        if getattr(command, one.name) is not None
    )
    record = CommandRecord(manual_id, type(command).__name__, arguments)
    return JournalEntry(EntryKind.OPERATOR_COMMANDED, manual_id, time_ms, record)
