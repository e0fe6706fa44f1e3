"""Every planner by its name; a name is unique over all roles."""

from collections.abc import Mapping
from types import MappingProxyType

from desk.contracts.manifests import Parameters, PlannerManifest
from desk.planning.entry.limit import LimitEntry
from desk.planning.entry.market import MarketEntry
from desk.planning.entry.stop_limit import StopLimitEntry
from desk.planning.exit.atr_exit import AtrExit
from desk.planning.exit.stop_and_target import StopAndTarget
from desk.planning.exit.structure_exit import StructureExit
from desk.planning.planner import Planner
from desk.planning.routing.immediate import ImmediateRouting
from desk.planning.routing.patient import PatientRouting
from desk.planning.routing.twap import TwapRouting
from desk.planning.size.fixed_fraction import FixedFraction
from desk.planning.size.fixed_notional import FixedNotional
from desk.planning.size.fixed_risk import FixedRisk
from desk.planning.size.target import TargetSize
from desk.planning.size.volatility_target import VolatilityTarget

_CLASSES: tuple[type[Planner], ...] = (
    MarketEntry, LimitEntry, StopLimitEntry,
    FixedRisk, FixedNotional, FixedFraction, VolatilityTarget, TargetSize,
    StopAndTarget, AtrExit, StructureExit,
    ImmediateRouting, PatientRouting, TwapRouting,
)  # fmt: skip

PLANNERS: Mapping[str, type[Planner]] = MappingProxyType({one.manifest.name: one for one in _CLASSES})


def planner_manifests() -> Mapping[str, PlannerManifest]:
    """Return every planner's manifest by name."""
    return {name: planner.manifest for name, planner in PLANNERS.items()}


def make_planner(name: str, parameters: Parameters | None = None) -> Planner:
    """Make a planner, by default with its default parameters; raises KeyError for an unknown name."""
    planner = PLANNERS[name]
    return planner(parameters if parameters is not None else planner.manifest.parameters())
