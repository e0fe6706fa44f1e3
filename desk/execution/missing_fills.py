"""Fills that the venue's word on an order implies, and that its stream did not bring."""

from collections.abc import Callable

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.orders import VenueFill
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.problems import ReadFailed
from desk.execution.reading import VenueReader

_FIRST_DELAYS_MS = (500, 1000, 2000, 4000)
_LATER_DELAY_MS = 5000
_LOOK_BACK_MS = 5000
"""How far the venue's clock may be behind ours."""


class MissingFills:
    """Fetch the fills of orders that are said to have filled further than what is booked."""

    def __init__(
        self,
        reader: VenueReader,
        ledger: LedgerView,
        clock: Clock,
        spawner: Spawner,
        take_fill: Callable[[VenueFill], bool],
    ) -> None:
        self._reader = reader
        self._ledger = ledger
        self._clock = clock
        self._spawner = spawner
        self._take_fill = take_fill
        self._running: set[str] = set()

    def attach(self, bus: EventBus) -> None:
        """Look at every order that changes."""
        bus.subscribe(events.ORDER_UPDATED, self.on_order, subscriber="platform.missing_fills")

    def on_order(self, order: OrderState) -> None:
        """Start to look where fills are missing; most come by themselves within the first delay."""
        if lacks_fills(order) and order.client_order_id not in self._running:
            self._running.add(order.client_order_id)
            self._spawner.spawn(f"fills of {order.client_order_id}", self._search(order.client_order_id))

    async def _search(self, order_id: str) -> None:
        delays = iter(_FIRST_DELAYS_MS)
        try:
            while True:
                await self._clock.sleep_ms(next(delays, _LATER_DELAY_MS))
                order = self._ledger.order(order_id)
                if order is None or not lacks_fills(order):
                    return
                await self._fetch(order)
        finally:
            self._running.discard(order_id)

    async def _fetch(self, order: OrderState) -> None:
        try:
            fills = await self._reader.fills(order.intended_at_ms - _LOOK_BACK_MS)
        except ReadFailed:
            return
        for fill in fills:
            self._take_fill(fill)


def lacks_fills(order: OrderState) -> bool:
    """Tell whether the venue said that an order filled further than what is booked of it."""
    return order.told_filled_base > order.filled_base or (order.status.is_terminal and not order.is_over)
