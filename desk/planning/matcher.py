"""Which planner is asked: closed ranges on the fields of a directive, all of which must hold."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol, TypeVar

from desk.contracts.directives import (
    EntryDirective,
    ExitDirective,
    RoutingDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.manifests import PlannerManifest
from desk.contracts.market import ONE, ZERO
from desk.contracts.plans import PlanRole

Range = tuple[Decimal, Decimal]
"""Lowest and highest value, both included."""

_UNIT: Range = (ZERO, ONE)
_RATIO: Range = (ZERO, Decimal(100))

DOMAINS: Mapping[PlanRole, Mapping[str, Range]] = {
    PlanRole.ENTRY: {"confidence": _UNIT, "timing_preference": _UNIT, "max_acceptable_slippage": _UNIT},
    PlanRole.SIZE: {"confidence": _UNIT, "aggressiveness": _UNIT, "account_risk_fraction": _UNIT},
    PlanRole.EXIT: {"confidence": _UNIT, "profit_taking_preference": _UNIT, "risk_reward_ratio": _RATIO},
    PlanRole.ROUTING: {
        "confidence": _UNIT,
        "execution_urgency": _UNIT,
        "iceberg_preference": _UNIT,
        "max_total_slippage": _UNIT,
    },
}
"""What a planner of a role may be chosen by, and between which values; a greater one counts as highest."""


class Rule(Protocol):
    """A planner, the ranges in which it is asked, and its rank where several hold."""

    @property
    def manifest(self) -> PlannerManifest:
        """The planner."""
        ...

    @property
    def when(self) -> Mapping[str, Range]:
        """The ranges by field; a field that is left out may have any value."""
        ...

    @property
    def priority(self) -> int:
        """The rank: the highest wins."""
        ...


AnyRule = TypeVar("AnyRule", bound=Rule)


def winner(role: PlanRole, rules: Sequence[AnyRule], directive: StrategyDirective) -> AnyRule | None:
    """Return the rule of the highest priority whose ranges hold; the first of those that only touch."""
    values = matched_values(role, directive)
    holding = [
        rule for rule in rules if all(low <= values[name] <= high for name, (low, high) in rule.when.items())
    ]
    return max(holding, key=lambda rule: rule.priority, default=None)


def matched_values(role: PlanRole, directive: StrategyDirective) -> dict[str, Decimal]:
    """Return the value of every field of DOMAINS for one directive; what is unset has its default."""
    wish = _wish(role, directive)
    found = {"confidence": directive.confidence}
    for name, (low, high) in DOMAINS[role].items():
        if name != "confidence":
            value = getattr(wish, name)
            found[name] = low if value is None else min(value, high)
    return found


def _wish(
    role: PlanRole, directive: StrategyDirective
) -> EntryDirective | SizeDirective | ExitDirective | RoutingDirective:
    match role:
        case PlanRole.ENTRY:
            return (directive.entry_directive or EntryDirective()).resolved()
        case PlanRole.SIZE:
            return (directive.size_directive or SizeDirective()).resolved()
        case PlanRole.EXIT:
            return (directive.exit_directive or ExitDirective()).resolved()
        case PlanRole.ROUTING:
            return (directive.routing_directive or RoutingDirective()).resolved()
