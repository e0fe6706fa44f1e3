"""A directive while it is being planned: its targets, what was asked for each, and what came."""

from dataclasses import dataclass, field

from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import TargetPlans
from desk.contracts.ids import TradeId
from desk.contracts.plans import EntryPlan, ExitPlan, Plan, PlanRole, RoutingPlan, SizePlan
from desk.contracts.positions import Position
from desk.contracts.sides import OrderSide
from desk.planning.request import PlansSoFar

ROLE_OF: dict[type[object], PlanRole] = {
    EntryPlan: PlanRole.ENTRY,
    SizePlan: PlanRole.SIZE,
    ExitPlan: PlanRole.EXIT,
    RoutingPlan: PlanRole.ROUTING,
}
PLAN_OF = {role: kind for kind, role in ROLE_OF.items()}


@dataclass(slots=True)
class PendingTarget:
    """Collect the plans of one target; `asked` names the planners, `absences` why a plan did not come."""

    trade_id: TradeId
    symbol: str
    direction: OrderSide
    position: Position | None
    expected: tuple[PlanRole, ...]
    asked: dict[PlanRole, str] = field(default_factory=dict)
    plans: dict[PlanRole, Plan] = field(default_factory=dict)
    absences: dict[PlanRole, str] = field(default_factory=dict)

    def missing(self) -> list[PlanRole]:
        """List the expected plans that did not come."""
        return [role for role in self.expected if role not in self.plans]

    def failed(self) -> list[PlanRole]:
        """List the missing plans that are a cause: asked for in vain, or never to be asked for."""
        return [role for role in self.missing() if role in self.asked or role in self.absences]

    def has_all_but_routing(self) -> bool:
        """Tell whether routing is all that is left to ask for."""
        return all(role is PlanRole.ROUTING for role in self.missing())

    def so_far(self) -> PlansSoFar:
        """Return the plans another planner may need."""
        complete = self.complete()
        return PlansSoFar(complete.entry, complete.size, complete.exit)

    def complete(self) -> TargetPlans:
        """Return the plans as the execution directive holds them."""
        entry, size = self.plans.get(PlanRole.ENTRY), self.plans.get(PlanRole.SIZE)
        exit_plan, routing = self.plans.get(PlanRole.EXIT), self.plans.get(PlanRole.ROUTING)
        return TargetPlans(
            trade_id=self.trade_id,
            symbol=self.symbol,
            entry=entry if isinstance(entry, EntryPlan) else None,
            size=size if isinstance(size, SizePlan) else None,
            exit=exit_plan if isinstance(exit_plan, ExitPlan) else None,
            routing=routing if isinstance(routing, RoutingPlan) else None,
        )


@dataclass(slots=True)
class PendingDirective:
    """Collect the plans of one directive, target by target."""

    directive: StrategyDirective
    targets: dict[TradeId, PendingTarget]
