"""Which flows began and have not ended, and which ended lately."""

from dataclasses import dataclass, replace

from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import ExecutionDirective, FlowCompletion
from desk.contracts.parents import ParentOpened, ParentStopped
from desk.ledger.rows import Row, RowCodec

ENDS_KEPT = 1024
"""Ended flows that memory remembers; the journal remembers all."""


@dataclass(frozen=True, slots=True)
class OpenFlow:
    """Hold a flow that has not ended: its directive, and its execution directive where it came so far.

    `parents` is what a journal says of its parent orders; only a ledger that starts from rows reads it.
    """

    directive: StrategyDirective
    began_at_ms: int
    execution: ExecutionDirective | None = None
    parents: tuple[ParentOpened | ParentStopped, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowRow:
    """Name an open flow; its directives are in the journal."""

    flow_id: str
    began_at_ms: int


@dataclass(frozen=True, slots=True)
class FlowEndRow:
    """Name the one end of a flow."""

    flow_id: str
    outcome: str
    final_state: str
    reason: str
    ended_at_ms: int


FLOW_ROWS = RowCodec(FlowRow)
FLOW_END_ROWS = RowCodec(FlowEndRow)


class FlowBook:
    """Hold open flows by id, oldest first, and the newest ends."""

    def __init__(self) -> None:
        self._open: dict[str, OpenFlow] = {}
        self._ends: dict[str, FlowEndRow] = {}

    def begin(self, directive: StrategyDirective, time_ms: int) -> bool:
        """Begin a flow; tell whether it is a new one."""
        flow_id = str(directive.directive_id)
        if flow_id in self._open or flow_id in self._ends:
            return False
        self._open[flow_id] = OpenFlow(directive, time_ms)
        return True

    def direct(self, execution: ExecutionDirective) -> None:
        """Keep the execution directive of an open flow."""
        flow = self._open.get(execution.directive_id)
        if flow is not None:
            self._open[execution.directive_id] = replace(flow, execution=execution)

    def end(self, completion: FlowCompletion) -> bool:
        """End a flow; tell whether it was open."""
        flow_id = str(completion.flow_id)
        self._ends[flow_id] = FlowEndRow(
            flow_id=flow_id,
            outcome=completion.outcome.value,
            final_state=completion.final_state,
            reason=completion.reason,
            ended_at_ms=completion.completed_at_ms,
        )
        return self._open.pop(flow_id, None) is not None

    def is_ended(self, flow_id: str) -> bool:
        """Tell whether memory knows the end of a flow."""
        return flow_id in self._ends

    def is_open(self, flow_id: str | None) -> bool:
        """Tell whether a flow began and has not ended."""
        return flow_id in self._open

    def open(self) -> tuple[OpenFlow, ...]:
        """Return every open flow, oldest first."""
        return tuple(self._open.values())

    def row(self, flow_id: str) -> Row | None:
        """Return the row of an open flow, None where it ended."""
        flow = self._open.get(flow_id)
        return None if flow is None else (flow_id, flow.began_at_ms)

    def end_row(self, flow_id: str) -> Row:
        """Return the row of a flow's end."""
        return FLOW_END_ROWS.encode(self._ends[flow_id])

    def restore(self, flow: OpenFlow) -> None:
        """Take back a flow that had not ended."""
        self._open[str(flow.directive.directive_id)] = replace(flow, parents=())

    def restore_end(self, row: Row) -> None:
        """Take back the end of a flow."""
        end = FLOW_END_ROWS.decode(row)
        self._ends[end.flow_id] = end

    def forget_ends(self) -> None:
        """Drop all but the newest ends from memory."""
        for flow_id in list(self._ends)[:-ENDS_KEPT]:
            del self._ends[flow_id]
