"""The only thing between a worker and the bus: calls it, checks it, publishes for it, and stops it."""

import sys
from collections import deque
from collections.abc import Callable, Sequence
from types import CoroutineType
from typing import Any, ClassVar, Protocol

from desk.bus.admission import PublicationRules, check_memory, check_reason
from desk.bus.cause import with_cause
from desk.bus.context import WorkerContext
from desk.bus.failures import FlowStopRequested, PublicationRefused, TimeBudgetExceeded, WorkerFailed
from desk.bus.fault_text import can_be_told, fault_text
from desk.bus.limits import NANOSECONDS_PER_MS, AdapterLimits
from desk.bus.refusals import RefusalCount
from desk.contracts.directives import StrategyDirective
from desk.contracts.envelope import Disposition, DispositionEnvelope, Publication
from desk.contracts.events import DIRECTIVE_REFUSED, STRATEGY_DIRECTIVE_ISSUED, WORKER_STOPPED, WorkerStopped
from desk.contracts.manifests import WorkerManifest
from desk.contracts.ports.bus import EventHandler, EventPort
from desk.contracts.records import WorkerStateSaved
from desk.contracts.states import WorkerStatus

MemoryJournal = Callable[[Sequence[WorkerStateSaved]], None]
"""Takes what a worker remembered in one call, before what it decided in that call is published."""

StopListener = Callable[[FlowStopRequested], None]

_OWN_WORKERS = "desk.workers."
_SECOND_MS = 1_000
_MINUTE_MS = 60_000


class AdaptedWorker(Protocol):
    """Any object with a manifest, and the handlers that the manifest names."""

    manifest: ClassVar[WorkerManifest]


class EventAdapter:
    """Stand between one worker and the bus.

    A call that raises, or publishes what it may not, leaves nothing behind: no event, no memory. It is
    counted, and after `limits.max_errors` within the window the worker is stopped; flooding stops it at
    once; WORKER_STOPPED says why. `is_platform` marks a worker of the platform: it hears every strategy, and
    is never paused and never stopped. `clock_ns` measures the time budget.
    """

    def __init__(
        self,
        bus: EventPort,
        worker: AdaptedWorker,
        context: WorkerContext,
        *,
        save: MemoryJournal,
        on_stop: StopListener,
        clock_ns: Callable[[], int],
        limits: AdapterLimits | None = None,
        is_platform: bool = False,
    ) -> None:
        self._bus = bus
        self._worker = worker
        self._context = context
        self._save = save
        self._on_stop = on_stop
        self._clock_ns = clock_ns
        self._limits = limits or AdapterLimits()
        self._is_platform = is_platform
        self._file = getattr(sys.modules.get(type(worker).__module__), "__file__", None)
        self._rules = PublicationRules(
            worker.manifest,
            context.name,
            context.strategy_id,
            is_foreign=not type(worker).__module__.startswith(_OWN_WORKERS),
        )
        self._refusals = RefusalCount(self._limits.max_refusals_per_minute)
        self._error_times: deque[int] = deque(maxlen=self._limits.max_errors)
        self._second = 0
        self._events_in_second = 0
        self.status = WorkerStatus.RUNNING
        self.reason = ""
        self.errors = 0

    @property
    def name(self) -> str:
        """The worker's name in its blueprint."""
        return self._context.name

    @property
    def strategy_id(self) -> str:
        """The blueprint it belongs to."""
        return self._context.strategy_id

    @property
    def manifest(self) -> WorkerManifest:
        """How the worker presents itself."""
        return self._worker.manifest

    def attach(self) -> None:
        """Subscribe the worker's handlers."""
        scope = None if self._is_platform else self.strategy_id
        for event_name, method in self.manifest.handlers.items():
            handler = self._guarded(getattr(self._worker, method))
            self._bus.subscribe(event_name, handler, subscriber=self.name, strategy_id=scope)
        if STRATEGY_DIRECTIVE_ISSUED in self.manifest.publishes:
            heard = self._refusals.on_refused
            self._bus.subscribe(DIRECTIVE_REFUSED, heard, subscriber=self.name, strategy_id=scope)

    def pause(self, reason: str) -> bool:
        """Stop calling the worker until it is resumed; False for a worker of the platform."""
        return self._leave(WorkerStatus.PAUSED, reason)

    def stop(self, reason: str) -> bool:
        """Stop calling the worker, as after a failure; False for a worker of the platform."""
        return self._leave(WorkerStatus.STOPPED, reason)

    def resume(self) -> None:
        """Call the worker again, its errors forgiven."""
        self._error_times.clear()
        self.status = WorkerStatus.RUNNING
        self.reason = ""

    def _leave(self, status: WorkerStatus, reason: str) -> bool:
        if self._is_platform:
            return False
        self.status = status
        self.reason = reason
        return True

    def _guarded(self, method: Callable[[Any], DispositionEnvelope]) -> EventHandler:
        clock_ns, memory, ids = self._clock_ns, self._context.memory, self._context.ids
        budget_ns = self._limits.time_budget_ms * NANOSECONDS_PER_MS
        proceed, running = DispositionEnvelope.CONTINUE, WorkerStatus.RUNNING

        def call(payload: object) -> None:
            if self.status is not running:
                return
            started_ns = clock_ns()
            try:
                envelope = method(payload)
                took_ns = clock_ns() - started_ns
                if envelope is not proceed or memory.changes or ids.given:
                    self._conclude(method.__name__, envelope)
                if took_ns > budget_ns:
                    self._refuse_time(took_ns)
            except BaseException as error:  # noqa: BLE001 - the boundary: what a worker raises is reported
                # A worker that leaves by SystemExit or KeyboardInterrupt takes nobody with it. The operator's
                # own interrupt is taken by the loop, and a task is cancelled where it waits: never in here.
                text = f"{method.__name__}: {fault_text(error, self._file)}"
                self._forget_call()
                self._bus.report(error if can_be_told(error) else WorkerFailed(text))
                self._failed(text)

        return call

    def _refuse_time(self, took_ns: int) -> None:
        took_ms = took_ns // NANOSECONDS_PER_MS
        if took_ms > self._limits.stop_after_ms:
            self._stop_for(f"one call took {took_ms} ms, and nobody else was heard meanwhile")
        raise TimeBudgetExceeded(
            f"a call took {took_ms} ms, at most {self._limits.time_budget_ms} are allowed"
        )

    def _conclude(self, method: str, envelope: object) -> None:
        """Check the whole answer first, so that a faulty one leaves nothing half done."""
        if not isinstance(envelope, DispositionEnvelope):
            if isinstance(envelope, CoroutineType):
                envelope.close()  # nobody will await it, and Python would say so on stderr
            raise PublicationRefused(
                f"{self.name} answered with {type(envelope).__name__}, not a DispositionEnvelope; "
                f"{method} returns DispositionEnvelope.CONTINUE where it has nothing to say"
            )
        publications = envelope.publications
        self._rules.check(publications, self._context.ids.given)
        check_memory(self._context.memory.changes)
        check_reason(envelope.reason)
        if self._is_flood(len(publications)):
            self._forget_call()
            return
        self._context.ids.given.clear()
        self._keep_memory()
        if envelope.disposition is Disposition.STOP:
            cause = self._bus.cause()
            self._on_stop(FlowStopRequested(self.name, self.strategy_id, envelope.reason, cause))
        for publication in publications:
            self._publish(publication)

    def _publish(self, publication: Publication) -> None:
        payload = with_cause(publication.event_payload, self._bus.cause())
        directive = payload if isinstance(payload, StrategyDirective) else None
        if directive is not None:
            self._refusals.begin(directive)
        if not self._bus.publish(publication.event_name, payload, strategy_id=self.strategy_id):
            self._failed(f"a loop of events: its {publication.event_name} was part of it")
        if directive is not None:
            too_much = self._refusals.end(directive, self._context.view.now_ms())
            if too_much is not None:
                self._stop_for(too_much)

    def _keep_memory(self) -> None:
        memory = self._context.memory
        if not memory.changes:
            return
        changes = [
            WorkerStateSaved(self.strategy_id, self.name, key, value) for key, value in memory.changes.items()
        ]
        self._save(changes)
        memory.keep()

    def _forget_call(self) -> None:
        self._context.memory.undo()
        self._context.ids.given.clear()

    def _failed(self, reason: str) -> None:
        self.errors += 1
        now_ms = self._context.view.now_ms()
        self._error_times.append(now_ms)
        is_full = len(self._error_times) == self._limits.max_errors
        if is_full and now_ms - self._error_times[0] <= self._limits.error_window_ms:
            minutes = self._limits.error_window_ms / _MINUTE_MS
            self._stop_for(f"{self._limits.max_errors} errors within {minutes:.3g} min, the last in {reason}")

    def _is_flood(self, count: int) -> bool:
        """Tell whether the worker publishes too much, and stop it then."""
        if not count:
            return False
        second = self._context.view.now_ms() // _SECOND_MS
        if second != self._second:
            self._second = second
            self._events_in_second = 0
        self._events_in_second += count
        limits = self._limits
        if count > limits.max_events_per_call:
            return self._stop_for(
                f"{count} events in one call, at most {limits.max_events_per_call} are allowed"
            )
        if self._events_in_second > limits.max_events_per_second:
            return self._stop_for(
                f"more than {limits.max_events_per_second} events in a second, which is what is allowed"
            )
        return False

    def _stop_for(self, reason: str) -> bool:
        """Stop the worker and say so, once; False for a worker of the platform."""
        if self.status is not WorkerStatus.RUNNING or not self.stop(reason):
            return False
        stopped = WorkerStopped(self.name, self.strategy_id, reason, self._context.view.now_ms())
        self._bus.publish(WORKER_STOPPED, stopped, strategy_id=self.strategy_id)
        return True
