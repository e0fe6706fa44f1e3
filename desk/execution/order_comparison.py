"""Orders of ledger and venue, one by one: what only one of them knows is settled by evidence."""

from collections.abc import Awaitable, Callable, Sequence

from desk.contracts.market import ZERO
from desk.contracts.orders import OrderOutcome, OrderStatus, VenueOrder
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.time import Clock
from desk.contracts.sides import OrderSide
from desk.contracts.states import AlarmSeverity
from desk.execution.alarms import Alarms
from desk.execution.reading import VenueReader
from desk.execution.resolver import OutcomeResolver
from desk.execution.venue_events import VenueEventIntake

_SETTLED_MS = 5_000
"""How long an order is over before the venue's showing it still is taken for more than an old picture."""

_UNRESOLVED = frozenset({OrderStatus.INTENDED, OrderStatus.SENT, OrderStatus.UNKNOWN})

CancelForeign = Callable[[VenueOrder, str], Awaitable[OrderOutcome]]


class OrderComparison:
    """Bring the ledger's orders in line with the venue's.

    `own_prefix` begins the names of the desk's orders. One of them that the journal does not know, or knows
    to be over, and that could add to what is held, is cancelled; one that protects something stays.
    """

    def __init__(
        self,
        *,
        reader: VenueReader,
        ledger: LedgerView,
        clock: Clock,
        intake: VenueEventIntake,
        resolver: OutcomeResolver,
        alarms: Alarms,
        cancel: CancelForeign,
        own_prefix: str,
    ) -> None:
        self._reader = reader
        self._ledger = ledger
        self._clock = clock
        self._intake = intake
        self._resolver = resolver
        self._alarms = alarms
        self._cancel = cancel
        self._own_prefix = own_prefix
        self._told: dict[str, None] = {}

    async def compare(self, resting: Sequence[VenueOrder]) -> int:
        """Take in how every live order stands; return how many there are. Raises ReadFailed."""
        shown = {order.client_order_id: order for order in resting}
        live = self._ledger.live_orders()
        for order in live:
            seen = shown.get(order.client_order_id)
            if seen is not None:
                self._intake.take_order(seen)
                continue
            found = await self._reader.order(order.request.symbol, order.client_order_id)
            if found is not None:
                self._intake.take_order(found)
            elif order.status in _UNRESOLVED:
                await self._prove_absence(order.client_order_id)
            elif order.status.is_working:
                self._resolver.begin_search(order)
        return len(live)

    async def settle_strangers(
        self, resting: Sequence[VenueOrder], held: Sequence[str]
    ) -> list[tuple[str, str]]:
        """Cancel what has our name and is not alive in the ledger; return what nobody here can explain.

        It is symbols with words on them. What only protects stays while the venue holds something of it;
        `held` are symbols and currencies.
        """
        unexplained = []
        for seen in resting:
            known = self._ledger.order(seen.client_order_id)
            if known is None and seen.client_order_id.startswith(self._own_prefix):
                unexplained.append((seen.symbol, await self._settle_unknown(seen, held)))
            elif known is not None and self._is_ghost(known):
                await self._settle_ghost(known)
        return unexplained

    async def _settle_unknown(self, seen: VenueOrder, held: Sequence[str]) -> str:
        what = f"{seen.client_order_id} {seen.side} {seen.size_base} {seen.symbol}"
        words = f"order {what} has this desk's name, and its journal does not know it"
        base = seen.symbol if ":" in seen.symbol else seen.symbol.partition("/")[0]
        protects = not _adds_risk(seen) and base in held
        self._tell(seen.client_order_id, f"{words}: {'it is left to protect' if protects else 'cancelled'}")
        if not protects:
            await self._cancel(seen, "the journal does not know it")
        return words

    def _is_ghost(self, order: OrderState) -> bool:
        """Tell whether an order has been over for longer than a venue's reads are old."""
        return order.is_over and self._clock.now_ms() - order.updated_at_ms >= _SETTLED_MS

    async def _settle_ghost(self, order: OrderState) -> None:
        """Cancel an order that is over in the ledger where the venue, asked for it alone, has it still."""
        found = await self._reader.order(order.request.symbol, order.client_order_id)
        if found is None or not found.status.is_working:
            return
        self._tell(
            order.client_order_id,
            f"{order.request.leg} order {order.client_order_id} is {order.status} in the journal and rests at"
            " the venue: cancelled",
        )
        await self._cancel(found, f"it is {order.status} in the journal")

    def _tell(self, order_id: str, text: str) -> None:
        if order_id not in self._told:
            self._told[order_id] = None
            self._alarms.raise_alarm(AlarmSeverity.WARNING, text)

    async def _prove_absence(self, order_id: str) -> None:
        """Ask until absence is proven; where that takes time, the resolver goes on in the background."""
        negatives = 1
        for _ in range(3):
            negatives = await self._resolver.ask(order_id, negatives)
        order = self._ledger.order(order_id)
        if order is not None and not order.status.is_terminal:
            self._resolver.begin(order)


def _adds_risk(order: VenueOrder) -> bool:
    is_spot = ":" not in order.symbol
    is_opening = order.side is OrderSide.BUY if is_spot else not order.reduce_only
    return is_opening and order.size_base - order.filled_base > ZERO
