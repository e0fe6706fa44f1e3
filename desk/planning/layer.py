"""Planning as one part: coordinator, aggregator, planners and direct mode, joined to the bus."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from desk.contracts import events
from desk.contracts.directives import OPERATOR_STRATEGY
from desk.contracts.ports.bus import EventPort
from desk.contracts.ports.time import IdSource
from desk.contracts.ports.view import DeskView
from desk.planning.aggregator import PlanningAggregator
from desk.planning.coordinator import REFUSED_BY, PlanningCoordinator
from desk.planning.direct import DirectMode, DirectTrigger
from desk.planning.planner_adapter import CREATED, PlannerAdapter
from desk.planning.planner_set import PLATFORM_PLANNERS, PlannerSet, operator_planners, platform_planners
from desk.planning.request import PlanRequest

_SUBSCRIBER = f"platform.{REFUSED_BY}"


class PlanningLayer:
    """Plan every directive: of a strategy with its own planners, of all others with the platform's.

    `planner_sets` and the `symbols` a strategy trades are by strategy id. Attach it after whoever records
    directives, so that a cause is written before its effect.
    """

    def __init__(
        self,
        bus: EventPort,
        ids: IdSource,
        view: DeskView,
        planner_sets: Mapping[str, PlannerSet],
        direct_modes: Sequence[DirectMode] = (),
        symbols: Mapping[str, frozenset[str]] = MappingProxyType({}),
    ) -> None:
        self._bus = bus
        self._sets = {
            **planner_sets,
            PLATFORM_PLANNERS: platform_planners(),
            OPERATOR_STRATEGY: operator_planners(),
        }
        self._aggregator = PlanningAggregator(bus, ids)
        self._coordinator = PlanningCoordinator(bus, ids, view, self._aggregator, self._sets, symbols)
        self._triggers = [DirectTrigger(mode, bus, ids, view) for mode in direct_modes]

    @property
    def open_directives(self) -> int:
        """How many directives are being planned; none between events."""
        return len(self._aggregator)

    def attach(self) -> None:
        """Subscribe every part."""
        for strategy_id, planners in self._sets.items():
            for one in planners.every():
                PlannerAdapter(
                    self._bus, one.choice.planner, one.name, self._absent, strategy_id=strategy_id
                ).attach()
        for name in CREATED.values():
            self._bus.subscribe(name, self._aggregator.on_plan, subscriber=_SUBSCRIBER)
        self._bus.subscribe(events.DIRECTIVE_REFUSED, self._coordinator.on_refused, subscriber=_SUBSCRIBER)
        self._bus.subscribe(
            events.STRATEGY_DIRECTIVE_ISSUED, self._coordinator.on_directive, subscriber=_SUBSCRIBER
        )
        for trigger in self._triggers:
            trigger.attach()

    def _absent(self, request: PlanRequest, reason: str) -> None:
        self._aggregator.absent(request.directive_id, request.target_id, request.role, reason)
