"""A stop that rested and was taken away by another hand: told once a new one is in its place."""

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO
from desk.contracts.orders import Leg, OrderStatus
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.view import DeskView
from desk.contracts.positions import Position
from desk.contracts.records import FillBooked
from desk.contracts.states import AlarmSeverity
from desk.execution.alarms import Alarms
from desk.execution.coverage import is_covered

_TAKEN_AWAY = frozenset({OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.REJECTED})


class LostStops:
    """Follow stops that end without a cancel of the desk's while their trade is held.

    Where none can be put back, protection tells that by itself; where the trade is closed, whoever closed
    it took the stop along.
    """

    def __init__(self, ledger: LedgerView, view: DeskView, alarms: Alarms) -> None:
        self._ledger = ledger
        self._view = view
        self._alarms = alarms
        self._lost: dict[TradeId, OrderState] = {}

    def attach(self, bus: EventBus) -> None:
        """Hear of orders and fills."""
        bus.subscribe(events.ORDER_UPDATED, self.on_order, subscriber="platform.lost_stops")
        bus.subscribe(events.FILL_BOOKED, self.on_fill, subscriber="platform.lost_stops")

    def on_order(self, order: OrderState) -> None:
        """Note a stop that was taken away, or see that another rests in its place.

        An end can be told more than once, by stream and reply: whose it is, is asked of the ledger each time.
        """
        is_ours = self._ledger.is_cancelled_here(order.client_order_id)
        if not is_ours and order.request.leg is Leg.STOP and order.status in _TAKEN_AWAY:
            self._note(order)
        elif order.trade_id in self._lost:
            self._look(order.trade_id)

    def on_fill(self, booked: FillBooked) -> None:
        """Forget what was lost of a trade that is closed."""
        if booked.trade_id in self._lost:
            self._look(booked.trade_id)

    def _note(self, order: OrderState) -> None:
        trade = self._ledger.position(order.trade_id)
        rested = order.venue_order_id is not None
        if rested and trade is not None and trade.is_open and not is_covered(trade, self._view):
            self._lost[order.trade_id] = order

    def _look(self, trade_id: TradeId) -> None:
        trade = self._ledger.position(trade_id)
        if trade is None or not trade.is_open:
            del self._lost[trade_id]
        elif is_covered(trade, self._view) and trade.stop_size_base > ZERO:
            self._tell(self._lost.pop(trade_id), trade)

    def _tell(self, lost: OrderState, trade: Position) -> None:
        at = "" if lost.stop_price is None else f" at {lost.stop_price:f}"
        why = f" ({lost.reason})" if lost.reason else ""
        text = (
            f"the stop of {trade.trade_id} on {lost.remaining_base:f} {trade.symbol}{at} was taken away at "
            f"the venue, not by the desk{why}: put back, {trade.stop_size_base:f} at {trade.stop_price:f}"
        )
        self._alarms.raise_alarm(
            AlarmSeverity.WARNING,
            text,
            lost.client_order_id,
            symbol=trade.symbol,
            trade_id=trade.trade_id,
        )
