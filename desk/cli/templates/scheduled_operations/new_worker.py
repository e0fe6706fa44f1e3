"""Buy for a fixed amount in every period of a schedule, once."""

from decimal import Decimal

from desk.contracts.directives import (
    DirectiveScope,
    EntryDirective,
    ExitDirective,
    PeriodClaim,
    SizeDirective,
)
from desk.contracts.dto import Symbol
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import PERIOD_SKIPPED, SCHEDULED_TICK, STRATEGY_DIRECTIVE_ISSUED, PeriodSkipped
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest, parameter
from desk.contracts.market import ScheduledTick
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.sides import OrderSide
from desk.contracts.states import DeskState
from desk.workers.base import Worker, issue
from desk.workers.prices import milliseconds, price_fault, written


class NewWorkerParameters(Parameters):
    """Say what is bought, when and for how much."""

    symbol: Symbol = parameter(..., "symbol", "What is bought.")
    schedule: str = parameter(..., "schedule name", "The schedule of platform.yaml that buys.", min_length=1)
    notional_quote: Decimal = parameter(Decimal(100), "quote", "What one period spends.", gt=0)
    stop_fraction: Decimal = parameter(
        Decimal("0.05"), "fraction of the price", "How far away the stop is.", gt=0, lt=1
    )
    max_price_age_s: Decimal = parameter(Decimal(60), "s", "An older price skips the period.", gt=0)


class NewWorker(Worker):
    """Issue one NEW_TRADE per period, or say with PERIOD_SKIPPED why not.

    The claim that goes with the directive is unique: restarts and repeats buy nothing twice.
    """

    manifest = WorkerManifest(
        name="new_worker",
        category=WorkerCategory.SCHEDULED_OPERATIONS,
        summary="Buys for a fixed amount in every period of a schedule.",
        handlers={SCHEDULED_TICK: "on_scheduled_tick"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED, PERIOD_SKIPPED}),
        parameters=NewWorkerParameters,
    )

    def __init__(self, parameters: NewWorkerParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters
        self._max_price_age_ms = milliseconds(parameters.max_price_age_s)

    def on_scheduled_tick(self, tick: ScheduledTick) -> DispositionEnvelope:
        """Buy for the period, or skip it; a period that is claimed or skipped already stays as it is."""
        of = self._parameters
        claim = PeriodClaim(
            worker=self.context.name,
            symbol=of.symbol,
            schedule_name=tick.schedule_name,
            period_start_ms=tick.period_start_ms,
        )
        if tick.schedule_name != of.schedule or self.view.is_claimed(claim.key):
            return DispositionEnvelope.CONTINUE
        obstacle = self._obstacle()
        if obstacle is not None:
            return self._skip(claim, obstacle)
        return issue(
            self.new_directive(
                scope=DirectiveScope.NEW_TRADE,
                rationale=f"{of.schedule}: buy {of.symbol} for {written(of.notional_quote)} quote",
                entry_directive=EntryDirective(symbol=of.symbol, direction=OrderSide.BUY),
                size_directive=SizeDirective(notional_quote=of.notional_quote),
                exit_directive=ExitDirective(stop_loss_tolerance=of.stop_fraction),
                claim=claim,
            )
        )

    def _obstacle(self) -> str | None:
        """Name what forbids buying now."""
        view, symbol = self.view, self._parameters.symbol
        if view.state() is not DeskState.ACTIVE:
            return f"the desk is {view.state()}"
        if not view.is_reconciled() or view.has_unknown_order(symbol):
            return "what is held is not known for sure"
        block = view.entry_block(self.context.strategy_id, symbol)
        if block is not None:
            return f"{block.worker} blocks new risk: {block.reason}"
        return price_fault(view.quote(symbol), view.now_ms(), self._max_price_age_ms)

    def _skip(self, claim: PeriodClaim, reason: str) -> DispositionEnvelope:
        skipped = PeriodSkipped(
            worker=claim.worker,
            symbol=claim.symbol,
            schedule_name=claim.schedule_name,
            period_start_ms=claim.period_start_ms,
            reason=reason,
        )
        return DispositionEnvelope.publish((PERIOD_SKIPPED, skipped))
