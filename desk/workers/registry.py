"""Find workers by name: the desk's own, and those that installed packages offer."""

from importlib import import_module
from importlib.metadata import entry_points

from desk.contracts.manifests import WorkerManifest
from desk.contracts.problems import DeskError
from desk.workers.base import Worker

ENTRY_POINT_GROUP = "desk.workers"

_BUILT_IN = {
    "breakeven_mover": "desk.workers.dynamic_management.breakeven_mover:BreakevenMover",
    "breakout_opportunity": "desk.workers.opportunity.breakout_opportunity:BreakoutOpportunity",
    "circuit_breaker": "desk.workers.risk_control.circuit_breaker:CircuitBreaker",
    "dca_executor": "desk.workers.scheduled_operations.dca_executor:DCAExecutor",
    "emergency_exit_agent": "desk.workers.risk_control.emergency_exit_agent:EmergencyExitAgent",
    "partial_profit_taker": "desk.workers.dynamic_management.partial_profit_taker:PartialProfitTaker",
    "rebalancing_agent": "desk.workers.scheduled_operations.rebalancing_agent:RebalancingAgent",
    "scale_in_manager": "desk.workers.dynamic_management.scale_in_manager:ScaleInManager",
    "swot_planner": "desk.workers.strategy.swot_planner:SwotPlanner",
    "trailing_stop_manager": "desk.workers.dynamic_management.trailing_stop_manager:TrailingStopManager",
    "trend_context": "desk.workers.context.trend_context:TrendContext",
    "volatility_threat": "desk.workers.threat.volatility_threat:VolatilityThreat",
}


class UnknownWorker(DeskError):
    """No worker has this name; the message lists those that exist."""


class WorkerRefused(DeskError):
    """A package offers something that cannot be run as the worker it says it is."""


def worker_names() -> tuple[str, ...]:
    """List every worker's name, sorted. Nothing is imported."""
    return tuple(sorted({*_BUILT_IN, *(one.name for one in entry_points(group=ENTRY_POINT_GROUP))}))


def worker_class(name: str) -> type[Worker]:
    """Import and return the worker called `name`; the desk's own come before a package's.

    Raises UnknownWorker, or WorkerRefused where a package's worker does not load or is not what it says.
    """
    place = _BUILT_IN.get(name)
    if place is None:
        return _installed(name)
    module, _, attribute = place.partition(":")
    found = getattr(import_module(module), attribute)
    return _checked(name, found, place)


def worker_manifests() -> tuple[WorkerManifest, ...]:
    """Import every worker and return the manifests, by name."""
    return tuple(worker_class(name).manifest for name in worker_names())


def _installed(name: str) -> type[Worker]:
    offered = tuple(entry_points(group=ENTRY_POINT_GROUP, name=name))
    if not offered:
        message = f"there is no worker {name!r}; there are {', '.join(worker_names())}"
        raise UnknownWorker(message)
    places = sorted({one.value for one in offered})
    if len(places) > 1:
        message = f"worker {name!r} is offered more than once: {', '.join(places)}; uninstall all but one"
        raise WorkerRefused(message)
    try:
        found = offered[0].load()
    except (ImportError, AttributeError) as error:
        message = f"worker {name!r} does not load from {places[0]}: {error}"
        raise WorkerRefused(message) from error
    return _checked(name, found, places[0])


def _checked(name: str, found: object, place: str) -> type[Worker]:
    if not (isinstance(found, type) and issubclass(found, Worker)):
        message = f"worker {name!r}: {place} is not a subclass of desk.workers.base.Worker"
        raise WorkerRefused(message)
    manifest = getattr(found, "manifest", None)
    if not isinstance(manifest, WorkerManifest):
        message = f"worker {name!r}: {place} declares no manifest"
        raise WorkerRefused(message)
    if manifest.name != name:
        message = f"worker {name!r}: the manifest of {place} calls it {manifest.name!r}; the names must agree"
        raise WorkerRefused(message)
    return found
