"""What every planner is: a pure function of a request, with a manifest."""

from abc import ABC, abstractmethod
from typing import ClassVar

from desk.contracts.manifests import Parameters, PlannerManifest
from desk.contracts.plans import Plan
from desk.planning.request import PlanRequest


class NoParameters(Parameters):
    """Take nothing."""


class Planner(ABC):
    """Answer one of the four questions about a directive; without I/O, and without memory between calls."""

    manifest: ClassVar[PlannerManifest]

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters

    @abstractmethod
    def plan(self, request: PlanRequest) -> Plan | None:
        """Return the plan, named by `request.planner`; None or PlanImpossible ends the flow."""
