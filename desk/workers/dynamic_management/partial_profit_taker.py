"""Sell a winning trade in parts, target by target, and let the rest run from breakeven."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from pydantic import field_validator

from desk.contracts.directives import (
    DirectiveScope,
    ExitDirective,
    Protection,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.dto import Dto, NotNegative
from desk.contracts.events import STRATEGY_DIRECTIVE_ISSUED, TICK_RECEIVED
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ONE, ZERO, Instrument, Tick
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.workers.base import DirectiveParts
from desk.workers.gains import (
    GainUnit,
    breakeven_stop,
    fires_at_once,
    gain_words,
    nearest_price,
    price_of_gain,
)
from desk.workers.prices import middle, percent, written
from desk.workers.trailing import is_at_least
from desk.workers.watching import TradeWatcher, Watch, never


class ProfitTarget(Dto):
    """Take `share` of the original size off once the trade has gained `at`."""

    at: Decimal = parameter(..., "R or fraction of the entry", "What the trade must gain.", gt=0, le=100)
    share: Decimal = parameter(..., "fraction of the original size", "What is taken off.", gt=0, le=1)


class PartialProfitParameters(Parameters):
    """Say where how much is taken off, and what becomes of the stop."""

    targets: tuple[ProfitTarget, ...] = parameter(
        ..., "list of {at, share}", "The targets, ascending; all shares together at most 1."
    )
    unit: GainUnit = parameter(
        GainUnit.R, "", "What a target counts in: r, the trade's first risk; fraction, of its entry."
    )
    move_stop_to_breakeven: bool = parameter(
        default=True, unit="", description="Move the stop to breakeven with the first target."
    )
    breakeven_offset: Decimal = parameter(
        ZERO, "fraction of the price", "Room of that stop beyond the fees.", ge=0, lt=Decimal("0.5")
    )
    max_price_age_s: Decimal = parameter(Decimal(5), "s", "An older price takes nothing.", gt=0)
    cooldown_s: Decimal = parameter(Decimal(5), "s", "The pause between two requests for a trade.", ge=0)

    @field_validator("targets")
    @classmethod
    def _is_ladder(cls, targets: tuple[ProfitTarget, ...]) -> tuple[ProfitTarget, ...]:
        if not targets:
            message = "there is no target"
            raise ValueError(message)
        if not all(one.at < other.at for one, other in pairwise(targets)):
            message = "the targets must ascend, each `at` over the one before it"
            raise ValueError(message)
        together = sum((one.share for one in targets), ZERO)
        if not together <= ONE:
            message = f"the shares are {together:f} together, at most 1 can be taken off"
            raise ValueError(message)
        return targets


class RememberedPartials(Dto):
    """Keep of one trade: how many targets are done, and what was asked for and is not settled yet.

    `asked_size_base` is what the trade holds once the targets up to `asked` are done.
    """

    done: int = 0
    asked: int | None = None
    asked_size_base: NotNegative | None = None
    asked_at_ms: int | None = None
    is_breakeven: bool = False


@dataclass(slots=True)
class PartialsWatch(Watch):
    """Watch one trade from target to target."""

    kept: RememberedPartials = field(default_factory=RememberedPartials)


@dataclass(frozen=True, slots=True)
class _Sale:
    """Hold what is to be sold: the targets reached by it, and the size that stays."""

    reached: int
    left_base: Decimal


class PartialProfitTaker(TradeWatcher[PartialsWatch]):
    """Issue a MODIFY_EXISTING to a smaller absolute size for each target that an own trade reaches.

    A target is done once the trade holds no more than it leaves; what a venue refused is asked for again.
    A gap through several targets is one directive. A slice too small for the venue waits for the next
    target; where what would stay is too small, all is sold by CLOSE_EXISTING.
    """

    manifest = WorkerManifest(
        name="partial_profit_taker",
        category=WorkerCategory.DYNAMIC_MANAGEMENT,
        summary="Sells a winning trade in parts, target by target, its stop at breakeven from the first.",
        handlers={TICK_RECEIVED: "on_tick"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED}),
        parameters=PartialProfitParameters,
        state={"partials.<trade id>": "how many targets of a trade are done, and the one that is asked for"},
    )
    memory_key = "partials."
    resizes = True

    def __init__(self, parameters: PartialProfitParameters, context: PluginContext) -> None:
        super().__init__(parameters, context, parameters.max_price_age_s, parameters.cooldown_s)
        self._parameters = parameters
        self._targets = parameters.targets
        self._left = _left_after(parameters.targets)

    def begin(self, remembered: str | None) -> PartialsWatch:
        """Return the watch of a trade, its targets done as they were."""
        if remembered is None:
            return PartialsWatch()
        return PartialsWatch(kept=RememberedPartials.model_validate_json(remembered))

    def look(
        self, watch: PartialsWatch, position: Position, instrument: Instrument, tick: Tick
    ) -> StrategyDirective | None:
        """Take off what the price has reached, or wait for the next target."""
        watch.position = position
        is_in_flight = self.view.has_directive_in_flight(position.trade_id)
        self._settle(watch, position, is_in_flight=is_in_flight)
        sale = self._sale(watch, position, instrument, middle(tick))
        stop = self._stop(watch, position, instrument, tick, is_selling=sale is not None)
        if sale is None and stop is None:
            if watch.kept.asked is None and not self._wants_breakeven(watch, position, is_selling=False):
                watch.sleep_until(self._next_price(watch, position, middle(tick)))
            return None
        if is_in_flight or self.is_silent(watch.kept.asked_at_ms, position, instrument, tick):
            return None
        return self._ask(watch, position, instrument, sale, stop)

    def _settle(self, watch: PartialsWatch, position: Position, *, is_in_flight: bool) -> None:
        """Let a target count once no more is held than it leaves; drop it when its flow ended first."""
        kept = watch.kept
        if kept.asked is None or kept.asked_size_base is None:
            return
        is_granted = position.size_base <= kept.asked_size_base
        if is_granted or not is_in_flight:
            done = kept.asked if is_granted else kept.done
            update = {"done": done, "asked": None, "asked_size_base": None}
            self._keep(watch, position, kept.model_copy(update=update))

    def _sale(
        self, watch: PartialsWatch, position: Position, instrument: Instrument, price: Decimal
    ) -> _Sale | None:
        """Return what the targets reached take off; where that is off already, they are done."""
        reached = self._reached(position, price)
        if reached <= watch.kept.done:
            return None
        left = instrument.floor_size(position.max_size_base * self._left[reached])
        if left > 0 and instrument.is_dust(left, price):
            left = ZERO
        if position.size_base <= left:
            self._keep(watch, position, watch.kept.model_copy(update={"done": reached}))
            return None
        is_too_small = left > 0 and instrument.is_dust(position.size_base - left, price)
        return None if is_too_small else _Sale(reached, left)

    def _stop(
        self,
        watch: PartialsWatch,
        position: Position,
        instrument: Instrument,
        tick: Tick,
        *,
        is_selling: bool,
    ) -> Decimal | None:
        """Return the breakeven stop where it is wanted and tightens; once it is there, that is done."""
        if not self._wants_breakeven(watch, position, is_selling=is_selling):
            return None
        stop = breakeven_stop(position, instrument, None, None, self._parameters.breakeven_offset)
        if position.stop_price is not None and is_at_least(position.side, position.stop_price, stop):
            if watch.kept.done > 0:
                self._keep(watch, position, watch.kept.model_copy(update={"is_breakeven": True}))
            return None
        return None if fires_at_once(stop, position.side, instrument, tick) else stop

    def _wants_breakeven(self, watch: PartialsWatch, position: Position, *, is_selling: bool) -> bool:
        return (
            self._parameters.move_stop_to_breakeven
            and not watch.kept.is_breakeven
            and (is_selling or watch.kept.done > 0)
            and position.protection is Protection.REQUIRED
        )

    def _reached(self, position: Position, price: Decimal) -> int:
        """Count the targets that a price has reached."""
        for number, target in enumerate(self._targets):
            mark = price_of_gain(self._parameters.unit, position, target.at)
            if mark is None or not is_at_least(position.side, price, mark):
                return number
        return len(self._targets)

    def _next_price(self, watch: PartialsWatch, position: Position, price: Decimal) -> Decimal:
        """Return the price of the next target, one never reached where there is none."""
        number = max(self._reached(position, price), watch.kept.done)
        mark = None
        if number < len(self._targets):
            mark = price_of_gain(self._parameters.unit, position, self._targets[number].at)
        return never(position.side) if mark is None else mark

    def _keep(self, watch: PartialsWatch, position: Position, kept: RememberedPartials) -> None:
        watch.kept = kept
        self.remember(watch, position, kept)

    def _ask(
        self,
        watch: PartialsWatch,
        position: Position,
        instrument: Instrument,
        sale: _Sale | None,
        stop: Decimal | None,
    ) -> StrategyDirective:
        """Ask for the smaller size and the stop together; the platform moves the stop first."""
        asked = {"asked_at_ms": self.view.now_ms()} | (
            {} if sale is None else {"asked": sale.reached, "asked_size_base": sale.left_base}
        )
        rationale = self._rationale(watch, position, instrument, sale, stop)
        self._keep(watch, position, watch.kept.model_copy(update=asked))
        if sale is not None and sale.left_base == ZERO:
            return self.new_directive(
                scope=DirectiveScope.CLOSE_EXISTING,
                rationale=rationale,
                target_trade_ids=(position.trade_id,),
            )
        parts = DirectiveParts(target_trade_ids=(position.trade_id,))
        if sale is not None:
            parts["size_directive"] = SizeDirective(target_size_base=sale.left_base)
        if stop is not None:
            parts["exit_directive"] = ExitDirective(stop_loss_price=stop)
        return self.new_directive(scope=DirectiveScope.MODIFY_EXISTING, rationale=rationale, **parts)

    def _rationale(
        self,
        watch: PartialsWatch,
        position: Position,
        instrument: Instrument,
        sale: _Sale | None,
        stop: Decimal | None,
    ) -> str:
        said = []
        if sale is not None:
            said.append(self._sale_words(watch, position, instrument, sale))
        if stop is not None and (sale is None or sale.left_base > 0):
            before = "none" if position.stop_price is None else written(position.stop_price)
            said.append(f"stop {before} → {written(stop)}: breakeven with fees")
        return "; ".join(said)

    def _sale_words(
        self, watch: PartialsWatch, position: Position, instrument: Instrument, sale: _Sale
    ) -> str:
        verb = "sell" if position.side is PositionSide.LONG else "buy back"
        target = self._targets[sale.reached - 1]
        gain = gain_words(self._parameters.unit, target.at)
        mark = price_of_gain(self._parameters.unit, position, target.at) or position.entry_price
        taken = written(position.size_base - sale.left_base)
        share = percent(sum((one.share for one in self._targets[watch.kept.done : sale.reached]), ZERO))
        what = f"{share} ({taken})" if sale.left_base > 0 else f"the rest ({taken})"
        return f"{verb} {what} at {gain}: {written(nearest_price(instrument, mark))}"


def _left_after(targets: Sequence[ProfitTarget]) -> tuple[Decimal, ...]:
    """Return the fraction of the original size that stays after none, one, two ... targets."""
    left = [ONE]
    for target in targets:
        left.append(left[-1] - target.share)
    return tuple(left)
