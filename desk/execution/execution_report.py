"""Say, once per order, what it came to: on its flow, in the journal and on the bus."""

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.execution import ExecutionDirective, TradeExecuted
from desk.contracts.orders import Leg
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.store import Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.records import EntryKind, JournalEntry
from desk.execution.flow_registry import FlowRegistry, OpenFlow
from desk.execution.parent_plans import is_sliced


class ExecutionReport:
    """Publish TRADE_EXECUTED when an order that filled is over."""

    def __init__(self, bus: EventBus, recorder: Recorder, clock: Clock, flows: FlowRegistry) -> None:
        self._bus = bus
        self._recorder = recorder
        self._clock = clock
        self._flows = flows

    def on_order(self, order: OrderState) -> None:
        """Report an order that is over on the flow it belongs to."""
        if not order.is_over:
            return
        flow = self._flow_of(order)
        if flow is None or order.client_order_id in flow.reported:
            return
        is_slice = _is_slice(order, flow)
        if order.filled_base > 0:
            flow.reported.add(order.client_order_id)
            if not is_slice:
                flow.effects.append(_words(order))
            if flow.execution is not None:
                self._executed(order, flow.execution)
        elif order.request.leg is Leg.ENTRY and not is_slice:
            flow.reported.add(order.client_order_id)
            reason = f": {order.reason}" if order.reason else ""
            flow.problems.append(f"entry {order.status.lower()} without a fill{reason}")

    def _flow_of(self, order: OrderState) -> OpenFlow | None:
        """Find the flow to report on: a stop's fill belongs to the flow that the fill opened."""
        own = self._flows.get(order.directive_id)
        if own is not None or not order.request.leg.is_protective:
            return own
        flows = self._flows.of_trade(order.trade_id)
        return flows[-1] if flows else None

    def _executed(self, order: OrderState, directive: ExecutionDirective) -> None:
        price = order.average_price
        if price is None:
            return
        executed = TradeExecuted(
            directive_id=directive.directive_id,
            execution_directive_id=directive.execution_directive_id,
            strategy_id=order.strategy_id,
            scope=directive.scope,
            trade_id=order.trade_id,
            symbol=order.request.symbol,
            order_id=order.client_order_id,
            executed_at_ms=self._clock.now_ms(),
            fill_price=price,
            filled_size_base=order.filled_base,
            causality=directive.causality.extended(order_ids=(order.client_order_id,)),
        )
        self._recorder.record(
            JournalEntry(
                EntryKind.TRADE_EXECUTED,
                order.client_order_id,
                executed.executed_at_ms,
                executed,
                flow_id=directive.directive_id,
                causes=(order.client_order_id,),
                trade_id=order.trade_id,
                symbol=order.request.symbol,
            )
        )
        self._bus.publish(events.TRADE_EXECUTED, executed)


def _is_slice(order: OrderState, flow: OpenFlow) -> bool:
    """Tell whether an order is part of a parent order, which is told as one in the end."""
    targets = () if flow.execution is None else flow.execution.targets
    own = next((one for one in targets if one.trade_id == order.trade_id), None)
    return own is not None and order.request.leg is Leg.ENTRY and is_sliced(own.routing)


def _words(order: OrderState) -> str:
    verb = {"BUY": "bought", "SELL": "sold"}[order.request.side]
    wanted = order.size_base
    size = order.filled_base if order.filled_base >= wanted else f"{order.filled_base} of {wanted}"
    return f"{verb} {size} {order.request.symbol} at {order.average_price:.8g}"
