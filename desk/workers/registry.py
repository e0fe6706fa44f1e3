"""Find workers by name: the desk's own, and those that installed packages offer."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from desk.contracts.manifests import WorkerManifest
from desk.contracts.problems import DeskError, InputRefused, Problem
from desk.workers.base import Worker
from desk.workers.inspection import faults_of

ENTRY_POINT_GROUP = "desk.workers"

_BUILT_IN = {
    "breakeven_mover": "desk.workers.dynamic_management.breakeven_mover:BreakevenMover",
    "breakout_opportunity": "desk.workers.opportunity.breakout_opportunity:BreakoutOpportunity",
    "circuit_breaker": "desk.workers.risk_control.circuit_breaker:CircuitBreaker",
    "connection_threat": "desk.workers.threat.connection_threat:ConnectionThreat",
    "correlation_monitor": "desk.workers.risk_control.correlation_monitor:CorrelationMonitor",
    "dca_executor": "desk.workers.scheduled_operations.dca_executor:DCAExecutor",
    "drawdown_limiter": "desk.workers.risk_control.drawdown_limiter:DrawdownLimiter",
    "drawdown_threat": "desk.workers.threat.drawdown_threat:DrawdownThreat",
    "emergency_exit_agent": "desk.workers.risk_control.emergency_exit_agent:EmergencyExitAgent",
    "hedge_manager": "desk.workers.scheduled_operations.hedge_manager:HedgeManager",
    "mean_reversion_opportunity": (
        "desk.workers.opportunity.mean_reversion_opportunity:MeanReversionOpportunity"
    ),
    "momentum_cross_opportunity": (
        "desk.workers.opportunity.momentum_cross_opportunity:MomentumCrossOpportunity"
    ),
    "news_threat": "desk.workers.threat.news_threat:NewsThreat",
    "partial_profit_taker": "desk.workers.dynamic_management.partial_profit_taker:PartialProfitTaker",
    "rebalancing_agent": "desk.workers.scheduled_operations.rebalancing_agent:RebalancingAgent",
    "scale_in_manager": "desk.workers.dynamic_management.scale_in_manager:ScaleInManager",
    "structure_context": "desk.workers.context.structure_context:StructureContext",
    "swot_planner": "desk.workers.strategy.swot_planner:SwotPlanner",
    "trailing_stop_manager": "desk.workers.dynamic_management.trailing_stop_manager:TrailingStopManager",
    "trend_context": "desk.workers.context.trend_context:TrendContext",
    "volatility_regime_context": "desk.workers.context.volatility_regime_context:VolatilityRegimeContext",
    "volatility_threat": "desk.workers.threat.volatility_threat:VolatilityThreat",
}


class UnknownWorker(DeskError):
    """No worker has this name; the message lists those that exist."""


class WorkerRefused(InputRefused):
    """A package offers something that cannot be run as the worker it says it is."""


@dataclass(frozen=True, slots=True)
class OfferedWorkers:
    """Hold every worker there is by name: the manifests of the sound ones, the reasons against the others.

    `packages` names the package of each that is not the desk's own.
    """

    manifests: Mapping[str, WorkerManifest]
    refused: Mapping[str, Problem]
    packages: Mapping[str, str]


def worker_names() -> tuple[str, ...]:
    """List every worker's name, sorted. Nothing is imported."""
    return tuple(sorted({*_BUILT_IN, *(one.name for one in entry_points(group=ENTRY_POINT_GROUP))}))


def worker_class(name: str) -> type[Worker]:
    """Import and return the worker called `name`; the desk's own come before a package's.

    Raises UnknownWorker, or WorkerRefused where a package's worker does not load or is not what it says.
    """
    place = _BUILT_IN.get(name)
    if place is not None:
        module, _, attribute = place.partition(":")
        found: type[Worker] = getattr(import_module(module), attribute)
        return found
    offered = tuple(entry_points(group=ENTRY_POINT_GROUP, name=name))
    if not offered:
        message = f"there is no worker {name!r}; there are {', '.join(worker_names())}"
        raise UnknownWorker(message)
    return _installed(offered)


def offered_workers() -> OfferedWorkers:
    """Import every worker; one that cannot be run does not keep the others from it."""
    manifests = {name: worker_class(name).manifest for name in sorted(_BUILT_IN)}
    refused: dict[str, Problem] = {}
    entries = tuple(entry_points(group=ENTRY_POINT_GROUP))
    for name in sorted({one.name for one in entries}):
        offered = tuple(one for one in entries if one.name == name)
        try:
            if name in _BUILT_IN:
                raise _refused(offered[0], f"offers a worker {name!r}, and the desk has one of that name")
            manifests[name] = _installed(offered).manifest
        except WorkerRefused as error:
            refused[name] = error.problems[0]
    packages = {one.name: _package(one) for one in entries if one.name not in _BUILT_IN}
    return OfferedWorkers(dict(sorted(manifests.items())), refused, packages)


def _installed(offered: tuple[EntryPoint, ...]) -> type[Worker]:
    first = offered[0]
    places = sorted({one.value for one in offered})
    if len(places) > 1:
        packages = " and ".join(sorted(_package(one) for one in offered))
        what = f"worker {first.name!r} is offered more than once: {', '.join(places)} ({packages})"
        raise _refused(first, what, "uninstall all but one")
    try:
        found = first.load()
    except (Exception, SystemExit) as error:
        # Whatever somebody else's package raises is a fault of that package, told where it is wanted.
        reason = " ".join(str(error).split())
        what = f"worker {first.name!r} does not load from {first.value}: {type(error).__name__}: {reason}"
        raise _refused(first, what) from error
    if not isinstance(found, type):
        raise _refused(first, f"worker {first.name!r}: {first.value} is no class")
    faults = faults_of(found)
    if faults:
        one = faults[0]
        place = Path(one.file).name if one.line is None else f"{Path(one.file).name}:{one.line}"
        key = f"{one.key}: " if one.key else ""
        raise _refused(first, f"worker {first.name!r}: {place}: {key}{one.what}", one.remedy)
    kind: type[Worker] = found
    if kind.manifest.name != first.name:
        what = f"worker {first.name!r}: the manifest of {first.value} calls it {kind.manifest.name!r}"
        raise _refused(first, what, "let entry point and manifest agree")
    return kind


def _refused(entry: EntryPoint, what: str, remedy: str = "mend or uninstall the package") -> WorkerRefused:
    return WorkerRefused(Problem(f"package {_package(entry)}", None, "", what, remedy))


def _package(entry: EntryPoint) -> str:
    return "unknown" if entry.dist is None else f"{entry.dist.name} {entry.dist.version}"
