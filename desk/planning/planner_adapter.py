"""The only thing between a planner and the bus: asks it, checks its answer, publishes its plan."""

from collections.abc import Callable
from types import CoroutineType, MappingProxyType

from pydantic import ValidationError

from desk.contracts import events
from desk.contracts.model_faults import model_fault
from desk.contracts.plans import Plan, PlanRole
from desk.contracts.ports.bus import EventPort
from desk.contracts.problems import DeskError
from desk.planning.impossible import PlanImpossible
from desk.planning.pending import PLAN_OF
from desk.planning.planner import Planner
from desk.planning.request import PlanRequest

REQUESTED = MappingProxyType(
    {
        PlanRole.ENTRY: events.PLAN_ENTRY_REQUESTED,
        PlanRole.SIZE: events.PLAN_SIZE_REQUESTED,
        PlanRole.EXIT: events.PLAN_EXIT_REQUESTED,
        PlanRole.ROUTING: events.ROUTING_PLANNING_REQUESTED,
    }
)
CREATED = MappingProxyType(
    {
        PlanRole.ENTRY: events.ENTRY_PLAN_CREATED,
        PlanRole.SIZE: events.SIZE_PLAN_CREATED,
        PlanRole.EXIT: events.EXIT_PLAN_CREATED,
        PlanRole.ROUTING: events.ROUTING_PLAN_CREATED,
    }
)

Absence = Callable[[PlanRequest, str], None]
"""Told why a plan will not come."""


def one_line(error: Exception) -> str:
    """Return the type and text of an error without its line breaks."""
    text = model_fault(error) if isinstance(error, ValidationError) else str(error)
    return f"{type(error).__name__}: {' '.join(text.split())}"


def _wrong(answer: object) -> str:
    """Name an answer that is no plan of the role; a coroutine is closed, for nobody will await it."""
    if isinstance(answer, CoroutineType):
        answer.close()
    return f"it answered with {type(answer).__name__}"


class WrongAnswer(DeskError):
    """A planner answered with something that is no plan of its role."""


class PlannerAdapter:
    """Stand between one planner and the bus, for the requests that ask it by `name`.

    A planner that raises is counted and reported by the bus, and its flow ends for want of the plan. It is
    never stopped: stopping it would refuse the next directive too, one that protects among them.
    """

    def __init__(
        self, bus: EventPort, planner: Planner, name: str, absent: Absence, *, strategy_id: str
    ) -> None:
        self._bus = bus
        self._planner = planner
        self._name = name
        self._absent = absent
        self._strategy_id = strategy_id
        self._role = planner.manifest.role

    def attach(self) -> None:
        """Listen to the requests of the planner's role in its strategy."""
        subscriber = f"{self._strategy_id}.{self._name}"
        requested = REQUESTED[self._role]
        self._bus.subscribe(requested, self.on_request, subscriber=subscriber, strategy_id=self._strategy_id)

    def on_request(self, request: PlanRequest) -> None:
        """Plan, where this planner is the one asked; raises what the planner raises."""
        if request.planner != self._name:
            return
        plan = self._answer(request)
        if plan is None:
            return
        if not self._bus.publish(CREATED[self._role], plan, strategy_id=self._strategy_id):
            self._absent(request, "a loop of events was cut before its plan came")

    def _answer(self, request: PlanRequest) -> Plan | None:
        try:
            plan = self._planner.plan(request)
        except PlanImpossible as impossible:
            self._absent(request, str(impossible))
            return None
        except Exception as error:
            self._absent(request, f"it failed with {one_line(error)}")
            raise
        if plan is None:
            self._absent(request, "it had no plan")
        elif not isinstance(plan, PLAN_OF[self._role]):
            wrong = _wrong(plan)
            self._absent(request, wrong)
            raise WrongAnswer(f"{self._name} was asked for the {self._role} plan: {wrong}")
        return plan
