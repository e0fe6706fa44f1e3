"""Reads that complete what an account's streams told."""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from connectors.ccxt.streams.exchange import AccountReads
from connectors.ccxt.streams.pauses import Pauses
from connectors.ccxt.streams.settings import StreamSettings
from connectors.ccxt.streams.teller import AccountTeller
from desk.contracts.orders import VenueEvent, VenueFill
from desk.contracts.ports.time import Clock, Rng
from desk.contracts.problems import ReadFailed

_MOST_LOOK_UPS: Final = 50
"""Orders looked up in one go; what is left still rests by what was told, and has its turn at the next."""


class AccountCatchUp:
    """Read fills since the last success minus an overlap, then the resting orders, when it is due.

    A read that fails proves nothing: it is tried again, after pauses, until it succeeds.
    """

    def __init__(
        self, reads: AccountReads, teller: AccountTeller, clock: Clock, rng: Rng, settings: StreamSettings
    ) -> None:
        self._reads = reads
        self._teller = teller
        self._clock = clock
        self._settings = settings
        self._pauses = Pauses(rng, settings.first_pause_ms, settings.longest_pause_ms)
        self._since_ms = clock.now_ms() - settings.overlap_ms
        self._due_ms: list[int] = []

    def want(self, in_ms: int = 0) -> None:
        """Ask for a read, now or in a while."""
        self._due_ms.append(self._clock.monotonic_ms() + in_ms)

    def is_due(self) -> bool:
        """Tell whether a read is to be made now."""
        now_ms = self._clock.monotonic_ms()
        return any(due_ms <= now_ms for due_ms in self._due_ms)

    async def run(self) -> Sequence[VenueEvent]:
        """Read, tell, and return what nobody had told before; nothing where the venue did not answer."""
        begun_ms, now_ms = self._clock.monotonic_ms(), self._clock.now_ms()
        self._due_ms = [due_ms for due_ms in self._due_ms if due_ms > begun_ms]
        found: list[VenueEvent] = []
        try:
            await self._read(found)
        except ReadFailed:
            self.want(in_ms=self._pauses.next_ms())
            return found
        self._pauses.reset()
        self._since_ms = now_ms - self._settings.overlap_ms
        self._teller.fills.forget_before(self._since_ms)
        return found

    async def _read(self, found: list[VenueEvent]) -> None:
        orders = self._teller.orders
        doubted = {order.venue_order_id: order for order in orders.working()}
        unseen: dict[str, VenueFill] = {}
        for fill in await self._reads.fetch_fills(self._since_ms):
            if self._tell(fill, found) and not orders.is_ended(fill.venue_order_id):
                unseen[fill.venue_order_id] = fill
        for order in await self._reads.fetch_open_orders():
            self._tell(order, found)
            doubted.pop(order.venue_order_id, None)
            unseen.pop(order.venue_order_id, None)
        ended = {name: order for name, order in doubted.items() if not orders.is_ended(name)}
        for name, one in islice((unseen | ended).items(), _MOST_LOOK_UPS):
            orders.defer(name)
            await self._look_up(one.symbol, one.client_order_id or f"#{name}", found)

    async def _look_up(self, symbol: str, client_order_id: str, found: list[VenueEvent]) -> None:
        """Find out what became of an order that filled unseen, or that rests no more."""
        seen = await self._reads.fetch_order(symbol, client_order_id)
        if seen is not None:
            self._tell(seen, found)

    def _tell(self, event: VenueEvent, found: list[VenueEvent]) -> bool:
        is_news = self._teller.tell(event)
        if is_news:
            found.append(event)
        return is_news
