"""Clear an UNKNOWN order by evidence from the venue, never by a timer."""

from collections.abc import Callable

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.orders import OrderOutcome, OrderStatus, OutcomeKind, VenueOrder
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.problems import ReadFailed
from desk.execution import entries
from desk.execution.reading import VenueReader

_FIRST_DELAYS_MS = (500, 1000, 2000, 4000)
_LATER_DELAY_MS = 5000
_NEGATIVE_READS_FOR_PROOF = 3
_BETWEEN_NEGATIVE_READS_MS = 500
_UNRESOLVED = frozenset({OrderStatus.UNKNOWN, OrderStatus.INTENDED, OrderStatus.SENT})
_LOOKS_FOR_A_LOST_ORDER = 10
_ASKED_IN_VAIN_MS = 60_000
"""How long a venue that can prove no absence is asked, before the operator is."""

OnUnprovable = Callable[[OrderState], None]
"""Tell that nobody but the operator can say what became of an order."""


class OutcomeResolver:
    """Ask the venue about orders whose outcome is not known, until it says."""

    def __init__(
        self,
        *,
        reader: VenueReader,
        ledger: LedgerView,
        recorder: Recorder,
        clock: Clock,
        spawner: Spawner,
        bus: EventBus,
        on_unprovable: OnUnprovable,
    ) -> None:
        self._reader = reader
        self._ledger = ledger
        self._recorder = recorder
        self._clock = clock
        self._spawner = spawner
        self._bus = bus
        self._on_unprovable = on_unprovable
        self._running: set[str] = set()
        self._asked_the_operator: set[str] = set()
        self._asked_since: dict[str, tuple[OrderStatus, int]] = {}

    def attach(self) -> None:
        """Start resolving whenever an order becomes UNKNOWN."""
        self._bus.subscribe(events.ORDER_UPDATED, self.on_order, subscriber="platform.resolver")

    def on_order(self, order: OrderState) -> None:
        """Look after an order whose outcome is not known."""
        if order.status is OrderStatus.UNKNOWN:
            self.begin(order)
        elif order.status not in _UNRESOLVED:
            self._asked_since.pop(order.client_order_id, None)
            self._asked_the_operator.discard(order.client_order_id)

    def begin(self, order: OrderState) -> None:
        """Start resolving `order` in the background, unless it is being resolved already."""
        if order.client_order_id in self._running:
            return
        self._running.add(order.client_order_id)
        self._spawner.spawn(f"resolve {order.client_order_id}", self._until_known(order.client_order_id))

    def begin_search(self, order: OrderState) -> None:
        """Look, in the background, for an order that rested and that the venue does not show any more."""
        if order.client_order_id in self._running:
            return
        self._running.add(order.client_order_id)
        self._spawner.spawn(f"find {order.client_order_id}", self._until_found(order.client_order_id))

    async def _until_found(self, order_id: str) -> None:
        """Call an order lost that ten look-ups in a row, and the list of open orders, do not know."""
        negatives = 0
        try:
            while (order := self._ledger.order(order_id)) is not None and order.status.is_working:
                looked = await self._is_shown(order)
                if looked:
                    return
                negatives += looked is False
                if negatives >= _LOOKS_FOR_A_LOST_ORDER:
                    self._observe(order, OrderStatus.CANCELED, "the venue does not know it any more")
                    return
                await self._clock.sleep_ms(_BETWEEN_NEGATIVE_READS_MS)
        finally:
            self._running.discard(order_id)

    async def _is_shown(self, order: OrderState) -> bool | None:
        """Tell whether the venue knows an order, and take its word on it; None where a read failed."""
        try:
            seen = await self._reader.order(order.request.symbol, order.client_order_id)
            if seen is None:
                resting = await self._reader.open_orders()
                seen = next((one for one in resting if one.client_order_id == order.client_order_id), None)
        except ReadFailed:
            return None
        if seen is None:
            return False
        self._recorder.record(entries.order_observed(order, seen, self._clock.now_ms()))
        self._publish(order.client_order_id)
        return True

    def _observe(self, order: OrderState, status: OrderStatus, reason: str) -> None:
        """Write down what follows from the venue's silence about an order."""
        request, now_ms = order.request, self._clock.now_ms()
        seen = VenueOrder(
            client_order_id=order.client_order_id,
            venue_order_id=order.venue_order_id or "",
            symbol=request.symbol,
            side=request.side,
            order_type=request.order_type,
            status=status,
            size_base=order.size_base,
            filled_base=order.filled_base,
            updated_at_ms=now_ms,
            limit_price=order.limit_price,
            stop_price=order.stop_price,
            reduce_only=request.reduce_only,
            reason=reason,
        )
        self._recorder.record(entries.order_observed(order, seen, now_ms))
        self._publish(order.client_order_id)

    async def _until_known(self, order_id: str) -> None:
        negatives = 0
        delays = iter(_FIRST_DELAYS_MS)
        try:
            while self._is_unknown(order_id):
                earlier, negatives = negatives, await self.ask(order_id, negatives)
                if not self._is_unknown(order_id):
                    return
                if negatives > earlier:
                    pause_ms = _BETWEEN_NEGATIVE_READS_MS
                else:
                    pause_ms = min(next(delays, _LATER_DELAY_MS), self._until_too_late_ms(order_id))
                await self._clock.sleep_ms(pause_ms)
        finally:
            self._running.discard(order_id)

    async def ask(self, order_id: str, negatives: int = 0) -> int:
        """Look the order up once; return how many look-ups in a row did not find it after it was too late."""
        order = self._ledger.order(order_id)
        if order is None:
            return negatives
        try:
            seen = await self._reader.order(order.request.symbol, order_id)
        except ReadFailed:
            return negatives
        if seen is not None:
            self._settle(order, OrderOutcome(OutcomeKind.ACCEPTED, seen, reason="found at the venue"))
            return 0
        if not self._is_too_late(order):
            self._ask_the_operator(order)
            return 0
        negatives += 1
        if negatives >= _NEGATIVE_READS_FOR_PROOF:
            reason = f"{negatives} look-ups after the venue's request window did not find it"
            self._settle(order, OrderOutcome(OutcomeKind.NOT_ACCEPTED, code="absent", reason=reason))
        return negatives

    def _is_unknown(self, order_id: str) -> bool:
        order = self._ledger.order(order_id)
        return order is not None and order.status in _UNRESOLVED

    def _is_too_late(self, order: OrderState) -> bool:
        """Tell whether the venue would not take the order any more, had it not taken it by now.

        Counted from the first question after its last step, by the clock that never jumps: an order that is
        sent, or given up, after it was asked for begins anew.
        """
        window_ms = self._reader.absence_proof_ms
        now_ms = self._clock.monotonic_ms()
        status, since_ms = self._asked_since.get(order.client_order_id, (order.status, now_ms))
        if status is not order.status:
            since_ms = now_ms
        self._asked_since[order.client_order_id] = (order.status, since_ms)
        return window_ms is not None and now_ms - since_ms >= window_ms

    def _until_too_late_ms(self, order_id: str) -> int:
        """Return how long the request window is still open: a trade may be naked until its end."""
        window_ms = self._reader.absence_proof_ms
        asked = self._asked_since.get(order_id)
        if window_ms is None or asked is None:
            return _LATER_DELAY_MS
        left_ms = asked[1] + window_ms - self._clock.monotonic_ms()
        return left_ms if left_ms > 0 else _LATER_DELAY_MS

    def _settle(self, order: OrderState, outcome: OrderOutcome) -> None:
        now_ms = self._clock.now_ms()
        noted = [entries.order_answered(order, outcome, now_ms)]
        if outcome.order is not None:
            noted.append(entries.order_observed(order, outcome.order, now_ms))
        self._recorder.record(*noted)
        self._publish(order.client_order_id)

    def _publish(self, order_id: str) -> None:
        settled = self._ledger.order(order_id)
        if settled is not None:
            self._bus.publish(events.ORDER_UPDATED, settled)

    def _ask_the_operator(self, order: OrderState) -> None:
        """Give up asking a venue whose silence proves nothing; what could sell coins twice stays unknown."""
        order_id = order.client_order_id
        waited_ms = self._clock.monotonic_ms() - self._asked_since[order_id][1]
        is_provable = self._reader.absence_proof_ms is not None
        if is_provable or waited_ms < _ASKED_IN_VAIN_MS or order_id in self._asked_the_operator:
            return
        self._asked_the_operator.add(order_id)
        self._on_unprovable(order)
        if order.request.leg.adds_risk or order.request.reduce_only:
            reason = "the venue cannot prove that it never was: the operator is asked"
            self._observe(order, OrderStatus.QUARANTINED, reason)
