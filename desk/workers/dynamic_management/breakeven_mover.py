"""Move the stop of a trade that has gained enough to where the trade can no longer lose."""

from dataclasses import dataclass, field
from decimal import Decimal

from desk.contracts.directives import DirectiveScope, ExitDirective, StrategyDirective
from desk.contracts.dto import Dto, Positive
from desk.contracts.events import STRATEGY_DIRECTIVE_ISSUED, TICK_RECEIVED
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ONE, ZERO, Instrument, Tick
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position
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


class BreakevenParameters(Parameters):
    """Say when the stop moves, and what a stop there must pay for."""

    unit: GainUnit = parameter(
        GainUnit.R, "", "What the trigger counts in: r, the trade's first risk; fraction, of its entry."
    )
    trigger: Decimal = parameter(
        ONE, "R or fraction of the entry", "What the trade must gain before its stop moves.", gt=0, le=100
    )
    entry_fee: Decimal | None = parameter(
        None, "fraction", "What entering cost; unset: the instrument's taker fee.", ge=0, lt=Decimal("0.1")
    )
    exit_fee: Decimal | None = parameter(
        None,
        "fraction",
        "What leaving will cost; unset: the instrument's taker fee.",
        ge=0,
        lt=Decimal("0.1"),
    )
    offset: Decimal = parameter(
        ZERO,
        "fraction of the price",
        "Room beyond the fees, for slippage of the stop.",
        ge=0,
        lt=Decimal("0.5"),
    )
    max_price_age_s: Decimal = parameter(Decimal(5), "s", "An older price moves nothing.", gt=0)
    cooldown_s: Decimal = parameter(Decimal(5), "s", "The pause between two requests for a trade.", ge=0)

    def cautions(self) -> tuple[str, ...]:
        """Warn of a stop that would stand before the trigger."""
        costs = (self.entry_fee or ZERO) + (self.exit_fee or ZERO) + self.offset
        if self.unit is GainUnit.R or self.trigger > costs:
            return ()
        gain, paid = percent(self.trigger), percent(costs)
        return (f"a gain of {gain} does not pay fees and offset of {paid}: the stop moves later than that",)


class RememberedBreakeven(Dto):
    """Keep of one trade: the entry whose breakeven the stop has been at, and that of the last request."""

    moved_for: Positive | None = None
    asked_for: Positive | None = None
    asked_at_ms: int | None = None


@dataclass(slots=True)
class BreakevenWatch(Watch):
    """Watch one trade until its stop is at breakeven."""

    kept: RememberedBreakeven = field(default_factory=RememberedBreakeven)


class BreakevenMover(TradeWatcher[BreakevenWatch]):
    """Issue one MODIFY_EXISTING per own trade: its stop to breakeven once the trigger is gained.

    It counts when the venue has confirmed it; a refused move is asked for again while the trigger is gained.
    When an addition moves the average entry, the breakeven of the new one is asked for by the same rule.
    """

    manifest = WorkerManifest(
        name="breakeven_mover",
        category=WorkerCategory.DYNAMIC_MANAGEMENT,
        summary="Moves the stop of a trade that has gained enough to where it costs nothing, fees included.",
        handlers={TICK_RECEIVED: "on_tick"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED}),
        parameters=BreakevenParameters,
        state={
            "breakeven.<trade id>": "the entry whose breakeven the stop has been at, and the last request"
        },
    )
    memory_key = "breakeven."

    def __init__(self, parameters: BreakevenParameters, context: PluginContext) -> None:
        super().__init__(parameters, context, parameters.max_price_age_s, parameters.cooldown_s)
        self._parameters = parameters

    def begin(self, remembered: str | None) -> BreakevenWatch:
        """Return the watch of a trade, done where its stop has been there."""
        if remembered is None:
            return BreakevenWatch()
        return BreakevenWatch(kept=RememberedBreakeven.model_validate_json(remembered))

    def look(
        self, watch: BreakevenWatch, position: Position, instrument: Instrument, tick: Tick
    ) -> StrategyDirective | None:
        """Move the stop of one trade, or wait for its trigger."""
        watch.position = position
        side, kept, trigger = position.side, watch.kept, self._trigger(position)
        if trigger is None or kept.moved_for == position.entry_price:
            watch.sleep_until(never(side))
            return None
        stop = self._stop(position, instrument)
        is_gained = is_at_least(side, middle(tick), trigger)
        has_asked = kept.asked_for == position.entry_price
        is_there = position.stop_price is not None and is_at_least(side, position.stop_price, stop)
        if is_there and (is_gained or has_asked):
            self._keep(watch, position, RememberedBreakeven(moved_for=position.entry_price))
            watch.sleep_until(never(side))
            return None
        if not is_gained:
            watch.sleep_until(trigger)
            return None
        if (
            self.view.has_directive_in_flight(position.trade_id)
            or self.is_silent(kept.asked_at_ms, position, instrument, tick)
            or fires_at_once(stop, side, instrument, tick)
        ):
            return None
        return self._ask(watch, position, instrument, stop)

    def _ask(
        self, watch: BreakevenWatch, position: Position, instrument: Instrument, stop: Decimal
    ) -> StrategyDirective:
        update = {"asked_for": position.entry_price, "asked_at_ms": self.view.now_ms()}
        self._keep(watch, position, watch.kept.model_copy(update=update))
        return self.new_directive(
            scope=DirectiveScope.MODIFY_EXISTING,
            rationale=self._rationale(position, instrument, stop),
            target_trade_ids=(position.trade_id,),
            exit_directive=ExitDirective(stop_loss_price=stop),
        )

    def _trigger(self, position: Position) -> Decimal | None:
        return price_of_gain(self._parameters.unit, position, self._parameters.trigger)

    def _stop(self, position: Position, instrument: Instrument) -> Decimal:
        of = self._parameters
        return breakeven_stop(position, instrument, of.entry_fee, of.exit_fee, of.offset)

    def _keep(self, watch: BreakevenWatch, position: Position, kept: RememberedBreakeven) -> None:
        watch.kept = kept
        self.remember(watch, position, kept)

    def _rationale(self, position: Position, instrument: Instrument, stop: Decimal) -> str:
        before = "none" if position.stop_price is None else written(position.stop_price)
        gain = gain_words(self._parameters.unit, self._parameters.trigger)
        entry = written(nearest_price(instrument, position.entry_price))
        return f"stop {before} → {written(stop)}: breakeven of {entry} with fees, {gain} gained"
