"""Leave where the market's own structure breaks: beyond its last swing."""

from decimal import Decimal
from typing import ClassVar, Self

from pydantic import model_validator

from desk.contracts.directives import ExitDirective
from desk.contracts.manifests import BarsNeeded, PlannerManifest, parameter
from desk.contracts.market import ONE
from desk.contracts.plans import ExitPlan, PlanRole
from desk.contracts.sides import PositionSide
from desk.indicators.swings import standing_swing
from desk.planning.exit.exit_plan import (
    ExitParameters,
    exit_plan,
    is_to_be_protected,
    tightest,
    tolerated,
    wish_of,
)
from desk.planning.impossible import PlanImpossible
from desk.planning.planner import Planner
from desk.planning.request import PlanRequest


class StructureExitParameters(ExitParameters):
    """Say which swings count, and how far beyond them the stop may be."""

    swing_bars: int = parameter(
        2, "bars", "how many bars on either side a swing stands out from", ge=1, le=50
    )
    lookback_bars: int = parameter(100, "bars", "how far back a swing is looked for", ge=3, le=5000)
    buffer: Decimal = parameter(
        Decimal("0.001"), "fraction", "how far beyond the swing the stop is", ge=0, lt=1
    )
    max_distance: Decimal = parameter(
        Decimal("0.05"),
        "fraction",
        "the farthest from the entry a stop may be: no trade beyond it",
        gt=0,
        lt=1,
    )
    interval_ms: int = parameter(900_000, "ms", "the length of a bar", ge=1000)

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.lookback_bars < 2 * self.swing_bars + 1:
            message = (
                f"lookback_bars must be at least {2 * self.swing_bars + 1}: one swing of {self.swing_bars}"
            )
            raise ValueError(message)
        return self

    def bars_needed_of(self, symbol: str) -> tuple[BarsNeeded, ...]:
        """Ask for the bars that are looked back over."""
        return (BarsNeeded(symbol, self.interval_ms, self.lookback_bars),)


class StructureExit(Planner):
    """Stop = swing x (1 - s x b): beyond the newest swing low under a long's entry that still stands.

    A swing stands until a later bar went beyond it; a short has the mirror. What the directive says goes
    first: a stop_loss_price as it is; of a stop_loss_tolerance no trade goes beyond, nor is its stop moved
    inside the structure. In a MODIFY, and in a trade without protection, only what is set counts.
    """

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="structure_exit",
        role=PlanRole.EXIT,
        summary="a stop beyond the last swing that stands, and a target by reward:risk",
        parameters=StructureExitParameters,
        needs=frozenset({PlanRole.ENTRY}),
    )

    def __init__(self, parameters: StructureExitParameters) -> None:
        super().__init__(parameters)
        self._parameters = parameters

    def plan(self, request: PlanRequest) -> ExitPlan:
        """Plan stop and target; raises PlanImpossible where no swing stands near enough, or none can be."""
        wish = wish_of(request)
        if is_to_be_protected(request):
            stop = self._stop(request, wish) if wish.stop_loss_price is None else wish.stop_loss_price
            wish = wish.model_copy(update={"stop_loss_price": stop, "stop_loss_tolerance": None}).resolved()
        return exit_plan(request, wish, self._parameters)

    def _stop(self, request: PlanRequest, wish: ExitDirective) -> Decimal:
        side, entry = request.side, request.first_price
        parameters = self._parameters
        bars = request.bars(parameters.interval_ms, 2 * parameters.swing_bars + 1, parameters.lookback_bars)
        swing = standing_swing(bars, parameters.swing_bars, side, entry)
        name = "low under" if side is PositionSide.LONG else "high over"
        if swing is None:
            raise PlanImpossible(f"no swing {name} the entry at {entry} stands in the last {len(bars)} bars")
        stop = request.instrument.stop_price(side, swing * (ONE - side.sign * parameters.buffer))
        most = entry * (ONE - side.sign * parameters.max_distance)
        told = tolerated(request, wish)
        most = most if told is None else tightest(side, most, told)
        if tightest(side, stop, most) != stop:
            where = f"a stop at {stop}, beyond the swing {name} the entry at {entry}"
            raise PlanImpossible(f"{where}, is farther away than allowed: {most}")
        return stop
