"""What goes wrong inside the desk becomes an event: counted, told, and the end of its flow."""

from collections.abc import Callable
from contextlib import suppress

from desk.bus import EventBus
from desk.bus.failures import FlowStopRequested, HandlerFailure
from desk.bus.fault_text import fault_text
from desk.contracts import events
from desk.contracts.events import WorkerStopped
from desk.contracts.execution import FlowOutcome
from desk.contracts.ids import DirectiveId
from desk.contracts.ports.store import Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.problems import StoreFailed
from desk.contracts.records import EntryKind, JournalEntry, WorkerStatusChanged
from desk.contracts.states import AlarmSeverity, WorkerStatus
from desk.execution.alarms import Alarms
from desk.execution.flow_registry import FlowRegistry
from desk.execution.flow_termination import FlowTerminationHandler

Log = Callable[[str, str], None]


class FaultDesk:
    """Take failures of handlers, workers and background tasks."""

    def __init__(self, clock: Clock, log: Log) -> None:
        self._clock = clock
        self._log = log
        self._recorder: Recorder | None = None
        self._flows: FlowRegistry | None = None
        self._alarms: Alarms | None = None
        self._termination: FlowTerminationHandler | None = None
        self.handler_errors = 0

    def connect(
        self,
        bus: EventBus,
        recorder: Recorder,
        flows: FlowRegistry,
        alarms: Alarms,
        termination: FlowTerminationHandler,
    ) -> None:
        """Begin to answer; before this, failures are only counted and logged."""
        self._recorder = recorder
        self._flows = flows
        self._alarms = alarms
        self._termination = termination
        bus.subscribe(events.WORKER_STOPPED, self.on_worker_stopped, subscriber="platform.faults")

    def on_handler_failure(self, failure: HandlerFailure) -> None:
        """End the flow a handler failed in, with the failure's name; alarm where the platform failed."""
        self.handler_errors += 1
        text = f"{failure.subscriber} failed on {failure.event_name}: {fault_text(failure.error)}"
        self._log("handler failed", text)
        is_platform = failure.subscriber.startswith("platform.")
        if is_platform and self._alarms is not None and failure.event_name != events.ALARM_RAISED:
            self._alarms.raise_alarm(AlarmSeverity.CRITICAL, text)
        self._end(failure.flow_id, text)

    def on_flow_stop_requested(self, request: FlowStopRequested) -> None:
        """End the flow a worker asked to stop."""
        self._end(request.flow_id, f"stopped by {request.worker}: {request.reason}")

    def on_task_failure(self, name: str, error: BaseException) -> None:
        """Alarm: a background task of the platform must never die in silence."""
        text = f"{name} failed: {fault_text(error)}"
        self._log("task failed", text)
        if self._alarms is not None:
            self._alarms.raise_alarm(AlarmSeverity.CRITICAL, text)

    def on_feed_trouble(self, text: str) -> None:
        """Alarm: market data is not what it should be."""
        self._log("feed", text)
        if self._alarms is not None:
            self._alarms.raise_alarm(AlarmSeverity.WARNING, text)

    def on_line_trouble(self, text: str) -> None:
        """Alarm: the operator is not reached where he does not look at a screen."""
        self._log("operator not reached", text)
        if self._alarms is not None:
            with suppress(StoreFailed):  # the last word may fail after the journal was closed
                self._alarms.raise_alarm(AlarmSeverity.WARNING, text)

    def on_worker_stopped(self, stopped: WorkerStopped) -> None:
        """Record and alarm that the platform stopped a worker."""
        record = WorkerStatusChanged(
            stopped.strategy_id, stopped.worker, WorkerStatus.STOPPED, stopped.reason
        )
        if self._recorder is None:
            return
        self._recorder.record(
            JournalEntry(
                EntryKind.WORKER_STATUS_CHANGED,
                stopped.worker,
                stopped.time_ms,
                record,
                worker=stopped.worker,
            )
        )
        if self._alarms is not None:
            text = stopped_worker_text(stopped.worker, stopped.strategy_id, stopped.reason)
            self._alarms.raise_alarm(AlarmSeverity.CRITICAL, text)

    def _end(self, flow_id: DirectiveId | None, text: str) -> None:
        if flow_id is None or self._flows is None or self._termination is None:
            return
        flow = self._flows.get(flow_id)
        if flow is None or flow.execution is not None or flow.directive.emergency:
            return  # under way, or the way out, which nobody vetoes
        flow.problems.append(text)
        self._termination.end(flow, FlowOutcome.ERROR, "failed")


def stopped_worker_text(worker: str, strategy_id: str, reason: str) -> str:
    """Say that the platform stopped a worker."""
    return f"worker {worker} of {strategy_id} was stopped: {reason}"
