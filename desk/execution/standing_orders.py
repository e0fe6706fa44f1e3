"""What is done to orders that the venue has: change them, look at them, cancel them."""

from contextlib import suppress
from dataclasses import replace

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.orders import AmendRequest, OrderOutcome, OrderRequest, OutcomeKind, VenueOrder
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.store import Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.problems import ReadFailed, StoreSpooled
from desk.execution import entries
from desk.execution.reading import VenueReader
from desk.execution.sending import WATCHING, OrderSender
from desk.execution.settings import ExecutionSettings
from desk.execution.venue_calls import VenueCalls


class StandingOrders:
    """Amend, look up and cancel orders."""

    def __init__(
        self,
        *,
        settings: ExecutionSettings,
        connector: IAPIConnector,
        calls: VenueCalls,
        reader: VenueReader,
        sender: OrderSender,
        recorder: Recorder,
        clock: Clock,
        bus: EventBus,
    ) -> None:
        self._settings = settings
        self._connector = connector
        self._calls = calls
        self._reader = reader
        self._sender = sender
        self._recorder = recorder
        self._clock = clock
        self._bus = bus

    async def amend(self, order: OrderState, request: AmendRequest) -> OrderOutcome:
        """Change a resting order in place; UNKNOWN stays so until `look` shows what the venue did.

        What provably did not leave is tried again, as the retry policy says; what may add risk passes the
        gate.
        """
        if not self._settings.enabled:
            return OrderOutcome(OutcomeKind.NOT_SENT, code="orchestrator", reason=WATCHING)
        refused = self._sender.appraise(
            amended(order, request), order.trade_id, order.strategy_id, instead_of=order.client_order_id
        )
        if order.request.leg.adds_risk and refused is not None:
            return OrderOutcome(OutcomeKind.NOT_SENT, code=refused.check, reason=refused.reason)
        with suppress(StoreSpooled):
            await self._recorder.record(entries.amend_intended(order, request, self._clock.now_ms()))
        what = f"{order.request.leg} amend"
        outcome = await self._calls.answer(self._connector.amend_order(request), what)
        for retry in range(1, self._settings.retry.max_retries + 1):
            if outcome.kind is not OutcomeKind.NOT_SENT:
                break
            await self._clock.sleep_ms(self._settings.retry.delay_ms(retry))
            outcome = await self._calls.answer(self._connector.amend_order(request), what)
        self._observe(order, outcome)
        return outcome

    async def look(self, order: OrderState) -> bool:
        """Read how an order stands at the venue; False where the read failed, and nothing changed."""
        try:
            seen = await self._reader.order(order.request.symbol, order.client_order_id)
        except ReadFailed:
            return False
        self._observe(order, OrderOutcome(OutcomeKind.ACCEPTED, seen))
        return True

    async def cancel(self, order: OrderState, reason: str, *causes: str) -> OrderOutcome:
        """Cancel an order; tried again while the venue's word is missing, as the retry policy says."""
        if not self._settings.enabled:
            return OrderOutcome(OutcomeKind.NOT_SENT, code="orchestrator", reason=WATCHING)
        self._recorder.record(entries.cancel_intended(order, reason, self._clock.now_ms(), causes))
        symbol, order_id = order.request.symbol, order.client_order_id
        what = f"{order.request.leg} cancel"
        outcome = await self._calls.answer(self._connector.cancel_order(symbol, order_id), what)
        for retry in range(1, self._settings.retry.max_retries + 1):
            if outcome.kind in {OutcomeKind.ACCEPTED, OutcomeKind.NOT_ACCEPTED}:
                break
            await self._clock.sleep_ms(self._settings.retry.delay_ms(retry))
            outcome = await self._calls.answer(self._connector.cancel_order(symbol, order_id), what)
        self._observe(order, outcome)
        return outcome

    async def cancel_foreign(self, seen: VenueOrder, reason: str, *causes: str) -> OrderOutcome:
        """Cancel, once, an order of the account that the desk did not make."""
        entry = entries.foreign_cancel_intended(seen, reason, self._clock.now_ms(), causes)
        self._recorder.record(entry)
        call = self._connector.cancel_order(seen.symbol, seen.client_order_id)
        return await self._calls.answer(call, "foreign cancel")

    def _observe(self, order: OrderState, outcome: OrderOutcome) -> None:
        if outcome.order is None:
            return
        self._recorder.record(entries.order_observed(order, outcome.order, self._clock.now_ms()))
        self._bus.publish(events.ORDER_UPDATED, self._sender.known(order.client_order_id))


def amended(order: OrderState, request: AmendRequest) -> OrderRequest:
    """Return an order's request as it would be after an amend."""
    return replace(
        order.request,
        size_base=request.size_base or order.size_base,
        limit_price=request.limit_price or order.limit_price,
        stop_price=request.stop_price or order.stop_price,
    )
