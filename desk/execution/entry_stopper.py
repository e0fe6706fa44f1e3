"""A desk that stops taking risk does not leave entries resting that may still take it."""

from desk.contracts.orderstate import OrderState
from desk.contracts.ports.time import Spawner
from desk.contracts.records import DeskStateChanged
from desk.contracts.states import DeskState
from desk.execution.parent_stops import IsMeant
from desk.execution.reach import Reach


class EntryStopper:
    """Cancel entries when the desk is latched REDUCING or HALTED; an exit cancels its own."""

    def __init__(self, reach: Reach, spawner: Spawner) -> None:
        self._reach = reach
        self._spawner = spawner

    def on_state(self, change: DeskStateChanged) -> None:
        """Follow the latch."""
        if change.current in {DeskState.REDUCING, DeskState.HALTED}:
            self.stop_all(change.current)

    def stop_all(self, state: DeskState) -> None:
        """Cancel every entry that may still fill, because of the state of the desk."""
        self.stop("state", f"the desk is {state}: no new risk", lambda *_: True)

    def stop(self, by: str, reason: str, is_meant: IsMeant) -> None:
        """Stop the parent orders meant, and cancel in the background the entries that may still fill."""
        self._reach.parents.stop_where(is_meant, by, reason)
        for order in self._reach.ledger.live_orders():
            if order.request.leg.adds_risk and is_meant(order.strategy_id, order.request.symbol):
                self._spawner.spawn(f"stop entry {order.client_order_id}", self._cancel(order, reason))

    async def _cancel(self, order: OrderState, reason: str) -> None:
        await self._reach.cancel_until_over(order.client_order_id, reason)
