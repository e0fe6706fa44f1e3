"""Blueprints brought to life: their workers behind adapters, their planners in sets."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from desk.bus import EventBus
from desk.bus.adapter import EventAdapter, StopListener
from desk.bus.context import WorkerContext
from desk.bus.fault_text import fault_text
from desk.bus.limits import AdapterLimits
from desk.config.blueprint_file import BlueprintFile
from desk.config.document import KeyPath
from desk.contracts.directives import EMERGENCY_STRATEGY, Protection
from desk.contracts.manifests import BarsNeeded, WorkerCategory
from desk.contracts.plans import PlanRole
from desk.contracts.ports.store import Recorder
from desk.contracts.ports.time import Clock, IdSource
from desk.contracts.problems import InputRefused
from desk.contracts.records import EntryKind, JournalEntry, WorkerStateSaved
from desk.ledger.ledger import Ledger
from desk.planning.direct import DirectMode
from desk.planning.planner_set import PlannerChoice, PlannerSet
from desk.planning.registry import PLANNERS
from desk.runtime.live_view import LiveView
from desk.workers.base import Worker
from desk.workers.registry import worker_class
from desk.workers.risk_control.emergency_exit_agent import (
    EmergencyExitAgent,
    EmergencyExitParameters,
)

PLATFORM_EXIT_AGENT = "platform.emergency_exit_agent"


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """Hold what every worker is connected to."""

    bus: EventBus
    recorder: Recorder
    ledger: Ledger
    view: LiveView
    ids: IdSource
    clock: Clock
    clock_ns: Callable[[], int]
    on_stop: StopListener
    limits: AdapterLimits


def build_workers(files: Sequence[BlueprintFile], parts: WorkerParts) -> list[EventAdapter]:
    """Build every worker of every blueprint, and the platform's own way out before them."""
    adapters = [_platform_exit_agent(parts)]
    for file in files:
        adapters += [_worker(file, index, parts) for index in range(len(file.workers))]
    return adapters


def _worker(file: BlueprintFile, index: int, parts: WorkerParts) -> EventAdapter:
    """Build one worker; raises InputRefused where its own code fails at that."""
    name = file.workers[index].name
    context = _context(name, file.strategy_id, file.blueprint.protection, parts)
    return _adapter(made_worker(file, index, context), context, parts)


def made_worker(file: BlueprintFile, index: int, context: WorkerContext) -> Worker:
    """Make the worker that stands at `index`; raises InputRefused where its own code fails at that."""
    use = file.workers[index]
    found = file.by_path.get(use.use)
    kind = found if found is not None and issubclass(found, Worker) else worker_class(use.use)
    try:
        return kind(use.parameters, context)
    except BaseException as error:  # a worker that leaves by SystemExit is told like any other
        what = f"{use.name} cannot be made: {fault_text(error, inspect.getsourcefile(kind))}"
        place: KeyPath = ("workers", index, "use")
        raise InputRefused(file.document.problem(place, what, "mend its __init__")) from error


def _platform_exit_agent(parts: WorkerParts) -> EventAdapter:
    context = _context(PLATFORM_EXIT_AGENT, EMERGENCY_STRATEGY, Protection.REQUIRED, parts)
    agent = EmergencyExitAgent(EmergencyExitParameters(), context)
    return _adapter(agent, context, parts, is_platform=True)


def _context(name: str, strategy_id: str, protection: Protection, parts: WorkerParts) -> WorkerContext:
    return WorkerContext(
        name,
        strategy_id,
        view=parts.view,
        ids=parts.ids,
        cause=parts.bus.cause,
        protection=protection,
        remembered=parts.ledger.worker_memory(strategy_id, name),
    )


def _adapter(
    worker: Worker, context: WorkerContext, parts: WorkerParts, *, is_platform: bool = False
) -> EventAdapter:
    def save(changes: Sequence[WorkerStateSaved]) -> None:
        now_ms = parts.clock.now_ms()
        parts.recorder.record(
            *(
                JournalEntry(EntryKind.WORKER_STATE_SAVED, one.worker, now_ms, one, worker=one.worker)
                for one in changes
            )
        )

    return EventAdapter(
        parts.bus,
        worker,
        context,
        save=save,
        on_stop=parts.on_stop,
        clock_ns=parts.clock_ns,
        limits=parts.limits,
        is_platform=is_platform,
    )


def planner_sets(files: Sequence[BlueprintFile]) -> Mapping[str, PlannerSet]:
    """Build the planners of every blueprint, by strategy id."""
    return {file.strategy_id: _planner_set(file) for file in files}


def traded_symbols(files: Sequence[BlueprintFile]) -> Mapping[str, frozenset[str]]:
    """Return the symbols that every blueprint opens trades in, by strategy id."""
    return {file.strategy_id: frozenset(file.blueprint.symbols) for file in files}


def _planner_set(file: BlueprintFile) -> PlannerSet:
    choices: dict[PlanRole, list[PlannerChoice]] = {}
    for role, uses in file.planners.items():
        choices[role] = [
            PlannerChoice(PLANNERS[use.manifest.name](use.parameters), use.when, use.priority) for use in uses
        ]
    return PlannerSet(choices)


def bars_needed(files: Iterable[BlueprintFile]) -> list[BarsNeeded]:
    """List the bars that the workers and planners of all blueprints need."""
    needs: list[BarsNeeded] = []
    for file in files:
        needs += (need for use in file.workers for need in use.parameters.bars_needed())
        planners = (use.parameters for uses in file.planners.values() for use in uses)
        needs += (
            need
            for one in planners
            for symbol in file.blueprint.symbols
            for need in one.bars_needed_of(symbol)
        )
    return needs


def scheduled_workers(files: Iterable[BlueprintFile]) -> frozenset[tuple[str, str]]:
    """Return strategy and name of the workers to whom the size of what they opened belongs."""
    return frozenset(
        (file.strategy_id, use.name)
        for file in files
        for use in file.workers
        if use.manifest.category is WorkerCategory.SCHEDULED_OPERATIONS
    )


def wake_every_ms(files: Iterable[BlueprintFile]) -> int | None:
    """Return the shortest pause that a worker which hears TIME_PASSED asks for, None where none does."""
    wanted = (use.parameters.wake_every_ms() for file in files for use in file.workers)
    return min((one for one in wanted if one is not None), default=None)


def direct_modes(files: Iterable[BlueprintFile]) -> list[DirectMode]:
    """Build the direct mode of every blueprint that has one."""
    return [
        DirectMode(
            strategy_id=file.strategy_id,
            symbols=frozenset(file.blueprint.symbols),
            signal_type=direct.signal_type,
            min_confidence=direct.min_confidence,
            entry=direct.entry,
            size=direct.size,
            exit=direct.exit,
            routing=direct.routing,
            protection=file.blueprint.protection,
        )
        for file in files
        if (direct := file.blueprint.direct) is not None
    ]
