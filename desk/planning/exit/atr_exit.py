"""Leave at a stop as far away as the market usually reaches."""

from decimal import Decimal
from typing import ClassVar

from desk.contracts.directives import ExitDirective
from desk.contracts.manifests import BarsNeeded, PlannerManifest, parameter
from desk.contracts.plans import ExitPlan, PlanRole
from desk.planning.exit.exit_plan import (
    ExitParameters,
    exit_plan,
    farthest,
    is_to_be_protected,
    tightest,
    tolerated,
    wish_of,
)
from desk.planning.planner import Planner
from desk.planning.ranges import average_range, range_bars
from desk.planning.request import PlanRequest


class AtrExitParameters(ExitParameters):
    """Say how many average ranges away stop and target are."""

    stop_multiple: Decimal = parameter(
        Decimal("1.5"), "ranges", "how far from the entry the stop of a new trade is", gt=0
    )
    target_multiple: Decimal | None = parameter(
        None, "ranges", "how far from the entry its target is; unset: by reward:risk", gt=0
    )
    interval_ms: int = parameter(900_000, "ms", "the length of a bar", ge=1000)
    atr_bars: int = parameter(14, "bars", "the period of the average range", ge=1, le=500)

    def bars_needed_of(self, symbol: str) -> tuple[BarsNeeded, ...]:
        """Ask for the bars of the average."""
        return (range_bars(symbol, self.interval_ms, self.atr_bars),)


class AtrExit(Planner):
    """Stop = e - s x k x ATR; target = e + s x m x ATR, or by reward:risk.

    ATR is the average true range (J. W. Wilder, New Concepts in Technical Trading, 1978). What the directive
    says goes first: a stop_loss_price as it is; a stop_loss_tolerance is the most, a risk_reward_ratio the
    least. In a MODIFY, and in a trade without protection, only what is set counts.
    """

    manifest: ClassVar[PlannerManifest] = PlannerManifest(
        name="atr_exit",
        role=PlanRole.EXIT,
        summary="a stop some average ranges away, and a target by ranges or reward:risk",
        parameters=AtrExitParameters,
        needs=frozenset({PlanRole.ENTRY}),
    )

    def __init__(self, parameters: AtrExitParameters) -> None:
        super().__init__(parameters)
        self._parameters = parameters

    def plan(self, request: PlanRequest) -> ExitPlan:
        """Plan stop and target; raises PlanImpossible without bars, or where that cannot be."""
        wish = wish_of(request)
        if is_to_be_protected(request):
            wish = self._completed(request, wish)
        return exit_plan(request, wish, self._parameters)

    def _completed(self, request: PlanRequest, wish: ExitDirective) -> ExitDirective:
        multiple = self._parameters.target_multiple
        by_range = self._parameters.with_target and multiple is not None and wish.take_profit_price is None
        if wish.stop_loss_price is not None and not by_range:
            return wish.resolved()
        average = average_range(request, self._parameters.interval_ms, self._parameters.atr_bars)
        stop = wish.stop_loss_price or self._stop(request, wish, average)
        found: dict[str, Decimal | None] = {"stop_loss_price": stop, "stop_loss_tolerance": None}
        if by_range and multiple is not None:
            found["take_profit_price"] = _target(request, wish, stop, multiple * average)
        return wish.model_copy(update=found).resolved()

    def _stop(self, request: PlanRequest, wish: ExitDirective, average: Decimal) -> Decimal:
        """Return the stop by ranges, but never farther than the directive tolerates."""
        stop = request.first_price - request.side.sign * self._parameters.stop_multiple * average
        most = tolerated(request, wish)
        nearest = stop if most is None else tightest(request.side, stop, most)
        return request.instrument.stop_price(request.side, nearest)


def _target(request: PlanRequest, wish: ExitDirective, stop: Decimal, distance: Decimal) -> Decimal:
    """Return the target by ranges, but never nearer than the reward:risk ratio that the directive asks."""
    entry, sign = request.entry_price, request.side.sign
    target = entry + sign * distance
    if wish.risk_reward_ratio is None:
        return target
    least = entry + sign * wish.risk_reward_ratio * abs(entry - stop)
    return farthest(request.side, target, least)
