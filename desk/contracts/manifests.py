"""How plugins present themselves: workers and planners, their parameters, events and state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import Field

from desk.contracts.dto import Dto
from desk.contracts.plans import PlanRole

DEFAULT_ROUTING = "immediate"
"""The routing planner of a blueprint that names none."""


class WorkerCategory(StrEnum):
    """What a worker is for; the last three are the position lifecycle workers."""

    CONTEXT = "CONTEXT"
    OPPORTUNITY = "OPPORTUNITY"
    THREAT = "THREAT"
    STRATEGY = "STRATEGY"
    DYNAMIC_MANAGEMENT = "DYNAMIC_MANAGEMENT"
    RISK_CONTROL = "RISK_CONTROL"
    SCHEDULED_OPERATIONS = "SCHEDULED_OPERATIONS"


@dataclass(frozen=True, slots=True)
class BarsNeeded:
    """Ask for the bars of one symbol and interval, `count` of them as history to warm up with."""

    symbol: str
    interval_ms: int
    count: int


class Parameters(Dto):
    """Base of a plugin's parameters: frozen, unknown keys refused, every field from `parameter`."""

    def bars_needed(self) -> tuple[BarsNeeded, ...]:
        """List the bars that must be built for a plugin with these parameters."""
        return ()

    def bars_needed_of(self, symbol: str) -> tuple[BarsNeeded, ...]:
        """List the bars of a symbol that a planner with these parameters reads to plan a trade of it."""
        del symbol
        return ()

    def wake_every_ms(self) -> int | None:
        """Return how often a worker that hears TIME_PASSED must be woken, None where it need not be."""
        return None

    def cautions(self) -> tuple[str, ...]:
        """List what is allowed and probably not meant, each as one sentence."""
        return ()


def parameter(default: object, unit: str, description: str, **limits: object) -> Any:  # noqa: ANN401 - a pydantic field fits any annotation
    """Declare a parameter: default (`...` where required), unit, description, pydantic limits (ge, lt)."""
    extra: dict[str, Any] = dict(limits)
    return Field(default, description=description, json_schema_extra={"unit": unit}, **extra)


@dataclass(frozen=True, slots=True)
class TextFile:
    """Mark a parameter that a blueprint may give as the path of a text file, relative to itself.

    A plugin knows no files: the configuration reads it, and `read` makes the value of the text, as JSON has
    it. It raises FileFault where the text is wrong. Stand it beside the type: `Annotated[tuple[Row, ...],
    TextFile(read_rows)]`.
    """

    read: Callable[[str], object]


@dataclass(frozen=True, slots=True)
class WorkerManifest:
    """Present a worker: `handlers` maps the events it hears to its method names.

    `signals` are the types of the factors, opportunities or threats it can publish; empty where not told.
    """

    name: str
    category: WorkerCategory
    summary: str
    handlers: Mapping[str, str]
    publishes: frozenset[str]
    parameters: type[Parameters]
    state: Mapping[str, str] = field(default_factory=dict)
    signals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlannerManifest:
    """Present a planner: the role it fills and the roles whose plans it needs first.

    Of an entry planner, `comes_to_nothing` are the routings by which none of its orders fills, and why.
    """

    name: str
    role: PlanRole
    summary: str
    parameters: type[Parameters]
    needs: frozenset[PlanRole] = frozenset()
    comes_to_nothing: Mapping[str, str] = field(default_factory=dict)
