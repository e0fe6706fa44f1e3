"""Pull the stop of a winning trade along behind the price; never loosen it."""

from decimal import Decimal

from pydantic import ValidationInfo, field_validator

from desk.contracts.directives import DirectiveScope, ExitDirective, StrategyDirective
from desk.contracts.dto import Symbol
from desk.contracts.events import BAR_CLOSED, STRATEGY_DIRECTIVE_ISSUED, TICK_RECEIVED
from desk.contracts.manifests import BarsNeeded, Parameters, WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ONE, Bar, Instrument, Tick
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.workers.gains import fires_at_once
from desk.workers.prices import middle, percent, written
from desk.workers.trail_distances import FractionBehind, RangesBehind, SwingBehind, TrailDistance
from desk.workers.trailing import RememberedTrail, Trail, TrailMode, TrailRule, is_at_least
from desk.workers.watching import never
from desk.workers.watching_bars import BarTradeWatcher

_SWING_HISTORY_BARS = 20
"""How many widths of bars are read at the start: there is nearly always a swing among them."""


class TrailingStopParameters(Parameters):
    """Say when the stop starts to follow, how, and how far behind."""

    trigger_threshold: Decimal = parameter(
        Decimal("0.02"), "fraction", "What the price must gain before the stop moves.", gt=0, lt=1
    )
    trail_distance: Decimal = parameter(
        Decimal("0.01"),
        "fraction of the price",
        "How far the stop stays behind, in the modes step and continuous.",
        gt=0,
        lt=1,
    )
    mode: TrailMode = parameter(
        TrailMode.STEP,
        "",
        "step: each move needs the threshold again; continuous: every new extreme moves it; atr: average"
        " ranges behind the extreme; structure: beyond the last swing.",
    )
    after_first_target: bool = parameter(
        default=False, unit="", description="Trail only once a part of the trade has been sold."
    )
    symbol: Symbol | None = parameter(
        None,
        "symbol",
        "The symbol that is trailed; atr and structure need it. Unset: every symbol.",
        validate_default=True,
    )
    interval_ms: int = parameter(900_000, "ms", "The length of a bar, for atr and structure.", ge=1000)
    atr_bars: int = parameter(14, "bars", "The period of the average range, for atr.", ge=2, le=500)
    atr_multiple: Decimal = parameter(
        Decimal(3), "average ranges", "How far the stop stays behind, for atr.", gt=0, le=100
    )
    swing_bars: int = parameter(
        3, "bars", "How many bars on each side confirm a swing, for structure.", ge=1, le=100
    )
    swing_buffer: Decimal = parameter(
        Decimal("0.001"), "fraction of the price", "How far beyond the swing, for structure.", ge=0, lt=1
    )
    min_step_ticks: int = parameter(1, "price steps", "A smaller move of the stop is not asked for.", ge=1)
    max_price_age_s: Decimal = parameter(Decimal(5), "s", "An older price moves nothing.", gt=0)
    cooldown_s: Decimal = parameter(Decimal(5), "s", "The pause between two requests for a trade.", ge=0)

    @field_validator("symbol")
    @classmethod
    def _bars_have_a_symbol(cls, symbol: str | None, given: ValidationInfo) -> str | None:
        mode = given.data.get("mode", TrailMode.STEP)
        if mode.reads_bars and symbol is None:
            message = f"mode {mode} reads bars: name the symbol"
            raise ValueError(message)
        return symbol

    def bars_needed(self) -> tuple[BarsNeeded, ...]:
        """Ask for the bars that the distance comes from, enough to be warm at once."""
        if self.symbol is None or not self.mode.reads_bars:
            return ()
        is_atr = self.mode is TrailMode.ATR
        count = self.atr_bars + 1 if is_atr else _SWING_HISTORY_BARS * self.swing_bars
        return (BarsNeeded(self.symbol, self.interval_ms, count),)

    def cautions(self) -> tuple[str, ...]:
        """Warn of a first stop that would still lose."""
        long_stop = (ONE + self.trigger_threshold) * (ONE - self.trail_distance)
        short_stop = (ONE - self.trigger_threshold) * (ONE + self.trail_distance)
        if self.mode.reads_bars or (long_stop >= ONE and short_stop <= ONE):
            return ()
        gain, distance = percent(self.trigger_threshold), percent(self.trail_distance)
        return (f"trail_distance {distance} behind a gain of {gain}: the first trailing stop still loses",)

    def distance(self) -> TrailDistance:
        """Return how far behind the stop stays."""
        match self.mode:
            case TrailMode.STEP | TrailMode.CONTINUOUS:
                return FractionBehind(self.trail_distance)
            case TrailMode.ATR:
                return RangesBehind(self.atr_multiple, self.atr_bars)
            case TrailMode.STRUCTURE:
                return SwingBehind(self.swing_bars, self.swing_buffer)


class TrailingStopManager(BarTradeWatcher[Trail]):
    """Issue a MODIFY_EXISTING for each own trade whose stop should follow the price.

    What is asked for counts once the venue has confirmed it: a refused move is asked for again from the
    same state. Memory is written with a directive, when that is settled, and when the best price has moved
    by a step that would move the stop: less could be found again from the confirmed stop.
    """

    manifest = WorkerManifest(
        name="trailing_stop_manager",
        category=WorkerCategory.DYNAMIC_MANAGEMENT,
        summary="Pulls the stop of a winning trade along behind the price; never loosens it.",
        handlers={TICK_RECEIVED: "on_tick", BAR_CLOSED: "on_bar"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED}),
        parameters=TrailingStopParameters,
        state={"trail.<trade id>": "the anchor or best price of a trade, and the move that is asked for"},
    )
    memory_key = "trail."

    def __init__(self, parameters: TrailingStopParameters, context: PluginContext) -> None:
        super().__init__(
            parameters, context, parameters.max_price_age_s, parameters.cooldown_s, parameters.symbol
        )
        self._parameters = parameters
        self._rule = TrailRule(parameters.mode, parameters.trigger_threshold)
        self._distance = parameters.distance()
        self._min_step_ticks = parameters.min_step_ticks
        if parameters.mode.reads_bars:
            self.read_bars(parameters.interval_ms)

    def learn(self, bar: Bar) -> None:
        """Take the bar into the distance; the next tick moves the stops."""
        self._distance.learn(bar)

    def begin(self, remembered: str | None) -> Trail:
        """Return the trail of a trade, from its anchor or best price where that is known."""
        kept = RememberedTrail() if remembered is None else RememberedTrail.model_validate_json(remembered)
        return Trail(kept=kept, reference=kept.reference)

    def look(
        self, watch: Trail, position: Position, instrument: Instrument, tick: Tick
    ) -> StrategyDirective | None:
        """Follow one trade whose price or position has changed."""
        trail = watch
        is_in_flight = self.view.has_directive_in_flight(position.trade_id)
        self._settle(trail, position, is_in_flight=is_in_flight)
        trail.position = position
        if self._waits_for_target(trail, position):
            trail.sleep_until(never(position.side))
            return None
        reached = self._rule.reached(position, trail.reference, middle(tick))
        if reached is not None and self.reads_bars:
            self._keep_best(trail, position, instrument, reached)
        stop = None if reached is None else self._wanted_stop(position, instrument, reached)
        if reached is None or stop is None:
            trail.wake = self._wake(trail, position, instrument)
            trail.is_settled = trail.kept.asked_reference is None
            return None
        if not self._rule.is_stepwise:
            trail.reference = reached
        is_silent = is_in_flight or self.is_silent(trail.kept.asked_at_ms, position, instrument, tick)
        if is_silent or self._is_too_close(stop, position, instrument, tick):
            self._remember_best(trail, position, instrument)
            return None
        return self._ask(trail, position, reached, stop, price=middle(tick))

    def _waits_for_target(self, trail: Trail, position: Position) -> bool:
        is_whole = position.size_base >= position.max_size_base
        return self._parameters.after_first_target and trail.reference is None and is_whole

    def _settle(self, trail: Trail, position: Position, *, is_in_flight: bool) -> None:
        """Let what was asked for count once the venue's stop has moved; drop it when its flow ended first."""
        kept = trail.kept
        if trail.has_been_loosened(position) and not self._rule.is_stepwise:
            # An older best would ask to leave the very trade that the operator has just given room.
            trail.reference = None
            self._keep(trail, position, RememberedTrail(asked_at_ms=kept.asked_at_ms))
            return
        is_granted = trail.has_been_granted(position)
        if kept.asked_reference is None or (is_in_flight and not is_granted):
            return
        trail.reference = kept.asked_reference if is_granted else kept.reference
        settled = RememberedTrail(reference=trail.reference, asked_at_ms=kept.asked_at_ms)
        self._keep(trail, position, settled)

    def _wanted_stop(self, position: Position, instrument: Instrument, reached: Decimal) -> Decimal | None:
        """Return the stop behind `reached`, None where that tightens by less than the smallest step."""
        wanted = self._distance.stop(position.side, reached)
        if wanted is None or not wanted > 0:
            return None
        stop = instrument.stop_price(position.side, wanted)
        if stop <= 0 or position.stop_price is None:
            return stop if stop > 0 else None
        least = self._least_stop(position.side, position.stop_price, instrument)
        return stop if is_at_least(position.side, stop, least) else None

    def _least_stop(self, side: PositionSide, confirmed: Decimal, instrument: Instrument) -> Decimal:
        return confirmed + side.sign * self._min_step_ticks * instrument.price_step

    def _wake(self, trail: Trail, position: Position, instrument: Instrument) -> Decimal:
        """Return the price short of which this trade needs no look, while nothing else changes."""
        side, stop, reference = position.side, position.stop_price, trail.reference
        least = None if stop is None else self._least_stop(side, stop, instrument)
        if self._rule.is_stepwise or reference is None:
            trigger = self._rule.trigger(side, position.entry_price if reference is None else reference)
            return trigger if self.reads_bars else self._distance.wake(side, trigger, least)
        return self._distance.wake(side, reference, least)

    def _keep(self, trail: Trail, position: Position, kept: RememberedTrail) -> None:
        trail.kept = kept
        self.remember(trail, position, kept)

    def _keep_best(self, trail: Trail, position: Position, instrument: Instrument, reached: Decimal) -> None:
        """Keep the best price though the stop stays: with the next bars it may be wanted nearer to it."""
        if trail.reference is None or self._distance.follows_price:
            trail.reference = reached
            self._remember_best(trail, position, instrument)

    def _remember_best(self, trail: Trail, position: Position, instrument: Instrument) -> None:
        if self._rule.is_stepwise or trail.reference is None:
            return
        saved = trail.kept.reference
        step = self._min_step_ticks * instrument.price_step
        if saved is None or abs(trail.reference - saved) >= step:
            self._keep(trail, position, trail.kept.model_copy(update={"reference": trail.reference}))

    def _is_too_close(self, stop: Decimal, position: Position, instrument: Instrument, tick: Tick) -> bool:
        """Tell whether the stop would fire at once; one that the price is through asks to leave instead.

        The price may be beyond an old swing without ever having left it: that is no reason to leave.
        """
        if self._distance.follows_price and is_at_least(position.side, stop, middle(tick)):
            return False
        return fires_at_once(stop, position.side, instrument, tick)

    def _ask(
        self, trail: Trail, position: Position, reached: Decimal, stop: Decimal, *, price: Decimal
    ) -> StrategyDirective:
        """Ask for the stop; where the price is through it already, ask to leave: it would fire at once."""
        now_ms = self.view.now_ms()
        if self._rule.is_stepwise:
            kept = RememberedTrail(
                reference=trail.reference,
                asked_reference=reached,
                asked_over=position.stop_price,
                asked_at_ms=now_ms,
            )
        else:
            kept = RememberedTrail(reference=reached, asked_at_ms=now_ms)
        self._keep(trail, position, kept)
        if is_at_least(position.side, stop, price):
            return self.new_directive(
                scope=DirectiveScope.CLOSE_EXISTING,
                rationale=f"price {written(price)} is through the trailing stop {written(stop)}: leave now",
                target_trade_ids=(position.trade_id,),
            )
        return self.new_directive(
            scope=DirectiveScope.MODIFY_EXISTING,
            rationale=self._rationale(position, reached, stop),
            target_trade_ids=(position.trade_id,),
            exit_directive=ExitDirective(stop_loss_price=stop),
        )

    def _rationale(self, position: Position, reached: Decimal, stop: Decimal) -> str:
        is_long = position.side is PositionSide.LONG
        before = "none" if position.stop_price is None else written(position.stop_price)
        distance = self._distance.words(position.side, reached)
        if self._rule.is_stepwise:
            what = f"a step of {percent(self._rule.threshold)} gained"
        elif self._distance.follows_price:
            what = f"{'high' if is_long else 'low'} since entry"
        else:
            what = f"confirmed by {self._parameters.swing_bars} bars"
        return f"stop {before} → {written(stop)}: {distance}, {what}"
