"""Direct mode: a signal becomes a directive without a strategy planner, by the blueprint's `direct` block."""

from dataclasses import dataclass

from desk.contracts.directives import (
    DirectiveScope,
    EntryDirective,
    ExitDirective,
    Protection,
    RoutingDirective,
    SizeDirective,
    StrategyDirective,
)
from desk.contracts.dto import Fraction
from desk.contracts.events import DIRECTIVE_REFUSED, OPPORTUNITY_DETECTED, STRATEGY_DIRECTIVE_ISSUED
from desk.contracts.ids import DirectiveId
from desk.contracts.ports.bus import EventPort
from desk.contracts.ports.time import IdSource
from desk.contracts.ports.view import DeskView
from desk.contracts.positions import Position
from desk.contracts.signals import OpportunitySignal
from desk.contracts.states import DeskState
from desk.planning.refusal_pause import RefusalPause

DIRECT = "direct"
"""The strategy planner that directives of direct mode name: none, but the platform."""


@dataclass(frozen=True, slots=True)
class DirectMode:
    """Say which signals of one strategy become trades, and with which hints."""

    strategy_id: str
    symbols: frozenset[str]
    signal_type: str
    min_confidence: Fraction
    entry: EntryDirective
    size: SizeDirective
    exit: ExitDirective
    routing: RoutingDirective
    protection: Protection = Protection.REQUIRED


class DirectTrigger:
    """Issue a NEW_TRADE for each signal that qualifies, one trade at a time on a symbol.

    A symbol on which all that it issues is refused rests for the remainder of the minute.
    """

    def __init__(self, mode: DirectMode, bus: EventPort, ids: IdSource, view: DeskView) -> None:
        self._mode = mode
        self._bus = bus
        self._ids = ids
        self._view = view
        self._pause = RefusalPause(mode.symbols)

    def attach(self) -> None:
        """Listen to the strategy's opportunities, and to what becomes of its own directives."""
        strategy_id, bus = self._mode.strategy_id, self._bus
        who = f"{strategy_id}.{DIRECT}"
        bus.subscribe(OPPORTUNITY_DETECTED, self.on_opportunity, subscriber=who, strategy_id=strategy_id)
        bus.subscribe(DIRECTIVE_REFUSED, self._pause.on_refused, subscriber=who, strategy_id=strategy_id)

    def on_opportunity(self, signal: OpportunitySignal) -> None:
        """Issue a directive, unless the signal is not meant or the desk takes no new risk on its symbol.

        What the venue or the limits forbid is refused later, with a reason in the journal: a short on spot.
        """
        if not self._is_meant(signal) or not self._takes_risk(signal.symbol):
            return
        directive = self._directive(signal)
        self._pause.decided(signal.symbol, directive.directive_id)
        self._bus.publish(STRATEGY_DIRECTIVE_ISSUED, directive, strategy_id=self._mode.strategy_id)

    def _is_meant(self, signal: OpportunitySignal) -> bool:
        """Tell whether the trigger is pulled; a confidence of zero is no opportunity, whatever is asked."""
        is_sure = signal.confidence >= self._mode.min_confidence and signal.confidence > 0
        return is_sure and signal.signal_type == self._mode.signal_type

    def _takes_risk(self, symbol: str) -> bool:
        view, strategy_id = self._view, self._mode.strategy_id
        return (
            view.state() is DeskState.ACTIVE
            and not self._pause.is_on(symbol, view.now_ms())
            and view.is_reconciled()
            and view.entry_block(strategy_id, symbol) is None
            and not view.has_unknown_order(symbol)
            and not view.has_pending_entry(strategy_id, symbol)
            and not any(self._is_held(position) for position in view.positions_on(symbol))
        )

    def _is_held(self, position: Position) -> bool:
        """Tell whether a trade of the strategy is worth one: dust, which no venue trades, locks nothing."""
        if position.strategy_id != self._mode.strategy_id:
            return False
        instrument, quote = self._view.instrument(position.symbol), self._view.quote(position.symbol)
        if instrument is None or quote is None:
            return True
        price = quote.touch(position.side.exit_side)
        return not price.is_finite() or not instrument.is_dust(
            instrument.floor_size(position.size_base), price
        )

    def _directive(self, signal: OpportunitySignal) -> StrategyDirective:
        mode = self._mode
        entry = {"symbol": signal.symbol, "direction": signal.side.entry_side}
        has_exit = mode.protection is Protection.REQUIRED or bool(mode.exit.model_fields_set)
        return StrategyDirective(
            directive_id=self._ids.new(DirectiveId),
            strategy_id=mode.strategy_id,
            strategy_planner_id=DIRECT,
            decided_at_ms=self._view.now_ms(),
            causality=signal.causality.extended(signal.opportunity_id),
            scope=DirectiveScope.NEW_TRADE,
            confidence=signal.confidence,
            rationale=f"{signal.signal_type} by {signal.source}: {signal.rationale}",
            entry_directive=mode.entry.model_copy(update=entry),
            size_directive=mode.size,
            exit_directive=mode.exit if has_exit else None,
            routing_directive=mode.routing,
            protection=mode.protection,
        )
