"""Every flow ends, once: with a row that can exist once, and with nothing left in memory."""

from contextlib import suppress

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.execution import DirectiveRefused, FlowCompletion, FlowOutcome
from desk.contracts.ports.store import Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.problems import DuplicateRecord
from desk.contracts.records import EntryKind, JournalEntry
from desk.execution.flow_registry import FlowRegistry, OpenFlow


class FlowTerminationHandler:
    """End flows: record, release what was kept for them, report."""

    def __init__(self, bus: EventBus, recorder: Recorder, clock: Clock, flows: FlowRegistry) -> None:
        self._bus = bus
        self._recorder = recorder
        self._clock = clock
        self._flows = flows

    def attach(self) -> None:
        """Listen to refusals and to both endings."""
        for name, handler in (
            (events.DIRECTIVE_REFUSED, self.on_refused),
            (events.FLOW_STOP_SUCCESS, self.on_flow_stop),
            (events.FLOW_STOP_ERROR, self.on_flow_stop),
        ):
            self._bus.subscribe(name, handler, subscriber="platform.flow_termination")

    def on_refused(self, refused: DirectiveRefused) -> None:
        """Record a refusal; end the flow unless other targets of it still run."""
        flow = self._flows.get(refused.directive_id)
        self._recorder.record(
            JournalEntry(
                EntryKind.DIRECTIVE_REFUSED,
                refused.directive_id,
                refused.refused_at_ms,
                refused,
                flow_id=refused.directive_id,
                causes=(refused.directive_id,),
                trade_id=refused.trade_id,
                symbol=refused.symbol,
            )
        )
        if flow is None:
            return
        flow.problems.append(f"refused by {refused.refused_by}: {refused.reason}")
        if not flow.running and not flow.parents and not flow.effects:
            self.end(flow, FlowOutcome.ERROR, "refused")

    def end(self, flow: OpenFlow, outcome: FlowOutcome, final_state: str) -> None:
        """Publish the end of a flow."""
        reason = "; ".join([*flow.effects, *flow.problems]) or final_state
        completion = FlowCompletion(
            flow_id=flow.flow_id,
            outcome=outcome,
            final_state=final_state,
            reason=reason,
            completed_at_ms=self._clock.now_ms(),
            trade_ids=tuple(flow.trades),
        )
        name = events.FLOW_STOP_SUCCESS if outcome is FlowOutcome.SUCCESS else events.FLOW_STOP_ERROR
        self._bus.publish(name, completion)

    def on_flow_stop(self, completion: FlowCompletion) -> None:
        """Record the end as the one row of its flow, and release the flow."""
        entry = JournalEntry(
            EntryKind.FLOW_ENDED,
            completion.flow_id,
            completion.completed_at_ms,
            completion,
            flow_id=completion.flow_id,
            causes=(completion.flow_id,),
            trade_id=completion.trade_ids[0] if completion.trade_ids else None,
        )
        with suppress(DuplicateRecord):
            self._recorder.record(entry)
        self._flows.release(completion.flow_id)
