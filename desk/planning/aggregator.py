"""Collects the plans of each directive, and answers with one execution directive or one refusal."""

from collections.abc import Sequence

from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.events import PLAN_REJECTED
from desk.contracts.execution import ExecutionDirective, TargetPlans
from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, TradeId
from desk.contracts.plans import Plan, PlanRejected, PlanRole
from desk.contracts.ports.bus import EventPort
from desk.contracts.ports.time import IdSource
from desk.contracts.problems import DeskError
from desk.planning.cross_check import problem_of
from desk.planning.pending import ROLE_OF, PendingDirective, PendingTarget


class PlanningRefused(DeskError):
    """A directive cannot become an execution directive; `target` is the one at fault, where one is."""

    def __init__(self, reason: str, target: PendingTarget | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.target = target


class PlanningAggregator:
    """Keep what is being planned, by directive and target, and let go of it at once when it is decided.

    Exactly the plans that were asked for are taken, each once and from the planner that was asked; any other
    is published as PLAN_REJECTED with the reason, and changes nothing.
    """

    def __init__(self, bus: EventPort, ids: IdSource) -> None:
        self._bus = bus
        self._ids = ids
        self._pending: dict[DirectiveId, PendingDirective] = {}

    def __len__(self) -> int:
        """Count the directives being planned."""
        return len(self._pending)

    def is_planning(self, directive_id: DirectiveId) -> bool:
        """Tell whether a directive is being planned."""
        return directive_id in self._pending

    def open(self, directive: StrategyDirective, targets: Sequence[PendingTarget]) -> None:
        """Begin to collect the plans of `targets`."""
        by_id = {target.trade_id: target for target in targets}
        self._pending[directive.directive_id] = PendingDirective(directive, by_id)

    def release(self, directive_id: DirectiveId) -> None:
        """Forget a directive; plans that still come for it are stale."""
        self._pending.pop(directive_id, None)

    def on_plan(self, plan: Plan) -> None:
        """Take a plan that was asked for; reject any other."""
        role = ROLE_OF[type(plan)]
        target = self._target(plan.directive_id, plan.target_id)
        reason = self._unknown(plan) if target is None else _fault(plan, role, target)
        if target is not None and reason is None:
            target.plans[role] = plan
        elif reason is not None:
            if target is not None and role not in target.plans:
                target.absences[role] = f"plan {plan.plan_id} was rejected: {reason}"
            self._reject(plan, role, reason)

    def _reject(self, plan: Plan, role: PlanRole, reason: str) -> None:
        rejected = PlanRejected(
            plan_id=str(plan.plan_id),
            directive_id=plan.directive_id,
            target_id=plan.target_id,
            role=role,
            planner=plan.planner,
            reason=reason,
        )
        self._bus.publish(PLAN_REJECTED, rejected)

    def absent(self, directive_id: DirectiveId, target_id: TradeId, role: PlanRole, reason: str) -> None:
        """Remember why a plan will not come."""
        target = self._target(directive_id, target_id)
        if target is not None:
            target.absences.setdefault(role, reason)

    def conclude(self, directive_id: DirectiveId, created_at_ms: int) -> ExecutionDirective:
        """Release the directive and return its execution directive.

        Raises PlanningRefused where a plan is missing or contradicts another: it names plan and planner.
        """
        pending = self._pending.pop(directive_id)
        targets = list(pending.targets.values())
        for target in targets:
            reason = _missing(pending.directive, target) or problem_of(pending.directive, target)
            if reason is not None:
                raise PlanningRefused(reason, target)
        return self.directed(pending.directive, [target.complete() for target in targets], created_at_ms)

    def directed(
        self, directive: StrategyDirective, targets: Sequence[TargetPlans], created_at_ms: int
    ) -> ExecutionDirective:
        """Write the final contract, its causality grown by the plans."""
        plans = [
            plan.plan_id
            for target in targets
            for plan in (target.entry, target.size, target.exit, target.routing)
            if plan is not None
        ]
        return ExecutionDirective(
            execution_directive_id=self._ids.new(ExecutionDirectiveId),
            directive_id=directive.directive_id,
            strategy_id=directive.strategy_id,
            strategy_planner_id=directive.strategy_planner_id,
            causality=directive.causality.in_flow(directive.directive_id).extended(*plans),
            scope=directive.scope,
            confidence=directive.confidence,
            rationale=directive.rationale,
            created_at_ms=created_at_ms,
            targets=tuple(targets),
            protection=directive.protection,
            emergency=directive.emergency,
            affected_asset=directive.affected_asset,
            by_hand=directive.by_hand,
        )

    def _target(self, directive_id: DirectiveId, target_id: TradeId) -> PendingTarget | None:
        pending = self._pending.get(directive_id)
        return pending.targets.get(target_id) if pending is not None else None

    def _unknown(self, plan: Plan) -> str:
        if self.is_planning(plan.directive_id):
            return f"foreign: {plan.target_id} is no target of {plan.directive_id}"
        return f"stale: {plan.directive_id} is not being planned"


def _fault(plan: Plan, role: PlanRole, target: PendingTarget) -> str | None:
    if role not in target.expected:
        return f"foreign: {plan.target_id} needs no {role} plan"
    asked = target.asked.get(role)
    if asked != plan.planner:
        return f"foreign: {asked or 'nobody'} was asked for the {role} plan, not {plan.planner}"
    if role in target.plans:
        return f"duplicate: the {role} plan is {target.plans[role].plan_id}"
    return None


def _missing(directive: StrategyDirective, target: PendingTarget) -> str | None:
    """Name the plans that did not come; a CLOSE does without, since routing has a default."""
    if not target.missing() or directive.scope is DirectiveScope.CLOSE_EXISTING:
        return None
    texts = []
    for role in target.failed() or target.missing():
        who = f" from {target.asked[role]}" if role in target.asked else ""
        why = target.absences.get(role, "no answer")
        texts.append(f"no {role} plan{who} for {target.trade_id} ({target.symbol}): {why}")
    return "; ".join(texts)
