"""What can go wrong on the bus, as the platform is told about it."""

from dataclasses import dataclass

from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.ids import DirectiveId
from desk.contracts.problems import DeskError

PLANNED_TO_AN_END = frozenset(
    {
        events.STRATEGY_DIRECTIVE_ISSUED, events.PLAN_ENTRY_REQUESTED, events.PLAN_SIZE_REQUESTED,
        events.PLAN_EXIT_REQUESTED, events.ROUTING_PLANNING_REQUESTED,
    }
)  # fmt: skip
"""Events of a directive on its way through planning, which gives each exactly one ending."""


class EventLoopDetected(DeskError):
    """Events caused events without end: the chain was cut before the one named last."""

    def __init__(self, path: tuple[str, ...], bound: str) -> None:
        """Name the cycle within `path`, the event that was cut last, and the bound it met."""
        self.cycle = cycle_of(path)
        self.bound = bound
        super().__init__(f"loop of events cut at {bound}: {' -> '.join(self.cycle)}")


class PublicationRefused(DeskError):
    """A worker published what it may not: a foreign name, payload or identity."""


class WorkerFailed(DeskError):
    """A worker raised what no program hands on: a way out of the process, or an error without words."""


class TimeBudgetExceeded(DeskError):
    """A worker's call took longer than its budget; what it answered was still taken."""


@dataclass(frozen=True, slots=True)
class HandlerFailure:
    """Report that `subscriber` failed on an event; everybody else heard it all the same.

    `cause` is the chain of the event in hand.
    """

    subscriber: str
    event_name: str
    strategy_id: str | None
    error: Exception
    cause: CausalityChain | None

    @property
    def flow_id(self) -> DirectiveId | None:
        """The flow that should end for it, None where no directive was issued yet.

        None too while the directive is being planned: planning ends it, or goes on where it can. A close
        happens whatever a planner or a listener does.
        """
        if self.event_name in PLANNED_TO_AN_END:
            return None
        return self.cause.directive_id if self.cause is not None else None


@dataclass(frozen=True, slots=True)
class FlowStopRequested:
    """Report that a worker answered STOP: the flow in hand, where there is one, should end here."""

    worker: str
    strategy_id: str
    reason: str
    cause: CausalityChain | None

    @property
    def flow_id(self) -> DirectiveId | None:
        """The flow that should end, None where no directive was issued yet."""
        return self.cause.directive_id if self.cause is not None else None


def cycle_of(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the end of `path` from the last earlier occurrence of its last name; all of it without one."""
    last = path[-1]
    for start in range(len(path) - 2, -1, -1):
        if path[start] == last:
            return path[start:]
    return path
