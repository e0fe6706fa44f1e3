"""Decide on trades: take an opportunity that is sure enough, while the symbol has none yet."""

from decimal import Decimal

from desk.contracts.directives import DirectiveScope, EntryDirective, ExitDirective, SizeDirective
from desk.contracts.dto import Symbol
from desk.contracts.envelope import DispositionEnvelope
from desk.contracts.events import OPPORTUNITY_DETECTED, STRATEGY_DIRECTIVE_ISSUED
from desk.contracts.manifests import Parameters, WorkerCategory, WorkerManifest, parameter
from desk.contracts.ports.plugin import PluginContext
from desk.contracts.signals import OpportunitySignal
from desk.contracts.states import DeskState
from desk.workers.base import Worker, issue


class NewWorkerParameters(Parameters):
    """Say what is taken, and what it may cost."""

    symbol: Symbol = parameter(..., "symbol", "The symbol that is traded.")
    min_confidence: Decimal = parameter(
        Decimal("0.6"), "confidence", "A less certain opportunity is left.", gt=0, le=1
    )
    notional_quote: Decimal = parameter(Decimal(1000), "quote", "What one trade is worth.", gt=0)
    stop_fraction: Decimal = parameter(
        Decimal("0.01"), "fraction of the entry", "How far away the stop is.", gt=0, lt=Decimal("0.5")
    )


class NewWorker(Worker):
    """Issue one NEW_TRADE per opportunity that is taken; one trade on the symbol at a time."""

    manifest = WorkerManifest(
        name="new_worker",
        category=WorkerCategory.STRATEGY,
        summary="Takes opportunities that are sure enough, one trade at a time.",
        handlers={OPPORTUNITY_DETECTED: "on_opportunity"},
        publishes=frozenset({STRATEGY_DIRECTIVE_ISSUED}),
        parameters=NewWorkerParameters,
    )

    def __init__(self, parameters: NewWorkerParameters, context: PluginContext) -> None:
        super().__init__(parameters, context)
        self._parameters = parameters

    def on_opportunity(self, signal: OpportunitySignal) -> DispositionEnvelope:
        """Trade in the direction of the signal, or leave it."""
        of = self._parameters
        if signal.symbol != of.symbol or signal.confidence < of.min_confidence or self._is_silent():
            return DispositionEnvelope.CONTINUE
        return issue(
            self.new_directive(
                scope=DirectiveScope.NEW_TRADE,
                rationale=f"{signal.side} for {of.notional_quote} quote: {signal.rationale}",
                causality=self.because_of(signal.opportunity_id),
                confidence=signal.confidence,
                entry_directive=EntryDirective(symbol=of.symbol, direction=signal.side.entry_side),
                size_directive=SizeDirective(notional_quote=of.notional_quote),
                exit_directive=ExitDirective(stop_loss_tolerance=of.stop_fraction),
            )
        )

    def _is_silent(self) -> bool:
        """Tell whether no new risk may be taken: the desk forbids it, or there is a trade already."""
        view, symbol, strategy_id = self.view, self._parameters.symbol, self.context.strategy_id
        return (
            view.state() is not DeskState.ACTIVE
            or not view.is_reconciled()
            or view.entry_block(strategy_id, symbol) is not None
            or view.has_pending_entry(strategy_id, symbol)
            or view.has_unknown_order(symbol)
            or any(one.strategy_id == strategy_id for one in view.positions_on(symbol))
        )
