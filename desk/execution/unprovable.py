"""An order of which no venue can say whether it ever was: the operator is asked."""

from desk.contracts.orderstate import OrderState
from desk.contracts.states import AlarmSeverity, DeskState
from desk.execution.alarm_subjects import LATCH
from desk.execution.alarms import Alarms
from desk.execution.desk_state import DeskStateLatch


class Unprovable:
    """Ask the operator, and take no new risk until his re-arm says that he has looked."""

    def __init__(self, state: DeskStateLatch, alarms: Alarms) -> None:
        self._state = state
        self._alarms = alarms

    def on_unprovable(self, order: OrderState) -> None:
        """Tell which order to look for at the venue, and what happens to it meanwhile."""
        request = order.request
        size = f"{request.side} {request.size_base} {request.symbol}"
        name = f"{request.leg} order {order.client_order_id}"
        what = f"{name}, {size}, is neither shown by the venue nor provably absent"
        self._state.tighten(DeskState.REDUCING, what, "platform.resolver", order.client_order_id)
        self._alarms.raise_alarm(
            AlarmSeverity.CRITICAL,
            f"{what}: look for it at the venue and cancel it there, then re-arm; what it fills is booked",
            order.client_order_id,
            symbol=request.symbol,
            trade_id=order.trade_id,
            about=LATCH,
        )
