"""Why there is no plan."""

from desk.contracts.problems import DeskError


class PlanImpossible(DeskError):
    """There is no plan, for a reason worth reading: it ends the flow. A planner that raises it is well."""
