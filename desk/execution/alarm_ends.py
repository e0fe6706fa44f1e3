"""When an alarm is over: judged by what is, not by who raised it, so that a restart ends it too."""

from collections.abc import Callable

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.ids import TradeId
from desk.contracts.orders import OrderStatus
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.view import DeskView
from desk.contracts.states import DeskState
from desk.execution.alarm_subjects import About, Standing, Subject
from desk.execution.alarms import Alarms
from desk.execution.coverage import is_covered
from desk.execution.desk_state import DeskStateLatch

_UNRESOLVED = frozenset({OrderStatus.INTENDED, OrderStatus.SENT, OrderStatus.UNKNOWN})


class AlarmEnds:
    """End the alarms about trades, orders and the latch once what they tell is over."""

    def __init__(self, alarms: Alarms, ledger: LedgerView, view: DeskView, state: DeskStateLatch) -> None:
        self._alarms = alarms
        self._ledger = ledger
        self._view = view
        self._state = state
        self._judges: dict[Subject, Callable[[Standing], str | None]] = {
            Subject.STOP: self._of_stop,
            Subject.TARGET: self._of_target,
            Subject.TRADE: self._of_trade,
            Subject.OUTCOME: self._of_outcome,
            Subject.LATCH: self._of_latch,
        }

    def attach(self, bus: EventBus) -> None:
        """Look whenever an order, a trade or the desk's state changed."""
        for name in (events.ORDER_UPDATED, events.FILL_BOOKED, events.DESK_STATE_CHANGED):
            bus.subscribe(name, self._on_change, subscriber="platform.alarm_ends")

    def look(self) -> None:
        """End what is over by now."""
        ended: dict[About, str] = {}
        for subject, judge in self._judges.items():
            for one in self._alarms.standing(subject):
                how = judge(one)
                if how is not None:
                    ended[one.about] = how
        for about, how in ended.items():
            self._alarms.end(about, how)

    def _on_change(self, _: object) -> None:
        self.look()

    def _of_trade(self, standing: Standing) -> str | None:
        trade = self._ledger.position(TradeId(standing.about.name))
        return None if trade is not None and trade.is_open else "the trade is closed"

    def _of_stop(self, standing: Standing) -> str | None:
        trade = self._ledger.position(TradeId(standing.about.name))
        if trade is None or not trade.is_open:
            return self._of_trade(standing)
        if not is_covered(trade, self._view):
            return None
        return "its stop rests" if trade.stop_size_base else "what is left needs none"

    def _of_target(self, standing: Standing) -> str | None:
        trade = self._ledger.position(TradeId(standing.about.name))
        if trade is None or not trade.is_open:
            return self._of_trade(standing)
        if trade.planned_take_profit_price is None:
            return "no target is wanted any more"
        return None if trade.take_profit_price is None else "its target rests"

    def _of_outcome(self, standing: Standing) -> str | None:
        order = self._ledger.order(standing.about.name)
        if order is not None and order.status in _UNRESOLVED:
            return None
        return "it is over" if order is None else f"it is {order.status}"

    def _of_latch(self, _: Standing) -> str | None:
        return "the desk was re-armed" if self._state.current is DeskState.ACTIVE else None
