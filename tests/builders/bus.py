"""A bus to test with: it keeps the failures it reported, and workers that answer as told."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from desk.bus import AdapterLimits, BusLimits, EventAdapter, EventBus, HandlerFailure, WorkerContext
from desk.bus.adapter import MemoryJournal
from desk.bus.failures import FlowStopRequested
from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import STRATEGY_DIRECTIVE_ISSUED, TICK_RECEIVED
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest
from desk.contracts.market import ONE, Tick
from desk.contracts.records import WorkerStateSaved
from desk.testing.bench import CountingIds
from desk.testing.memory_desk import MemoryDesk
from tests.builders.market import tick

Answer = Callable[[WorkerContext, object], DispositionEnvelope]

PUBLISHED = frozenset({STRATEGY_DIRECTIVE_ISSUED, "SIGNAL_A", "SIGNAL_B"})
CONTINUE = DispositionEnvelope.CONTINUE


class NoParameters(Parameters):
    pass


def manifest_of(
    hears: Sequence[str] = (TICK_RECEIVED,),
    publishes: frozenset[str] = PUBLISHED,
    category: WorkerCategory = WorkerCategory.DYNAMIC_MANAGEMENT,
) -> WorkerManifest:
    handlers = dict.fromkeys(hears, "on_event")
    return WorkerManifest("scripted", category, "answers as told", handlers, publishes, NoParameters)


class ScriptedWorker:
    """Answer every event by one function."""

    manifest: ClassVar[WorkerManifest]

    def __init__(self, manifest: WorkerManifest, context: WorkerContext, answer: Answer) -> None:
        self.manifest = manifest  # type: ignore[misc] # each of these has its own
        self.context = context
        self.answer = answer
        self.heard: list[object] = []

    def on_event(self, payload: object) -> DispositionEnvelope:
        self.heard.append(payload)
        return self.answer(self.context, payload)


@dataclasses.dataclass
class Stopwatch:
    """Tell a time that only the test moves."""

    now_ns: int = 0

    def __call__(self) -> int:
        return self.now_ns


class BusBench:
    """Hold a bus with workers on it, and what it told the platform."""

    def __init__(self, limits: BusLimits | None = None) -> None:
        self.failures: list[HandlerFailure] = []
        self.stops: list[FlowStopRequested] = []
        self.saved: list[WorkerStateSaved] = []
        self.save: MemoryJournal = self.saved.extend
        self.desk = MemoryDesk()
        self.ids = CountingIds(self.desk)
        self.stopwatch = Stopwatch()
        self.bus = EventBus(self.failures.append, limits)

    def hear(
        self, name: str, *, strategy_id: str | None = None, targets: frozenset[str] | None = None
    ) -> list[object]:
        """Subscribe, and return the list in which payloads of `name` will be found."""
        heard: list[object] = []
        self.bus.subscribe(
            name, heard.append, subscriber=f"listener of {name}", strategy_id=strategy_id, targets=targets
        )
        return heard

    def worker(
        self,
        answer: Answer,
        *,
        name: str = "worker",
        strategy_id: str = "trend",
        manifest: WorkerManifest | None = None,
        limits: AdapterLimits | None = None,
        is_platform: bool = False,
        remembered: Mapping[str, str] | None = None,
    ) -> tuple[EventAdapter, ScriptedWorker]:
        """Put a worker on the bus."""
        context = WorkerContext(
            name,
            strategy_id,
            view=self.desk,
            ids=self.ids,
            cause=self.bus.cause,
            remembered=remembered or {},
        )
        worker = ScriptedWorker(manifest or manifest_of(), context, answer)
        adapter = EventAdapter(
            self.bus,
            worker,
            context,
            save=self._save,
            on_stop=self.stops.append,
            clock_ns=self.stopwatch,
            limits=limits,
            is_platform=is_platform,
        )
        adapter.attach()
        return adapter, worker

    def _save(self, changes: Sequence[WorkerStateSaved]) -> None:
        self.save(changes)

    def tick(self, **changes: object) -> Tick:
        """Publish a tick and return it."""
        sent = dataclasses.replace(tick(), **changes)  # type: ignore[arg-type] # a test names the fields
        self.bus.publish(TICK_RECEIVED, sent)
        return sent


def close_directive(context: WorkerContext, **changes: object) -> StrategyDirective:
    """Build a directive that closes a trade, in the name of the worker of `context`."""
    fields: dict[str, object] = {
        "directive_id": context.ids.new(DirectiveId),
        "strategy_id": context.strategy_id,
        "strategy_planner_id": context.name,
        "decided_at_ms": context.view.now_ms(),
        "causality": context.cause(),
        "scope": DirectiveScope.CLOSE_EXISTING,
        "confidence": ONE,
        "rationale": "a test",
        "target_trade_ids": (TradeId.at(0, 1),),
    }
    return StrategyDirective.model_validate(fields | changes)


def publishing(*names: str) -> Answer:
    """Answer every event with these events, each with the event heard as payload."""
    return lambda _, payload: DispositionEnvelope.publish(*((name, payload) for name in names))


def issuing(**changes: object) -> Answer:
    """Answer every event with a directive."""
    return lambda context, _: DispositionEnvelope.publish(
        (STRATEGY_DIRECTIVE_ISSUED, close_directive(context, **changes))
    )
