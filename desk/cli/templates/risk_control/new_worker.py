"""Leave a trade that has lost a fixed amount of money, whatever its stop says."""

from decimal import Decimal

from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import STRATEGY_DIRECTIVE_ISSUED, TICK_RECEIVED
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import Tick
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.workers.base import Worker, issue
from desk.workers.prices import milliseconds, price_fault, written


class NewWorkerParameters(Parameters):
    """Say how much a trade may lose, and how often is asked."""

    max_loss_quote: Decimal = parameter(Decimal(100), "quote", "What a trade may lose, fees aside.", gt=0)
    max_price_age_s: Decimal = parameter(Decimal(5), "s", "An older price closes nothing.", gt=0)
    cooldown_s: Decimal = parameter(Decimal(10), "s", "The pause between two requests for a trade.", ge=0)


class NewWorker(Worker):
    """Issue one CLOSE_EXISTING per own trade whose open loss reaches the limit; ask again after a pause.

    A worker of this category may also keep everybody from new risk: name ENTRIES_BLOCKED and
    ENTRIES_RELEASED in `publishes`, and publish `self.new_block(...)` and `self.new_release(...)`.
    """

    manifest = WorkerManifest(
        name="new_worker",
        category=WorkerCategory.RISK_CONTROL,
        summary="Leaves a trade that has lost a fixed amount of money.",
        handlers={TICK_RECEIVED: "on_tick"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED}),
        parameters=NewWorkerParameters,
        state={"asked.<trade id>": "when the trade was asked to close, in ms"},
    )

    def __init__(self, parameters: NewWorkerParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._max_loss_quote = parameters.max_loss_quote
        self._max_price_age_ms = milliseconds(parameters.max_price_age_s)
        self._cooldown_ms = milliseconds(parameters.cooldown_s)

    def on_tick(self, tick: Tick) -> DispositionEnvelope:
        """Look at the own trades of the symbol; nothing is built on a tick that changes nothing."""
        positions = self.view.positions_on(tick.symbol)
        if not positions or price_fault(tick, self.view.now_ms(), self._max_price_age_ms) is not None:
            return DispositionEnvelope.CONTINUE
        own = [one for one in positions if one.strategy_id == self.context.strategy_id]
        directives = (self._directive(one, tick) for one in own)
        return issue(*(one for one in directives if one is not None))

    def _directive(self, position: Position, tick: Tick) -> StrategyDirective | None:
        """Close a trade that would lose too much if it were left at the touch now."""
        loss = -position.unrealized_quote(tick.bid if position.side is PositionSide.LONG else tick.ask)
        if loss < self._max_loss_quote or self._is_asked(position):
            return None
        self.context.memory.put(f"asked.{position.trade_id}", str(self.view.now_ms()))
        return self.new_directive(
            scope=DirectiveScope.CLOSE_EXISTING,
            rationale=f"loss {written(round(loss, 2))} reached the limit of {written(self._max_loss_quote)}",
            target_trade_ids=(position.trade_id,),
        )

    def _is_asked(self, position: Position) -> bool:
        if self.view.has_directive_in_flight(position.trade_id):
            return True
        asked = self.context.memory.get(f"asked.{position.trade_id}")
        return asked is not None and self.view.now_ms() - int(asked) < self._cooldown_ms
