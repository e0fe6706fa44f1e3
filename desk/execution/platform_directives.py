"""Directives in the platform's own name: nobody bypasses the pipeline, repairs included."""

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import PROTECTION_STRATEGY, DirectiveScope, StrategyDirective
from desk.contracts.ids import DirectiveId, FillId, ScheduleId, TradeId
from desk.contracts.market import ONE
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.time import Clock, IdSource
from desk.contracts.ports.view import DeskView
from desk.contracts.records import FillBooked
from desk.contracts.states import AlarmSeverity
from desk.execution.alarms import Alarms
from desk.execution.flow_registry import FlowRegistry


class ProtectionDirectives:
    """Issue what protection demands: a close after a stop's fill, a close where no stop can rest."""

    def __init__(
        self,
        *,
        bus: EventBus,
        ids: IdSource,
        clock: Clock,
        view: DeskView,
        ledger: LedgerView,
        flows: FlowRegistry,
        alarms: Alarms,
    ) -> None:
        self._bus = bus
        self._ids = ids
        self._clock = clock
        self._view = view
        self._ledger = ledger
        self._flows = flows
        self._alarms = alarms

    def on_fill(self, booked: FillBooked) -> None:
        """Open the flow of a stop or target that filled after its own flow had ended.

        A MODIFY in flight does not spare the trade its flow; a CLOSE in flight is one.
        """
        if booked.trade_id is None or booked.client_order_id is None:
            return
        order = self._ledger.order(booked.client_order_id)
        if order is None or not order.request.leg.is_protective:
            return
        flows = self._flows.of_trade(booked.trade_id)
        closes = DirectiveScope.CLOSE_EXISTING
        if any(one.directive.scope is closes or one.flow_id == order.directive_id for one in flows):
            return
        self._close(booked.trade_id, _filled_words(order, booked), (order.client_order_id,), booked.fill_id)

    def on_unprotectable(self, trade_id: TradeId, reason: str) -> None:
        """Close a trade that cannot have its stop: held without one it is worse than not held."""
        self._alarm(AlarmSeverity.CRITICAL, f"{trade_id} has NO STOP: {reason}", trade_id)
        self._close(trade_id, f"no stop can rest, so the trade is closed: {reason}", ())

    def on_target_refused(self, trade_id: TradeId, reason: str) -> None:
        """Close a trade that the market carried past its target; without a target alone it goes on."""
        position = self._ledger.position(trade_id)
        target = position.planned_take_profit_price if position is not None else None
        if position is None or target is None:
            return
        quote = self._view.quote(position.symbol)
        if quote is not None and (quote.last - target) * position.side.sign >= 0:
            self._close(trade_id, f"the market is at {quote.last}, past the target {target}", ())
            return
        self._alarm(AlarmSeverity.WARNING, f"{trade_id} has its stop and no target: {reason}", trade_id)

    def _alarm(self, severity: AlarmSeverity, text: str, trade_id: TradeId) -> None:
        position = self._ledger.position(trade_id)
        symbol = None if position is None else position.symbol
        self._alarms.raise_alarm(severity, text, trade_id, symbol=symbol, trade_id=trade_id)

    def _close(self, trade_id: TradeId, rationale: str, order_ids: tuple[str, ...], *fills: FillId) -> None:
        position = self._ledger.position(trade_id)
        if position is None:
            return
        chain = self._birth(position.symbol).extended(*fills, order_ids=order_ids)
        directive = StrategyDirective(
            directive_id=self._ids.new(DirectiveId),
            strategy_id=position.strategy_id,
            strategy_planner_id=PROTECTION_STRATEGY,
            decided_at_ms=self._clock.now_ms(),
            causality=chain,
            scope=DirectiveScope.CLOSE_EXISTING,
            confidence=ONE,
            rationale=rationale,
            target_trade_ids=(trade_id,),
        )
        self._bus.publish(
            events.STRATEGY_DIRECTIVE_ISSUED, directive, strategy_id=position.strategy_id, cause=chain
        )

    def _birth(self, symbol: str) -> CausalityChain:
        """Start at the tick in force; before the first one, at the platform's own schedule."""
        quote = self._view.quote(symbol)
        tick_id = quote.tick_id if quote is not None else None
        return CausalityChain.born(tick_id if tick_id is not None else self._ids.new(ScheduleId))


def _filled_words(order: OrderState, booked: FillBooked) -> str:
    fill = booked.fill
    return (
        f"{order.request.leg} {order.stop_price or ''} filled: {fill.side} {fill.size_base} {fill.symbol}"
        f" at {fill.price}; what is left goes with it"
    )
