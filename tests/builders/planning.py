"""Planning to test with: the layer on a real bus over a desk in memory, and directives for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import ClassVar

from desk.bus import BusLimits, EventBus, HandlerFailure
from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import (
    DirectiveScope,
    EntryDirective,
    ExitDirective,
    RoutingDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.execution import DirectiveRefused, ExecutionDirective, TargetPlans
from desk.contracts.ids import DirectiveId, TickId, TradeId
from desk.contracts.manifests import BarsNeeded, PlannerManifest
from desk.contracts.market import ONE, Quote
from desk.contracts.plans import Plan, PlanRejected, PlanRole
from desk.contracts.positions import Position
from desk.contracts.sides import OrderSide
from desk.planning import PlannerChoice, PlannerSet, PlanningLayer
from desk.planning.direct import DirectMode
from desk.planning.market_view import pin
from desk.planning.planner import NoParameters, Planner
from desk.planning.registry import make_planner
from desk.planning.request import PlanRequest, PlansSoFar
from desk.testing.bench import CountingIds
from desk.testing.building import PERPETUAL, SPOT, START_MS, STRATEGY, instrument
from desk.testing.memory_desk import MemoryDesk

BID, ASK = Decimal(100_000), Decimal(100_010)

PlanAnswer = Callable[[PlanRequest], Plan | None]

DEFAULTS: Mapping[PlanRole, str] = {
    PlanRole.ENTRY: "market",
    PlanRole.SIZE: "fixed_risk",
    PlanRole.EXIT: "stop_and_target",
    PlanRole.ROUTING: "immediate",
}


def desk_in_memory(*positions: Position, cash: str = "50000") -> MemoryDesk:
    """Build a desk with BTC at 100,000 bid and 100,010 ask, spot and perpetual."""
    desk = MemoryDesk(cash={"USDT": Decimal(cash)})
    for symbol in (SPOT, PERPETUAL):
        desk.instruments[symbol] = instrument(symbol)
        desk.quotes[symbol] = Quote(symbol, BID, ASK, BID, START_MS)
    desk.hold(*positions)
    return desk


def directive(scope: DirectiveScope, number: int = 1, **fields: object) -> StrategyDirective:
    given: dict[str, object] = {
        "directive_id": DirectiveId.at(START_MS, number),
        "strategy_id": STRATEGY,
        "strategy_planner_id": "planner",
        "decided_at_ms": START_MS,
        "causality": CausalityChain.born(TickId.at(START_MS, 1)),
        "scope": scope,
        "confidence": ONE,
        "rationale": "a test",
    }
    return StrategyDirective.model_validate(given | fields)


def new_trade(
    side: OrderSide = OrderSide.BUY,
    *,
    symbol: str = SPOT,
    number: int = 1,
    entry: EntryDirective | None = None,
    **fields: object,
) -> StrategyDirective:
    wish = (entry or EntryDirective()).model_copy(update={"symbol": symbol, "direction": side})
    return directive(DirectiveScope.NEW_TRADE, number, entry_directive=wish, **fields)


def modify(*targets: Position, number: int = 1, **fields: object) -> StrategyDirective:
    return directive(DirectiveScope.MODIFY_EXISTING, number, target_trade_ids=_ids(targets), **fields)


def close(*targets: Position, number: int = 1, **fields: object) -> StrategyDirective:
    return directive(DirectiveScope.CLOSE_EXISTING, number, target_trade_ids=_ids(targets), **fields)


def _ids(targets: Iterable[Position]) -> tuple[TradeId, ...]:
    return tuple(one.trade_id for one in targets)


def size(**fields: object) -> SizeDirective:
    return SizeDirective.model_validate(_decimals(fields))


def leaving(**fields: object) -> ExitDirective:
    return ExitDirective.model_validate(_decimals(fields))


def entering(**fields: object) -> EntryDirective:
    return EntryDirective.model_validate(_decimals(fields))


def routing(**fields: object) -> RoutingDirective:
    return RoutingDirective.model_validate(_decimals(fields))


def _decimals(fields: Mapping[str, object]) -> dict[str, object]:
    """Let a test write an amount as a whole number or as text."""
    return {name: _decimal(value) for name, value in fields.items()}


def _decimal(value: object) -> object:
    is_text = isinstance(value, str) and value.replace(".", "", 1).isdigit()
    return Decimal(str(value)) if is_text or isinstance(value, int) else value


class ScriptedPlanner(Planner):
    """Answer every request by one function."""

    manifest: ClassVar[PlannerManifest]

    def __init__(
        self,
        role: PlanRole,
        answer: PlanAnswer,
        name: str = "scripted",
        needs: frozenset[PlanRole] = frozenset(),
    ) -> None:
        super().__init__(NoParameters())
        self.manifest = PlannerManifest(name, role, "answers as told", NoParameters, needs)  # type: ignore[misc]
        self.requests: list[PlanRequest] = []
        self._answer = answer

    def plan(self, request: PlanRequest) -> Plan | None:
        self.requests.append(request)
        return self._answer(request)


def planner_set(**planners: Planner | str | None) -> PlannerSet:
    """Build a set of the default planners, but for the roles given; None leaves a role empty."""
    chosen: dict[PlanRole, Sequence[PlannerChoice]] = {}
    for role, default in DEFAULTS.items():
        given = planners.get(role.value, default)
        if given is not None:
            chosen[role] = [PlannerChoice(make_planner(given) if isinstance(given, str) else given)]
    return PlannerSet(chosen)


class PlanningBench:
    """Run the planning layer, and keep all it published."""

    def __init__(
        self,
        *positions: Position,
        planners: PlannerSet | None = None,
        desk: MemoryDesk | None = None,
        direct: Sequence[DirectMode] = (),
        limits: BusLimits | None = None,
        symbols: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self.failures: list[HandlerFailure] = []
        self.ready: list[ExecutionDirective] = []
        self.refused: list[DirectiveRefused] = []
        self.rejected: list[PlanRejected] = []
        self.plans: list[Plan] = []
        self.desk = desk or desk_in_memory(*positions)
        self.ids = CountingIds(self.desk)
        self.bus = EventBus(self.failures.append, limits)
        heard: dict[str, Callable[..., None]] = {
            events.EXECUTION_DIRECTIVE_READY: self.ready.append,
            events.DIRECTIVE_REFUSED: self.refused.append,
            events.PLAN_REJECTED: self.rejected.append,
            events.ENTRY_PLAN_CREATED: self.plans.append,
            events.SIZE_PLAN_CREATED: self.plans.append,
            events.EXIT_PLAN_CREATED: self.plans.append,
            events.ROUTING_PLAN_CREATED: self.plans.append,
        }
        for name, handler in heard.items():
            self.bus.subscribe(name, handler, subscriber="bench")
        sets = {STRATEGY: planners or planner_set()}
        self.layer = PlanningLayer(self.bus, self.ids, self.desk, sets, direct, symbols or {})

    def start(self) -> "PlanningBench":
        """Attach the layer; a test may subscribe ahead of it before."""
        self.layer.attach()
        return self

    def issue(self, *directives: StrategyDirective) -> None:
        """Publish directives as their strategies would."""
        for one in directives:
            self.bus.publish(events.STRATEGY_DIRECTIVE_ISSUED, one, strategy_id=one.strategy_id)

    def ended(self) -> list[DirectiveId]:
        """Return the directives that had an ending, once per ending, sorted."""
        ready = [one.directive_id for one in self.ready]
        return sorted([*ready, *(one.directive_id for one in self.refused)])

    def plan(self, one: StrategyDirective) -> ExecutionDirective:
        """Issue one directive that must become an execution directive, and return that."""
        self.issue(one)
        assert not self.refused, self.refused[0].reason
        return self.ready[-1]

    def only_target(self, one: StrategyDirective) -> TargetPlans:
        """Issue one directive with one target, and return its plans."""
        [target] = self.plan(one).targets
        return target

    def refusal(self, one: StrategyDirective) -> str:
        """Issue one directive that must be refused, and return the reason."""
        self.issue(one)
        assert not self.ready
        [refused] = self.refused
        return refused.reason


def request(
    one: StrategyDirective,
    role: PlanRole,
    *,
    desk: MemoryDesk | None = None,
    position: Position | None = None,
    plans: PlansSoFar | None = None,
) -> PlanRequest:
    """Build the request a planner of `role` gets for the one target of a directive."""
    memory = desk or desk_in_memory(*([position] if position is not None else []))
    wish = one.entry_directive
    symbol = position.symbol if position is not None else (wish and wish.symbol) or SPOT
    entry_side = (
        position.side.entry_side if position is not None else (wish and wish.direction) or OrderSide.BUY
    )
    return PlanRequest(
        role=role,
        planner="asked",
        directive=one,
        target_id=position.trade_id if position is not None else TradeId.at(START_MS, 77),
        symbol=symbol,
        direction=entry_side,
        market=pin(memory, [symbol], (BarsNeeded(*key, 1) for key in memory.history)),
        position=position,
        plans=plans or PlansSoFar(),
        ids=CountingIds(memory),
    )
