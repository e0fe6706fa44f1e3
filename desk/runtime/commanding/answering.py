"""What a command is answered with: what became true, or what to give instead."""

from collections.abc import Callable
from dataclasses import dataclass

from desk.contracts.commands import CommandOutcome
from desk.contracts.execution import FlowCompletion, FlowOutcome
from desk.contracts.ids import DirectiveId, ManualId
from desk.contracts.problems import DeskError
from desk.contracts.states import DeskState


class CommandRefused(DeskError):
    """A command cannot be carried out: one sentence that says why, and what to give instead."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Write outcomes, with the desk's state as it is when they are given."""

    state: Callable[[], DeskState]

    def done(self, manual_id: ManualId, message: str, flow_id: DirectiveId | None = None) -> CommandOutcome:
        """Say what is true now."""
        return CommandOutcome(True, message, self.state(), manual_id, flow_id)  # noqa: FBT003 - a field

    def refused(
        self, manual_id: ManualId, message: str, flow_id: DirectiveId | None = None
    ) -> CommandOutcome:
        """Say why nothing was done."""
        return CommandOutcome(False, message, self.state(), manual_id, flow_id)  # noqa: FBT003 - a field

    def ended(self, manual_id: ManualId, completion: FlowCompletion, *, besides: str = "") -> CommandOutcome:
        """Say how the flow of a command ended; `besides` is what else is true."""
        message = f"{completion.reason}; {besides}" if besides else completion.reason
        is_success = completion.outcome is FlowOutcome.SUCCESS
        return CommandOutcome(is_success, message, self.state(), manual_id, completion.flow_id)

    def under_way(self, manual_id: ManualId, flow_id: DirectiveId, waited_ms: int) -> CommandOutcome:
        """Say that a flow has not ended; nobody knows yet how it will."""
        message = f"under way, not over after {waited_ms / 1000:g} s: {flow_id} will say how it ends"
        return self.done(manual_id, message, flow_id)
