"""Leads each directive through planning: requests in the order of need, then one ending."""

from collections import deque
from collections.abc import Mapping

from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.events import DIRECTIVE_REFUSED, EXECUTION_DIRECTIVE_READY
from desk.contracts.execution import BLUEPRINT, DirectiveRefused, ExecutionDirective
from desk.contracts.ids import DirectiveId
from desk.contracts.plans import PlanRole
from desk.contracts.ports.bus import EventPort
from desk.contracts.ports.time import IdSource
from desk.contracts.ports.view import DeskView
from desk.planning.aggregator import PlanningAggregator, PlanningRefused
from desk.planning.market_view import MarketView, pin
from desk.planning.pending import PendingTarget
from desk.planning.planner_adapter import REQUESTED, one_line
from desk.planning.planner_set import PLATFORM_PLANNERS, NamedChoice, PlannerSet
from desk.planning.request import PlanRequest
from desk.planning.scope import expected_roles
from desk.planning.targets import closing_targets, symbols_of, targets_of

REFUSED_BY = "planning"
_REMEMBERED_REFUSALS = 64


class PlanningCoordinator:
    """Turn each STRATEGY_DIRECTIVE_ISSUED into one EXECUTION_DIRECTIVE_READY or one DIRECTIVE_REFUSED.

    All is over when `on_directive` returns: a plan that is absent then is missing. A directive that another
    subscriber refused before it came here is left alone, its flow has ended. A strategy opens trades in its
    `symbols` alone; one that is not among them opens them in any.
    """

    def __init__(
        self,
        bus: EventPort,
        ids: IdSource,
        view: DeskView,
        aggregator: PlanningAggregator,
        planner_sets: Mapping[str, PlannerSet],
        symbols: Mapping[str, frozenset[str]],
    ) -> None:
        self._bus = bus
        self._ids = ids
        self._view = view
        self._aggregator = aggregator
        self._planner_sets = planner_sets
        self._symbols = symbols
        self._in_hand: set[DirectiveId] = set()
        self._refused: deque[DirectiveId] = deque(maxlen=_REMEMBERED_REFUSALS)

    def on_refused(self, refused: DirectiveRefused) -> None:
        """Remember, of the last refusals, those of others."""
        if refused.refused_by not in {REFUSED_BY, BLUEPRINT}:
            self._refused.append(refused.directive_id)

    def on_directive(self, directive: StrategyDirective) -> None:
        """Plan a directive to its end."""
        directive_id = directive.directive_id
        if directive_id in self._in_hand or directive_id in self._refused:
            return
        self._in_hand.add(directive_id)
        try:
            self._end(directive)
        finally:
            self._in_hand.discard(directive_id)

    def _end(self, directive: StrategyDirective) -> None:
        outside = self._outside(directive)
        if outside is not None:
            self._refuse(directive, outside, refused_by=BLUEPRINT)
            return
        try:
            ready = self._plan(directive)
        except PlanningRefused as refusal:
            self._refuse(directive, refusal.reason, refusal.target)
            return
        except Exception as error:  # noqa: BLE001 - the boundary: whatever fails, the directive has its ending
            self._refuse(directive, f"planning failed with {one_line(error)}")
            return
        if not self._bus.publish(EXECUTION_DIRECTIVE_READY, ready, strategy_id=directive.strategy_id):
            self._refuse(directive, "it was part of a loop of events, which was cut")

    def _outside(self, directive: StrategyDirective) -> str | None:
        """Say which symbol a NEW_TRADE is in that its blueprint does not list, None where it lists it."""
        entry, symbols = directive.entry_directive, self._symbols.get(directive.strategy_id)
        if directive.scope is not DirectiveScope.NEW_TRADE or entry is None or symbols is None:
            return None
        if entry.symbol in symbols:
            return None
        return (
            f"{entry.symbol} is none of the symbols of {directive.strategy_id}; to trade it, add it to them"
        )

    def _plan(self, directive: StrategyDirective) -> ExecutionDirective:
        now_ms = self._view.now_ms()
        if not expected_roles(directive):
            return self._aggregator.directed(directive, closing_targets(directive, self._view), now_ms)
        market = self._pinned(directive)
        targets = targets_of(directive, market, self._view, self._ids)
        self._aggregator.open(directive, targets)
        for target in targets:
            self._plan_target(directive, target, market)
            if target.failed() and directive.scope is not DirectiveScope.CLOSE_EXISTING:
                break
        return self._aggregator.conclude(directive.directive_id, now_ms)

    def _pinned(self, directive: StrategyDirective) -> MarketView:
        symbols = symbols_of(directive, self._view)
        _, planners = self._planners_of(directive)
        return pin(self._view, symbols, (need for one in symbols for need in planners.bars_needed_of(one)))

    def _plan_target(self, directive: StrategyDirective, target: PendingTarget, market: MarketView) -> None:
        """Ask together all whose needs are met, until none is left; then, with all plans, for routing."""
        set_id, planners = self._planners_of(directive)
        waiting = _choices(planners, directive, target)
        routing = waiting.pop(PlanRole.ROUTING, None)
        while batch := _ready(waiting, target):
            requests = [self._request(role, waiting.pop(role), directive, target, market) for role in batch]
            for request in requests:
                self._ask(request, target, set_id)
        if waiting and not target.failed():
            for role, choice in waiting.items():
                target.absences[role] = f"its planner waits for the {_words(_unmet(choice, target))} plan"
        if routing is not None and target.has_all_but_routing():
            self._ask(self._request(PlanRole.ROUTING, routing, directive, target, market), target, set_id)

    def _planners_of(self, directive: StrategyDirective) -> tuple[str, PlannerSet]:
        """Return the strategy's own planners, or the platform's; with the scope they are asked in."""
        own = self._planner_sets.get(directive.strategy_id)
        if own is not None:
            return directive.strategy_id, own
        return PLATFORM_PLANNERS, self._planner_sets[PLATFORM_PLANNERS]

    def _request(
        self,
        role: PlanRole,
        choice: NamedChoice,
        directive: StrategyDirective,
        target: PendingTarget,
        market: MarketView,
    ) -> PlanRequest:
        return PlanRequest(
            role=role,
            planner=choice.name,
            directive=directive,
            target_id=target.trade_id,
            symbol=target.symbol,
            direction=target.direction,
            market=market,
            position=target.position,
            plans=target.so_far(),
            ids=self._ids,
        )

    def _ask(self, request: PlanRequest, target: PendingTarget, set_id: str) -> None:
        target.asked[request.role] = request.planner
        if not self._bus.publish(REQUESTED[request.role], request, strategy_id=set_id):
            target.absences.setdefault(request.role, "a loop of events was cut before it was asked")

    def _refuse(
        self,
        directive: StrategyDirective,
        reason: str,
        target: PendingTarget | None = None,
        refused_by: str = REFUSED_BY,
    ) -> None:
        """Forget the directive and refuse it; the trade of a NEW_TRADE never was, so it is not named."""
        self._aggregator.release(directive.directive_id)
        entry = directive.entry_directive
        existing = target if target is not None and target.position is not None else None
        refused = DirectiveRefused(
            directive_id=directive.directive_id,
            refused_by=refused_by,
            reason=reason,
            refused_at_ms=self._view.now_ms(),
            trade_id=existing.trade_id if existing is not None else None,
            symbol=existing.symbol if existing is not None else (entry.symbol if entry is not None else None),
        )
        self._bus.publish(DIRECTIVE_REFUSED, refused, strategy_id=directive.strategy_id)


def _choices(
    planners: PlannerSet, directive: StrategyDirective, target: PendingTarget
) -> dict[PlanRole, NamedChoice]:
    """Choose the planner of each expected role; say of a role without one why its plan will not come."""
    chosen: dict[PlanRole, NamedChoice] = {}
    for role in target.expected:
        choice = planners.select(role, directive)
        if choice is None:
            target.absences[role] = "no planner's ranges hold for this directive"
        else:
            chosen[role] = choice
    return chosen


def _ready(waiting: Mapping[PlanRole, NamedChoice], target: PendingTarget) -> list[PlanRole]:
    return [role for role, choice in waiting.items() if not _unmet(choice, target)]


def _unmet(choice: NamedChoice, target: PendingTarget) -> list[PlanRole]:
    """List the plans a planner needs that are expected and not there; what nobody plans is not waited for."""
    needs = choice.manifest.needs
    return [role for role in target.expected if role in needs and role not in target.plans]


def _words(roles: list[PlanRole]) -> str:
    return " and ".join(role.value for role in roles)
