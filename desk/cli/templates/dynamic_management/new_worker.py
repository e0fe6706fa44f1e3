"""Lock in half the gain: once a trade has gained enough, its stop follows halfway between entry and price."""

from decimal import Decimal

from desk.contracts.directives import DirectiveScope, ExitDirective, StrategyDirective
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import STRATEGY_DIRECTIVE_ISSUED, TICK_RECEIVED
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import Tick
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position
from desk.contracts.states import DeskState
from desk.workers.base import Worker, issue
from desk.workers.prices import middle, milliseconds, percent, price_fault, written


class NewWorkerParameters(Parameters):
    """Say when the stop begins to follow, and how large its steps are."""

    trigger: Decimal = parameter(
        Decimal("0.005"), "fraction of the entry", "The gain from which on the stop follows.", gt=0, lt=1
    )
    min_step: Decimal = parameter(
        Decimal("0.001"), "fraction of the entry", "The stop moves by this or more at a time.", gt=0, lt=1
    )
    max_price_age_s: Decimal = parameter(Decimal(5), "s", "An older price moves nothing.", gt=0)


class NewWorker(Worker):
    """Issue MODIFY_EXISTING with a tighter stop for each own trade that has gained enough.

    It remembers nothing: the stop that the venue confirmed says how far it is.
    """

    manifest = WorkerManifest(
        name="new_worker",
        category=WorkerCategory.DYNAMIC_MANAGEMENT,
        summary="Moves the stop halfway between entry and price, once a trade has gained enough.",
        handlers={TICK_RECEIVED: "on_tick"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED}),
        parameters=NewWorkerParameters,
    )

    def __init__(self, parameters: NewWorkerParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._trigger = parameters.trigger
        self._min_step = parameters.min_step
        self._max_price_age_ms = milliseconds(parameters.max_price_age_s)

    def on_tick(self, tick: Tick) -> DispositionEnvelope:
        """Look at the own trades of the symbol; nothing is built on a tick that changes nothing."""
        positions = self.view.positions_on(tick.symbol)
        if not positions or self._is_silent(tick):
            return DispositionEnvelope.CONTINUE
        own = [one for one in positions if one.strategy_id == self.context.strategy_id]
        directives = (self._directive(one, tick) for one in own)
        return issue(*(one for one in directives if one is not None))

    def _is_silent(self, tick: Tick) -> bool:
        fault = price_fault(tick, self.view.now_ms(), self._max_price_age_ms)
        return fault is not None or not self.view.is_reconciled() or self.view.state() is DeskState.EXITING

    def _directive(self, position: Position, tick: Tick) -> StrategyDirective | None:
        sign, entry = position.side.sign, position.entry_price
        gain = (middle(tick) - entry) * sign
        instrument = self.view.instrument(position.symbol)
        if (
            instrument is None
            or position.stop_price is None
            or gain < entry * self._trigger
            or self.view.has_directive_in_flight(position.trade_id)
        ):
            return None
        stop = instrument.stop_price(position.side, entry + sign * gain / 2)
        if (stop - position.stop_price) * sign < entry * self._min_step:
            return None
        return self.new_directive(
            scope=DirectiveScope.MODIFY_EXISTING,
            rationale=(
                f"stop {written(position.stop_price)} → {written(stop)}: "
                f"half of {percent(round(gain / entry, 4))} gained since {written(entry)}"
            ),
            target_trade_ids=(position.trade_id,),
            exit_directive=ExitDirective(stop_loss_price=stop),
        )
