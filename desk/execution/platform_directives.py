"""Directives in the platform's own name: nobody bypasses the pipeline, repairs included."""

from decimal import Decimal

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import (
    PROTECTION_STRATEGY,
    DirectiveScope,
    ExitDirective,
    StrategyDirective,
)
from desk.contracts.ids import DirectiveId, FillId, ScheduleId, TradeId
from desk.contracts.market import ONE
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.time import Clock, IdSource
from desk.contracts.ports.view import DeskView
from desk.contracts.positions import Position
from desk.contracts.records import FillBooked
from desk.contracts.states import AlarmSeverity
from desk.execution.alarm_subjects import About, Subject
from desk.execution.alarms import Alarms
from desk.execution.flow_registry import FlowRegistry


class ProtectionDirectives:
    """Issue what protection demands: a close after a stop's fill or in time, a nearer stop or a close."""

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
        if booked.trade_id is None:
            return
        if booked.client_order_id is None:
            self._on_fill_of_another_hand(booked, booked.trade_id)
            return
        order = self._ledger.order(booked.client_order_id)
        is_own = order is not None and order.trade_id == booked.trade_id
        if order is None or not is_own or not order.request.leg.is_protective:
            return
        flows = self._flows.of_trade(booked.trade_id)
        closes = DirectiveScope.CLOSE_EXISTING
        if any(one.directive.scope is closes or one.flow_id == order.directive_id for one in flows):
            return
        self._close(booked.trade_id, _filled_words(order, booked), (order.client_order_id,), booked.fill_id)

    def _on_fill_of_another_hand(self, booked: FillBooked, trade_id: TradeId) -> None:
        """Cancel the entries of a trade that a person, or a liquidation, closed: nothing opens it again."""
        position = self._ledger.position(trade_id)
        if position is None or position.is_open or not self._has_live_entry(trade_id):
            return
        if any(
            one.directive.scope is DirectiveScope.CLOSE_EXISTING for one in self._flows.of_trade(trade_id)
        ):
            return
        fill = booked.fill
        text = f"another hand closed it at {fill.price}: its entries go too, nothing opens it again"
        self._close(trade_id, text, (), booked.fill_id)

    def _has_live_entry(self, trade_id: TradeId) -> bool:
        return any(one.request.leg.adds_risk for one in self._ledger.orders_of(trade_id))

    def on_unprotectable(self, trade_id: TradeId, reason: str) -> None:
        """Try a tighter stop once; close a trade that cannot have that either: it is worse held naked."""
        position = self._ledger.position(trade_id)
        tighter = None if position is None else self._tighter(position)
        if tighter is not None and not self._is_repairing(trade_id):
            text = f"{trade_id} has NO STOP: {reason}; it is tried again at {tighter}"
            self._alarm(AlarmSeverity.CRITICAL, text, trade_id, Subject.STOP)
            self._tighten(trade_id, tighter, reason)
            if self._is_repairing(trade_id):
                return
        self._alarm(AlarmSeverity.CRITICAL, f"{trade_id} has NO STOP: {reason}", trade_id, Subject.STOP)
        self._close(trade_id, f"no stop can rest, so the trade is closed: {reason}", ())

    def on_unfilled_stop(self, trade_id: TradeId, reason: str) -> None:
        """Close a trade at the market that its stop should have closed."""
        self._alarm(AlarmSeverity.CRITICAL, f"{trade_id}: {reason}", trade_id, Subject.TRADE)
        self._close(trade_id, reason, ())

    def on_time_over(self, trade_id: TradeId, reason: str, tries: int) -> None:
        """Close a trade that was held for as long as it may be; tell where that was tried in vain."""
        if tries > 1:
            text = f"{trade_id}: {reason}, and it is still held"
            self._alarm(AlarmSeverity.CRITICAL, text, trade_id, Subject.TRADE)
        self._close(trade_id, reason, ())

    def _tighter(self, position: Position) -> Decimal | None:
        """Return a stop half as far from the market; None where there is no room for one."""
        quote, instrument = self._view.quote(position.symbol), self._view.instrument(position.symbol)
        planned = position.planned_stop_price
        if quote is None or instrument is None or planned is None or not quote.last.is_finite():
            return None
        market, sign = quote.touch(position.side.exit_side), position.side.sign
        nearer = instrument.stop_price(position.side, (planned + market) / 2)
        return nearer if (nearer - planned) * sign > 0 and (market - nearer) * sign > 0 else None

    def _is_repairing(self, trade_id: TradeId) -> bool:
        """Tell whether a directive of protection about the trade's stop is under way."""
        return any(
            one.directive.strategy_id == PROTECTION_STRATEGY
            and one.directive.scope is DirectiveScope.MODIFY_EXISTING
            for one in self._flows.of_trade(trade_id)
        )

    def _tighten(self, trade_id: TradeId, stop: Decimal, reason: str) -> None:
        """Issue the move; planners of the platform plan it, whatever strategy the trade is of."""
        position = self._ledger.position(trade_id)
        if position is None:
            return
        chain = self._birth(position.symbol)
        directive = StrategyDirective(
            directive_id=self._ids.new(DirectiveId),
            strategy_id=PROTECTION_STRATEGY,
            strategy_planner_id=PROTECTION_STRATEGY,
            decided_at_ms=self._clock.now_ms(),
            causality=chain,
            scope=DirectiveScope.MODIFY_EXISTING,
            confidence=ONE,
            rationale=f"the stop cannot rest where it was planned, so it is tried nearer: {reason}",
            target_trade_ids=(trade_id,),
            exit_directive=ExitDirective(stop_loss_price=stop),
        )
        self._bus.publish(
            events.STRATEGY_DIRECTIVE_ISSUED, directive, strategy_id=PROTECTION_STRATEGY, cause=chain
        )

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
        text = f"{trade_id} has its stop and no target: {reason}"
        self._alarm(AlarmSeverity.WARNING, text, trade_id, Subject.TARGET)

    def _alarm(self, severity: AlarmSeverity, text: str, trade_id: TradeId, subject: Subject) -> None:
        position = self._ledger.position(trade_id)
        symbol = None if position is None else position.symbol
        about = About(subject, trade_id)
        self._alarms.raise_alarm(severity, text, trade_id, symbol=symbol, trade_id=trade_id, about=about)

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
