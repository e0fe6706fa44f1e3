"""Add to a winning trade in steps, with the stop of the whole trade pulled along: pyramiding."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from pydantic import ValidationInfo, field_validator

from desk.contracts.directives import (
    DirectiveScope,
    ExitDirective,
    RoutingDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.dto import Dto, Positive, Symbol
from desk.contracts.events import BAR_CLOSED, STRATEGY_DIRECTIVE_ISSUED, TICK_RECEIVED
from desk.contracts.manifests import BarsNeeded, Parameters, WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ONE, ZERO, Bar, Instrument, Tick
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.contracts.states import DeskState
from desk.indicators.ranges import AverageTrueRange
from desk.workers.base import DirectiveParts
from desk.workers.gains import favourable_price, fires_at_once, nearest_price, risk_per_base
from desk.workers.prices import middle, written
from desk.workers.pyramid import Addition, PyramidLimits, addition
from desk.workers.trailing import better, is_at_least
from desk.workers.watching import Watch, never
from desk.workers.watching_bars import BarTradeWatcher


class StepUnit(StrEnum):
    """What the steps of a pyramid count in: the trade's first risk, or average true ranges."""

    R = "r"
    ATR = "atr"


class ScaleInParameters(Parameters):
    """Say when how much is added, within which limits, and where the stop of the whole goes."""

    max_position_quote: Decimal = parameter(
        ..., "quote", "What the whole trade may be worth after an addition.", gt=0
    )
    max_open_risk_quote: Decimal = parameter(
        ..., "quote", "What the whole trade may lose at its stop after an addition, fees aside.", ge=0
    )
    unit: StepUnit = parameter(
        StepUnit.R, "", "What steps count in: r, the trade's first risk; atr, average true ranges."
    )
    step: Decimal = parameter(ONE, "R or ranges", "The gain over the last addition that adds.", gt=0, le=100)
    stop_distance: Decimal = parameter(
        ONE, "R or ranges", "How far behind an addition the stop of the whole goes.", gt=0, le=100
    )
    add_fraction: Decimal = parameter(
        Decimal("0.5"), "fraction of the original size", "What one addition adds.", gt=0, le=10
    )
    max_adds: int = parameter(2, "additions", "How often is added at most.", ge=1, le=100)
    require_breakeven: bool = parameter(
        default=True, unit="", description="Add only where the stop then costs what is held nothing."
    )
    symbol: Symbol | None = parameter(
        None,
        "symbol",
        "The symbol that is added to; atr needs it. Unset: every symbol.",
        validate_default=True,
    )
    interval_ms: int = parameter(900_000, "ms", "The length of a bar, for atr.", ge=1000)
    atr_bars: int = parameter(14, "bars", "The period of the average range, for atr.", ge=2, le=500)
    max_price_age_s: Decimal = parameter(Decimal(5), "s", "An older price adds nothing.", gt=0)
    cooldown_s: Decimal = parameter(Decimal(60), "s", "The pause between two requests for a trade.", ge=0)

    @field_validator("symbol")
    @classmethod
    def _bars_have_a_symbol(cls, symbol: str | None, given: ValidationInfo) -> str | None:
        if given.data.get("unit") is StepUnit.ATR and symbol is None:
            message = "steps of atr read bars: name the symbol"
            raise ValueError(message)
        return symbol

    def bars_needed(self) -> tuple[BarsNeeded, ...]:
        """Ask for the bars of the average range, enough to be warm at once."""
        if self.symbol is None or self.unit is not StepUnit.ATR:
            return ()
        return (BarsNeeded(self.symbol, self.interval_ms, self.atr_bars + 1),)

    def cautions(self) -> tuple[str, ...]:
        """Warn of limits under which nothing is ever added."""
        if not self.require_breakeven or self.stop_distance <= self.step:
            return ()
        distance, step = written(self.stop_distance), written(self.step)
        return (f"a stop {distance} behind the first addition, at {step}, still loses: nothing is added",)


class RememberedPyramid(Dto):
    """Keep of one trade: its beginnings, the additions made, and the one that is asked for.

    `size_base` and `risk_quote` (per base) are those before the first addition. `asked_size_base` and
    `asked_entry` are size and average entry when the addition was asked for.
    """

    adds: int = 0
    last_price: Positive | None = None
    size_base: Positive | None = None
    risk_quote: Positive | None = None
    asked_size_base: Positive | None = None
    asked_entry: Positive | None = None
    asked_at_ms: int | None = None


@dataclass(slots=True)
class PyramidWatch(Watch):
    """Watch one trade from addition to addition."""

    kept: RememberedPyramid = field(default_factory=RememberedPyramid)


class ScaleInManager(BarTradeWatcher[PyramidWatch]):
    """Issue a MODIFY_EXISTING to a larger absolute size for each step that an own trade gains.

    The stop of the whole trade moves with it, in the same directive and first (as the Turtles did: C. Faith,
    The Original Turtle Trading Rules, 2003). An addition counts once it has filled, in part or whole, at the
    price it filled at. Never averages down, never adds to a trade without a stop or after a part was sold.
    """

    manifest = WorkerManifest(
        name="scale_in_manager",
        category=WorkerCategory.DYNAMIC_MANAGEMENT,
        summary="Adds to a winning trade in steps, and pulls the stop of the whole trade along.",
        handlers={TICK_RECEIVED: "on_tick", BAR_CLOSED: "on_bar"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED}),
        parameters=ScaleInParameters,
        state={"pyramid.<trade id>": "original size and risk of a trade, its additions, the one asked for"},
    )
    memory_key = "pyramid."
    resizes = True

    def __init__(self, parameters: ScaleInParameters, context: PluginContext) -> None:
        super().__init__(
            parameters, context, parameters.max_price_age_s, parameters.cooldown_s, parameters.symbol
        )
        self._parameters = parameters
        self._limits = PyramidLimits(
            parameters.max_position_quote, parameters.max_open_risk_quote, parameters.require_breakeven
        )
        self._range = AverageTrueRange(parameters.atr_bars)
        if parameters.unit is StepUnit.ATR:
            self.read_bars(parameters.interval_ms)

    def learn(self, bar: Bar) -> None:
        """Take the bar into the average range; the next tick measures by it."""
        self._range.add(bar)

    def begin(self, remembered: str | None) -> PyramidWatch:
        """Return the watch of a trade, its additions counted."""
        if remembered is None:
            return PyramidWatch()
        return PyramidWatch(kept=RememberedPyramid.model_validate_json(remembered))

    def look(
        self, watch: PyramidWatch, position: Position, instrument: Instrument, tick: Tick
    ) -> StrategyDirective | None:
        """Add to one trade, or wait for its next step."""
        watch.position = position
        side = position.side
        if self.view.has_directive_in_flight(position.trade_id):
            return None
        self._settle(watch, position, instrument)
        unit = self._unit_quote(watch.kept, position)
        is_over = watch.kept.adds >= self._parameters.max_adds or position.size_base < position.max_size_base
        if unit is None or is_over or position.stop_price is None:
            watch.sleep_until(never(side))
            return None
        last = watch.kept.last_price or position.entry_price
        level = last + side.sign * self._parameters.step * unit
        if not is_at_least(side, middle(tick), level):
            watch.sleep_until(level)
            return None
        if self._may_not_add(watch, position, instrument, tick):
            return None
        stop = self._stop(position, position.stop_price, instrument, middle(tick), unit)
        added = self._addition(watch, position, instrument, tick, stop)
        if added is None or fires_at_once(stop, side, instrument, tick):
            return None
        return self._ask(watch, position, instrument, added, last)

    def _settle(self, watch: PyramidWatch, position: Position, instrument: Instrument) -> None:
        """Count what was asked for where the trade has grown; forget it where its flow ended without."""
        kept = watch.kept
        if kept.asked_size_base is None or kept.asked_entry is None:
            return
        update: dict[str, object] = {"asked_size_base": None, "asked_entry": None}
        grown = position.size_base - kept.asked_size_base
        if grown > 0:
            paid = position.entry_price * position.size_base - kept.asked_entry * kept.asked_size_base
            update |= {"adds": kept.adds + 1, "last_price": nearest_price(instrument, paid / grown)}
        self._keep(watch, position, kept.model_copy(update=update))

    def _unit_quote(self, kept: RememberedPyramid, position: Position) -> Decimal | None:
        """Return what one R or one average range is worth, in quote per base; None while not known."""
        if self.reads_bars:
            average = self._range.value
            return average if average is not None and average > 0 else None
        return risk_per_base(position) if kept.risk_quote is None else kept.risk_quote

    def _may_not_add(
        self, watch: PyramidWatch, position: Position, instrument: Instrument, tick: Tick
    ) -> bool:
        view = self.view
        return (
            self.is_silent(watch.kept.asked_at_ms, position, instrument, tick)
            or view.state() is not DeskState.ACTIVE
            or view.entry_block(position.strategy_id, position.symbol) is not None
            or view.has_unknown_order(position.symbol)
        )

    def _stop(
        self, position: Position, confirmed: Decimal, instrument: Instrument, price: Decimal, unit: Decimal
    ) -> Decimal:
        """Return the stop of the whole trade after an addition at `price`: never looser than it is."""
        side = position.side
        behind = price - side.sign * self._parameters.stop_distance * unit
        return better(side, confirmed, favourable_price(side, instrument, behind))

    def _addition(
        self, watch: PyramidWatch, position: Position, instrument: Instrument, tick: Tick, stop: Decimal
    ) -> Addition | None:
        original = watch.kept.size_base or position.max_size_base
        price = tick.ask if position.side is PositionSide.LONG else tick.bid
        wanted = original * self._parameters.add_fraction
        return addition(position, instrument, wanted, price, stop, self._limits)

    def _keep(self, watch: PyramidWatch, position: Position, kept: RememberedPyramid) -> None:
        watch.kept = kept
        self.remember(watch, position, kept)

    def _ask(
        self,
        watch: PyramidWatch,
        position: Position,
        instrument: Instrument,
        added: Addition,
        last: Decimal,
    ) -> StrategyDirective:
        """Ask for size and stop together; the platform moves the stop first."""
        kept = watch.kept
        update = {
            "size_base": kept.size_base or position.max_size_base,
            "risk_quote": kept.risk_quote or risk_per_base(position),
            "asked_size_base": position.size_base,
            "asked_entry": position.entry_price,
            "asked_at_ms": self.view.now_ms(),
        }
        self._keep(watch, position, kept.model_copy(update=update))
        parts = DirectiveParts(
            target_trade_ids=(position.trade_id,),
            size_directive=SizeDirective(target_size_base=position.size_base + added.size_base),
            routing_directive=RoutingDirective(execution_urgency=ONE),
        )
        if added.stop != position.stop_price:
            parts["exit_directive"] = ExitDirective(stop_loss_price=added.stop)
        return self.new_directive(
            scope=DirectiveScope.MODIFY_EXISTING,
            rationale=self._rationale(kept, position, added, nearest_price(instrument, last)),
            **parts,
        )

    def _rationale(self, kept: RememberedPyramid, position: Position, added: Addition, last: Decimal) -> str:
        step = f"{written(self._parameters.step)}{' ATR' if self.reads_bars else 'R'}"
        side = "over" if position.side is PositionSide.LONG else "under"
        said = (
            f"add {written(added.size_base)} to {written(position.size_base)}: {step} {side} {written(last)},"
            f" addition {kept.adds + 1} of {self._parameters.max_adds}"
        )
        if added.stop == position.stop_price:
            return said
        return f"{said}; stop {written(position.stop_price or ZERO)} → {written(added.stop)}"
