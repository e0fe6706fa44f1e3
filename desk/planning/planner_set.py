"""The planners of one strategy, and those of the platform for directives that belong to none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from desk.contracts.directives import StrategyDirective
from desk.contracts.manifests import DEFAULT_ROUTING, BarsNeeded, PlannerManifest
from desk.contracts.market import ONE, ZERO
from desk.contracts.plans import PlanRole
from desk.planning.entry.as_told import EntryAsTold
from desk.planning.exit.stop_and_target import StopAndTarget, StopAndTargetParameters
from desk.planning.matcher import Range, winner
from desk.planning.planner import NoParameters, Planner
from desk.planning.registry import make_planner
from desk.planning.size.as_told import SizeAsTold

PLATFORM_PLANNERS = "platform.planners"
"""The scope in which the platform's planners are asked."""


@dataclass(frozen=True, slots=True)
class PlannerChoice:
    """Ask `planner` where all ranges of `when` hold, unless another of higher priority does."""

    planner: Planner
    when: Mapping[str, Range] = field(default_factory=dict)
    priority: int = 0

    @property
    def manifest(self) -> PlannerManifest:
        """How the planner presents itself."""
        return self.planner.manifest


@dataclass(frozen=True, slots=True)
class NamedChoice:
    """Hold a choice under the name its planner is asked by, and its plans carry."""

    name: str
    choice: PlannerChoice

    @property
    def manifest(self) -> PlannerManifest:
        """How the planner presents itself."""
        return self.choice.manifest

    @property
    def when(self) -> Mapping[str, Range]:
        """The ranges in which it is asked."""
        return self.choice.when

    @property
    def priority(self) -> int:
        """Its rank among those whose ranges hold."""
        return self.choice.priority


class PlannerSet:
    """Hold one strategy's planners: per role, those that may be asked.

    Absolute target sizes always go to the platform's target_size planner, and routing has a default.
    """

    def __init__(self, choices: Mapping[PlanRole, Sequence[PlannerChoice]]) -> None:
        self._choices = {role: _named(choices.get(role, ())) for role in PlanRole}
        if not self._choices[PlanRole.ROUTING]:
            self._choices[PlanRole.ROUTING] = _named((PlannerChoice(make_planner(DEFAULT_ROUTING)),))
        self._target_size = NamedChoice("platform.target_size", PlannerChoice(make_planner("target_size")))

    def select(self, role: PlanRole, directive: StrategyDirective) -> NamedChoice | None:
        """Return the one planner that is asked for this directive, None where no range holds."""
        wish = directive.size_directive
        if role is PlanRole.SIZE and wish is not None and wish.target_size_base is not None:
            return self._target_size
        return winner(role, self._choices[role], directive)

    def bars_needed_of(self, symbol: str) -> list[BarsNeeded]:
        """List the bars of a symbol that the planners read."""
        return [need for one in self.every() for need in one.choice.planner.parameters.bars_needed_of(symbol)]

    def every(self) -> tuple[NamedChoice, ...]:
        """Return every planner of the set."""
        return (*(one for role in PlanRole for one in self._choices[role]), self._target_size)


def _named(choices: Sequence[PlannerChoice]) -> tuple[NamedChoice, ...]:
    """Name each choice after its planner, numbered where the same one is listed several times."""
    names = [choice.manifest.name for choice in choices]
    return tuple(
        NamedChoice(name if names.count(name) == 1 else f"{name}#{names[: place + 1].count(name)}", choice)
        for place, (name, choice) in enumerate(zip(names, choices, strict=True))
    )


def platform_planners() -> PlannerSet:
    """Return what plans the directives of platform and operator: market, sizes as told, stop and target."""
    return PlannerSet(
        {
            PlanRole.ENTRY: (PlannerChoice(make_planner("market")),),
            PlanRole.SIZE: (PlannerChoice(make_planner("fixed_notional")),),
            PlanRole.EXIT: (PlannerChoice(make_planner("stop_and_target")),),
            PlanRole.ROUTING: (PlannerChoice(make_planner("immediate")),),
        }
    )


def operator_planners() -> PlannerSet:
    """Return what plans the operator's own trades: price, size, stop and target exactly as told.

    An entry that hurries (execution_urgency of one half or more) is immediate, any other rests.
    """
    half = Decimal("0.5")
    return PlannerSet(
        {
            PlanRole.ENTRY: (PlannerChoice(EntryAsTold(NoParameters())),),
            PlanRole.SIZE: (PlannerChoice(SizeAsTold(NoParameters())),),
            PlanRole.EXIT: (PlannerChoice(StopAndTarget(StopAndTargetParameters(with_target=False))),),
            PlanRole.ROUTING: (
                PlannerChoice(make_planner("immediate"), {"execution_urgency": (half, ONE)}),
                PlannerChoice(make_planner("patient"), {"execution_urgency": (ZERO, half)}),
            ),
        }
    )
