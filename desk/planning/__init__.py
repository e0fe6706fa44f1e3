"""Planning: from one StrategyDirective to one ExecutionDirective, or to a refusal that says why not."""

from desk.planning.layer import PlanningLayer
from desk.planning.planner_set import PlannerChoice, PlannerSet

__all__ = ["PlannerChoice", "PlannerSet", "PlanningLayer"]
