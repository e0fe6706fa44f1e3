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
    """Fetch the fills of orders that are said to have filled further than what is booked.

    One read brings the fills of all of them: when fifty positions are left at once, a venue counts requests.
    """

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
        self._lacking: dict[str, None] = {}
        self._delay = 0
        self._is_searching = False

    def attach(self, bus: EventBus) -> None:
        """Look at every order that changes."""
        bus.subscribe(events.ORDER_UPDATED, self.on_order, subscriber="platform.missing_fills")

    def on_order(self, order: OrderState) -> None:
        """Start to look where fills are missing; most come by themselves within the first delay."""
        if not lacks_fills(order) or order.client_order_id in self._lacking:
            return
        self._lacking[order.client_order_id] = None
        self._delay = 0
        if not self._is_searching:
            self._is_searching = True
            self._spawner.spawn("missing fills", self._search())

    async def _search(self) -> None:
        try:
            while self._lacking:
                await self._clock.sleep_ms(self._next_delay_ms())
                if orders := self._still_lacking():
                    await self._fetch(min(one.intended_at_ms for one in orders))
                    self._still_lacking()
        finally:
            self._is_searching = False

    def _next_delay_ms(self) -> int:
        """Return the next pause; an order that comes to lack fills meanwhile begins anew."""
        number, self._delay = self._delay, self._delay + 1
        return _FIRST_DELAYS_MS[number] if number < len(_FIRST_DELAYS_MS) else _LATER_DELAY_MS

    def _still_lacking(self) -> list[OrderState]:
        orders = [order for name in self._lacking if (order := self._ledger.order(name)) is not None]
        lacking = [one for one in orders if lacks_fills(one)]
        self._lacking = dict.fromkeys(one.client_order_id for one in lacking)
        return lacking

    async def _fetch(self, since_ms: int) -> None:
        try:
            fills = await self._reader.fills(since_ms - _LOOK_BACK_MS)
        except ReadFailed:
            return
        for fill in fills:
            self._take_fill(fill)


def lacks_fills(order: OrderState) -> bool:
    """Tell whether the venue said that an order filled further than what is booked of it."""
    return order.told_filled_base > order.filled_base or (order.status.is_terminal and not order.is_over)
