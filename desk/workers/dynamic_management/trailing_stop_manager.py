"""Pull the stop of a winning trade along behind the price; never loosen it."""

from collections.abc import Sequence
from decimal import Decimal

from desk.contracts.directives import DirectiveScope, ExitDirective, StrategyDirective
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import STRATEGY_DIRECTIVE_ISSUED, TICK_RECEIVED
from desk.contracts.ids import TradeId
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ONE, Instrument, Tick
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.contracts.states import DeskState
from desk.workers.base import Worker, issue
from desk.workers.prices import middle, milliseconds, percent, price_fault, written
from desk.workers.trailing import RememberedTrail, Trail, TrailMode, TrailRule, better, is_at_least

_KEY = "trail."
"""What a key of the memory starts with, before the trade's id."""


class TrailingStopParameters(Parameters):
    """Say when the stop starts to follow, how, and how far behind."""

    trigger_threshold: Decimal = parameter(
        Decimal("0.02"), "fraction", "What the price must gain before the stop moves.", gt=0, lt=1
    )
    trail_distance: Decimal = parameter(
        Decimal("0.01"), "fraction of the price", "How far the stop stays behind.", gt=0, lt=1
    )
    mode: TrailMode = parameter(
        TrailMode.STEP,
        "",
        "step: each move needs the threshold again; continuous: every new extreme moves it.",
    )
    min_step_ticks: int = parameter(1, "price steps", "A smaller move of the stop is not asked for.", ge=1)
    max_price_age_s: Decimal = parameter(Decimal(5), "s", "An older price moves nothing.", gt=0)
    cooldown_s: Decimal = parameter(Decimal(5), "s", "The pause between two requests for a trade.", ge=0)

    def cautions(self) -> tuple[str, ...]:
        """Warn of a first stop that would still lose."""
        long_stop = (ONE + self.trigger_threshold) * (ONE - self.trail_distance)
        short_stop = (ONE - self.trigger_threshold) * (ONE + self.trail_distance)
        if long_stop >= ONE and short_stop <= ONE:
            return ()
        gain, distance = percent(self.trigger_threshold), percent(self.trail_distance)
        return (f"trail_distance {distance} behind a gain of {gain}: the first trailing stop still loses",)


class TrailingStopManager(Worker):
    """Issue a MODIFY_EXISTING for each own trade whose stop should follow the price.

    What is asked for counts once the venue has confirmed it: a refused move is asked for again from the
    same state. Memory is written with a directive, when that is settled, and when the best price has moved
    by a step that would move the stop: less could be found again from the confirmed stop.
    """

    manifest = WorkerManifest(
        name="trailing_stop_manager",
        category=WorkerCategory.DYNAMIC_MANAGEMENT,
        summary="Pulls the stop of a winning trade along behind the price; never loosens it.",
        handlers={TICK_RECEIVED: "on_tick"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED}),
        parameters=TrailingStopParameters,
        state={"trail.<trade id>": "the anchor or best price of a trade, and the move that is asked for"},
    )

    def __init__(self, parameters: TrailingStopParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._rule = TrailRule(parameters.mode, parameters.trigger_threshold, parameters.trail_distance)
        self._min_step_ticks = parameters.min_step_ticks
        self._max_price_age_ms = milliseconds(parameters.max_price_age_s)
        self._cooldown_ms = milliseconds(parameters.cooldown_s)
        self._strategy_id = context.strategy_id
        self._trails: dict[str, dict[TradeId, Trail]] = {}
        self._is_restored = False

    def on_tick(self, tick: Tick) -> DispositionEnvelope:
        """Move the stops of the symbol's trades; a tick that changes nothing allocates nothing."""
        if not self._is_restored:
            self._restore()
        positions = self.view.positions_on(tick.symbol)
        trails = self._trails.get(tick.symbol)
        is_finite = tick.bid.is_finite() and tick.ask.is_finite()
        if not (positions or trails) or not is_finite:
            return DispositionEnvelope.CONTINUE
        if trails is None:
            trails = self._trails[tick.symbol] = {}
        own = 0
        directives: tuple[StrategyDirective, ...] = ()
        for position in positions:
            if position.strategy_id != self._strategy_id:
                continue
            own += 1
            trail = trails.get(position.trade_id)
            if trail is None:
                trail = trails[position.trade_id] = Trail(RememberedTrail(), reference=None)
            elif trail.is_idle(position, tick):
                continue
            directive = self._follow(trail, position, tick)
            if directive is not None:
                directives = (*directives, directive)
        if own != len(trails):
            self._forget_closed(trails, positions)
        return issue(*directives)

    def _restore(self) -> None:
        """Take up what was remembered before a restart; trades closed meanwhile are forgotten."""
        self._is_restored = True
        for key, value in tuple(self.context.memory.items().items()):
            trade_id = TradeId(key.removeprefix(_KEY))
            position = self.view.position(trade_id)
            if position is None or not position.is_open:
                self.context.memory.put(key, None)
                continue
            kept = RememberedTrail.model_validate_json(value)
            self._trails.setdefault(position.symbol, {})[trade_id] = Trail(kept, reference=kept.reference)

    def _forget_closed(self, trails: dict[TradeId, Trail], positions: Sequence[Position]) -> None:
        still_open = {position.trade_id for position in positions}
        for trade_id in [known for known in trails if known not in still_open]:
            if trails.pop(trade_id).kept != RememberedTrail():
                self.context.memory.put(_KEY + trade_id, None)

    def _follow(self, trail: Trail, position: Position, tick: Tick) -> StrategyDirective | None:
        """Look at one trade whose price or position has changed."""
        instrument = self.view.instrument(position.symbol)
        if instrument is None or price_fault(tick, self.view.now_ms(), self._max_price_age_ms) is not None:
            return None
        is_in_flight = self.view.has_directive_in_flight(position.trade_id)
        self._settle(trail, position, is_in_flight=is_in_flight)
        trail.position = position
        trail.is_settled = False
        reached = self._rule.reached(position, trail.reference, middle(tick))
        stop = None if reached is None else self._wanted_stop(position, instrument, reached)
        if reached is None or stop is None:
            trail.wake = self._wake(trail, position, instrument)
            trail.is_settled = trail.kept.asked_reference is None
            return None
        if self._rule.mode is TrailMode.CONTINUOUS:
            trail.reference = reached
        is_silent = is_in_flight or self._is_silent(trail, position, instrument, tick)
        if is_silent or _is_too_close(stop, position, instrument, tick):
            self._remember_best(trail, position, instrument)
            return None
        return self._ask(trail, position, reached, stop, price=middle(tick))

    def _settle(self, trail: Trail, position: Position, *, is_in_flight: bool) -> None:
        """Let what was asked for count once the venue's stop has moved; drop it when its flow ended first."""
        kept = trail.kept
        if trail.has_been_loosened(position) and self._rule.mode is TrailMode.CONTINUOUS:
            # An older best would ask to leave the very trade that the operator has just given room.
            trail.reference = None
            self._remember(trail, position, RememberedTrail(asked_at_ms=kept.asked_at_ms))
            return
        is_granted = trail.has_been_granted(position)
        if kept.asked_reference is None or (is_in_flight and not is_granted):
            return
        trail.reference = kept.asked_reference if is_granted else kept.reference
        settled = RememberedTrail(reference=trail.reference, asked_at_ms=kept.asked_at_ms)
        self._remember(trail, position, settled)

    def _wanted_stop(self, position: Position, instrument: Instrument, reached: Decimal) -> Decimal | None:
        """Return the stop behind `reached`, None where that tightens by less than the smallest step."""
        stop = instrument.stop_price(position.side, self._rule.stop(position.side, reached))
        if stop <= 0 or position.stop_price is None:
            return stop if stop > 0 else None
        least = self._least_stop(position.side, position.stop_price, instrument)
        return stop if is_at_least(position.side, stop, least) else None

    def _least_stop(self, side: PositionSide, confirmed: Decimal, instrument: Instrument) -> Decimal:
        return confirmed + side.sign * self._min_step_ticks * instrument.price_step

    def _wake(self, trail: Trail, position: Position, instrument: Instrument) -> Decimal:
        """Return the price short of which this trade needs no look, while nothing else changes."""
        side = position.side
        if self._rule.mode is TrailMode.CONTINUOUS and trail.reference is not None:
            mark = trail.reference
        else:
            start = position.entry_price if trail.reference is None else trail.reference
            mark = self._rule.trigger(side, start)
        if position.stop_price is None:
            return mark
        least = self._least_stop(side, position.stop_price, instrument)
        return better(side, mark, self._rule.extreme_for(side, least))

    def _is_silent(self, trail: Trail, position: Position, instrument: Instrument, tick: Tick) -> bool:
        asked_at_ms = trail.kept.asked_at_ms
        is_cooling = asked_at_ms is not None and self.view.now_ms() - asked_at_ms < self._cooldown_ms
        return (
            is_cooling
            or not self.view.is_reconciled()
            or self.view.state() is DeskState.EXITING
            or instrument.is_dust(position.size_base, middle(tick))
        )

    def _remember(self, trail: Trail, position: Position, kept: RememberedTrail) -> None:
        trail.kept = kept
        self.context.memory.put(_KEY + position.trade_id, kept.model_dump_json(exclude_none=True))

    def _remember_best(self, trail: Trail, position: Position, instrument: Instrument) -> None:
        if self._rule.mode is not TrailMode.CONTINUOUS or trail.reference is None:
            return
        saved = trail.kept.reference
        step = self._min_step_ticks * instrument.price_step
        if saved is None or abs(trail.reference - saved) >= step:
            kept = trail.kept.model_copy(update={"reference": trail.reference})
            self._remember(trail, position, kept)

    def _ask(
        self, trail: Trail, position: Position, reached: Decimal, stop: Decimal, *, price: Decimal
    ) -> StrategyDirective:
        """Ask for the stop; where the price is through it already, ask to leave: it would fire at once."""
        now_ms = self.view.now_ms()
        if self._rule.mode is TrailMode.STEP:
            kept = RememberedTrail(
                reference=trail.reference,
                asked_reference=reached,
                asked_over=position.stop_price,
                asked_at_ms=now_ms,
            )
        else:
            kept = RememberedTrail(reference=reached, asked_at_ms=now_ms)
        self._remember(trail, position, kept)
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
        distance = f"{percent(self._rule.distance)} {'under' if is_long else 'over'} {written(reached)}"
        if self._rule.mode is TrailMode.STEP:
            what = f"a step of {percent(self._rule.threshold)} gained"
        else:
            what = f"{'high' if is_long else 'low'} since entry"
        return f"stop {before} → {written(stop)}: {distance}, {what}"


def _is_too_close(stop: Decimal, position: Position, instrument: Instrument, tick: Tick) -> bool:
    """Tell whether a stop on the right side of the price would still fire at once: a step from the touch."""
    side = position.side
    if is_at_least(side, stop, middle(tick)):
        return False
    touch = tick.bid if side is PositionSide.LONG else tick.ask
    return (touch - stop) * side.sign <= instrument.price_step
