"""Halt, re-arm and the emergency exit: none of them waits for anything but its own journal entry."""

from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.commands import REARM_WORD, CommandOutcome, EmergencyExit, Halt, Rearm
from desk.contracts.execution import DirectiveRefused, ExecutionDirective
from desk.contracts.ids import DirectiveId, ManualId, ThreatId
from desk.contracts.market import ONE
from desk.contracts.problems import StoreFailed
from desk.contracts.signals import OPERATOR_EXIT, ThreatSignal
from desk.contracts.states import DeskState
from desk.runtime.commanding.answering import Answers
from desk.runtime.commanding.checking import reason_of
from desk.runtime.commanding.directing import OPERATOR
from desk.runtime.commanding.parts import CommandParts

_SUBSCRIBER = "platform.commands"


class StateCommands:
    """Carry out what concerns the desk as a whole."""

    def __init__(self, parts: CommandParts, answers: Answers) -> None:
        self._parts = parts
        self._answers = answers
        self._state = parts.state
        self._exit_flow: DirectiveId | None = None
        self._refusal = ""
        parts.bus.subscribe(events.EXECUTION_DIRECTIVE_READY, self._on_ready, subscriber=_SUBSCRIBER)
        parts.bus.subscribe(events.DIRECTIVE_REFUSED, self._on_refused, subscriber=_SUBSCRIBER)

    def _on_ready(self, directive: ExecutionDirective) -> None:
        if directive.emergency:
            self._exit_flow = directive.flow_id

    def _on_refused(self, refused: DirectiveRefused) -> None:
        self._refusal = refused.reason

    async def halt(self, command: Halt, manual_id: ManualId) -> CommandOutcome:
        """Latch HALTED; it holds in memory whatever the disk says."""
        reason = reason_of(command.reason, "halted by the operator")
        durable = self._state.tighten(DeskState.HALTED, reason, OPERATOR, manual_id)
        word = "halted: no new risk, stops stay"
        if durable is None:
            return self._answers.done(manual_id, f"nothing to change: the desk is {self._state.current}")
        try:
            await durable
        except StoreFailed as failure:
            word = f"{word}; it holds in memory alone, the journal cannot be written: {failure}"
        return self._answers.done(manual_id, word)

    async def rearm(self, command: Rearm, manual_id: ManualId) -> CommandOutcome:
        """Loosen the latch, and tighten it again where that cannot be made durable."""
        if command.word != REARM_WORD:
            return self._answers.refused(manual_id, f"not re-armed: the word is {REARM_WORD}")
        if self._parts.is_exiting():
            return self._answers.refused(manual_id, "not re-armed: the emergency exit is running")
        previous = self._state.current
        reason = reason_of(command.reason, "re-armed by the operator")
        lifted = self._parts.blocks.lift_all(reason, manual_id)
        durable = self._state.rearm(reason, manual_id)
        if durable is None:
            nothing = f"nothing to change: the desk is {self._state.current}"
            return self._answers.done(manual_id, _lifted(lifted) or nothing)
        try:
            await durable
        except StoreFailed as failure:
            reason = f"the journal cannot be written: {failure}"
            self._state.tighten(previous, reason, "platform.journal", manual_id)
            return self._answers.refused(manual_id, f"not re-armed: {reason}")
        return self._answers.done(manual_id, ", ".join(filter(None, ("re-armed", _lifted(lifted)))))

    def exit(self, command: EmergencyExit, manual_id: ManualId) -> CommandOutcome:
        """Raise the operator's threat: the exit takes the same way as any other threat's."""
        chain = CausalityChain.born(manual_id)
        threat = ThreatSignal(
            threat_id=self._parts.ids.new(ThreatId),
            threat_type=OPERATOR_EXIT,
            severity=ONE,
            affected_asset=command.affected_asset,
            detected_at_ms=self._parts.clock.now_ms(),
            source=OPERATOR,
            rationale=reason_of(command.reason, "emergency exit by the operator"),
            causality=chain,
        )
        self._exit_flow, self._refusal = None, ""
        self._parts.bus.publish(events.THREAT_DETECTED, threat, cause=chain)
        flow_id = self._begun_exit()
        if flow_id is None or not self._parts.is_exiting():
            reason = self._refusal or "no directive came of it"
            return self._answers.refused(manual_id, f"the emergency exit did not begin: {reason}")
        what = command.affected_asset or "every position"
        return self._answers.done(manual_id, f"leaving {what}", flow_id)

    def _begun_exit(self) -> DirectiveId | None:
        return self._exit_flow


def _lifted(count: int) -> str:
    return f"{count} blocks on new risk lifted" if count else ""
