"""The only way to the connector: approved by the gate, durable first, outcome never guessed."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.market import ZERO
from desk.contracts.orders import (
    AmendRequest,
    OrderOutcome,
    OrderRequest,
    OrderStatus,
    OutcomeKind,
    VenueOrder,
)
from desk.contracts.orderstate import OrderState
from desk.contracts.parents import ParentState
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.ports.view import DeskView
from desk.contracts.problems import ReadFailed, StoreFailed, StoreSpooled
from desk.contracts.records import JournalEntry, TradeIntended
from desk.contracts.states import AlarmSeverity
from desk.execution import entries
from desk.execution.alarms import Alarms
from desk.execution.client_ids import client_order_id
from desk.execution.gate import PreTradeGate, Refused
from desk.execution.reading import VenueReader
from desk.execution.settings import ExecutionSettings

_SLOW_TOLD_EVERY_MS = 60_000
WATCHING = "orchestration.plan_execution.enabled is false: this desk only watches"


class OrderSender:
    """Send, amend and cancel orders."""

    def __init__(  # noqa: PLR0913 - the boundary meets every port
        self,
        *,
        settings: ExecutionSettings,
        connector: IAPIConnector,
        reader: VenueReader,
        recorder: Recorder,
        ledger: LedgerView,
        view: DeskView,
        clock: Clock,
        gate: PreTradeGate,
        bus: EventBus,
        alarms: Alarms,
    ) -> None:
        self._settings = settings
        self._connector = connector
        self._reader = reader
        self._recorder = recorder
        self._ledger = ledger
        self._view = view
        self._clock = clock
        self._gate = gate
        self._bus = bus
        self._alarms = alarms
        self.latency_ms: int | None = None
        self._slow_told_ms: dict[str, int] = {}

    async def place(
        self,
        draft: OrderRequest,
        trade_id: TradeId,
        flow_id: DirectiveId,
        strategy_id: str,
        first: tuple[JournalEntry, ...] = (),
    ) -> OrderOutcome:
        """Place `draft`, its id filled in here; `first` becomes durable in the same transaction.

        A create that provably did not leave is tried again under a new id, as often as the retry policy
        says; any other outcome is final or UNKNOWN.
        """
        outcome = await self._attempt(draft, trade_id, flow_id, strategy_id, first)
        retries = 0
        while outcome.kind is OutcomeKind.NOT_SENT and outcome.code == _TRANSPORT and retries < self._retries:
            retries += 1
            await self._clock.sleep_ms(self._settings.retry.delay_ms(retries))
            outcome = await self._attempt(draft, trade_id, flow_id, strategy_id, ())
        return outcome

    def orders_in_minute(self) -> int:
        """Count the orders of the last minute that the gate's rate counts."""
        return self._gate.orders_in_minute()

    @property
    def _retries(self) -> int:
        return self._settings.retry.max_retries

    async def _attempt(
        self,
        draft: OrderRequest,
        trade_id: TradeId,
        flow_id: DirectiveId,
        strategy_id: str,
        first: tuple[JournalEntry, ...],
    ) -> OrderOutcome:
        if not self._settings.enabled:
            return OrderOutcome(OutcomeKind.NOT_SENT, code="orchestrator", reason=WATCHING)
        unable = self._unable(draft)
        if unable is not None:
            return OrderOutcome(OutcomeKind.NOT_SENT, code=unable.check, reason=unable.reason)
        request = self._numbered(draft, trade_id)
        verdict = self._gate.check(request, trade_id, strategy_id, _trade_in(first))
        if isinstance(verdict, Refused):
            return OrderOutcome(OutcomeKind.NOT_SENT, code=verdict.check, reason=verdict.reason)
        intended = entries.order_intended(
            request, trade_id, flow_id, strategy_id, self._reservation(request), self._clock.now_ms()
        )
        parent = self._parent_of(request, trade_id)
        if parent is not None:
            intended = replace(intended, causes=(parent.parent_id,))
        outcome = await self._intended_and_sent(request, trade_id, (*first, intended))
        self._note(request.client_order_id, outcome)
        if outcome.kind is OutcomeKind.NOT_SENT:
            self._gate.withdraw(request.client_order_id)
        return outcome

    def _parent_of(self, request: OrderRequest, trade_id: TradeId) -> ParentState | None:
        if not request.leg.adds_risk:
            return None
        return self._ledger.parent_of(request.execution_directive_id, trade_id)

    async def _intended_and_sent(
        self, request: OrderRequest, trade_id: TradeId, written: tuple[JournalEntry, ...]
    ) -> OrderOutcome:
        """Send what is durable; where only the spool keeps the intent, nothing that adds risk leaves."""
        try:
            await self._recorder.record(*written)
        except StoreSpooled as failure:
            if request.leg.adds_risk:
                return _not_sent("journal", f"the journal cannot be written: {failure}")
        except StoreFailed as failure:
            return _not_sent("journal", f"the intent is not durable: {failure}")
        if request.leg.adds_risk and self._view.state().strictness > 0:
            return _not_sent("state", f"the desk became {self._view.state()} before the send")
        parent = self._parent_of(request, trade_id)
        if parent is not None and parent.stopped is not None:
            return _not_sent("parent order", f"its parent order was stopped: {parent.stopped.reason}")
        order = self._known(request.client_order_id)
        if order.status is not OrderStatus.INTENDED:
            return _not_sent("resolved", f"the order is {order.status} before it could be sent")
        self._recorder.record(entries.order_sent(order, self._clock.now_ms()))
        outcome = await self._bounded(self._connector.place_order(request), f"{request.leg} order")
        if outcome.kind is OutcomeKind.UNKNOWN:
            text = f"{request.leg} order {request.client_order_id} {request.symbol}: outcome UNKNOWN"
            self._warn(f"{text}, the venue is being asked: {outcome.reason}", request.client_order_id)
        is_unsent = outcome.kind is OutcomeKind.NOT_SENT
        return replace(outcome, code=_TRANSPORT) if is_unsent else outcome

    def _numbered(self, draft: OrderRequest, trade_id: TradeId) -> OrderRequest:
        attempt = self._ledger.attempts(trade_id, draft.leg) + 1
        order_id = client_order_id(
            self._settings.desk_id, draft.execution_directive_id, trade_id, draft.leg, attempt
        )
        return replace(draft, client_order_id=order_id, attempt=attempt)

    def _reservation(self, request: OrderRequest) -> tuple[str, Decimal]:
        instrument = self._view.instrument(request.symbol)
        quote = self._view.quote(request.symbol)
        if instrument is None:
            return "", ZERO
        price = request.limit_price or (quote.touch(request.side) if quote else ZERO)
        return entries.reservation_of(request, instrument, price, self._settings.risk.price_collar)

    def _note(self, order_id: str, outcome: OrderOutcome) -> None:
        order = self._known(order_id)
        now_ms = self._clock.now_ms()
        noted = [entries.order_answered(order, outcome, now_ms)]
        if outcome.order is not None:
            noted.append(entries.order_observed(order, outcome.order, now_ms))
        self._recorder.record(*noted)
        self._bus.publish(events.ORDER_UPDATED, self._known(order_id))

    def _known(self, order_id: str) -> OrderState:
        order = self._ledger.order(order_id)
        if order is None:
            message = f"order {order_id} was recorded and is not in the ledger"
            raise KeyError(message)
        return order

    def appraise(
        self,
        draft: OrderRequest,
        trade_id: TradeId,
        strategy_id: str,
        instead_of: str | None = None,
        first: tuple[JournalEntry, ...] = (),
    ) -> Refused | None:
        """Return what the gate would refuse `draft` for at this moment; leaves nothing behind."""
        if not self._settings.enabled:
            return Refused("orchestrator", WATCHING)
        return self._unable(draft) or self._gate.appraise(
            draft, trade_id, strategy_id, instead_of, _trade_in(first)
        )

    def _unable(self, draft: OrderRequest) -> Refused | None:
        """Refuse new risk by an order of a type that the venue does not take."""
        if not draft.leg.adds_risk or draft.order_type in self._connector.capabilities.order_types:
            return None
        name, taken = self._connector.name, sorted(self._connector.capabilities.order_types)
        return Refused(
            "capability", f"{name} takes no {draft.order_type} orders here, but {', '.join(taken)}"
        )

    async def amend(self, order: OrderState, request: AmendRequest) -> OrderOutcome:
        """Change a resting order in place; UNKNOWN stays so until `look` shows what the venue did.

        What provably did not leave is tried again, as the retry policy says; what may add risk passes the
        gate.
        """
        if not self._settings.enabled:
            return OrderOutcome(OutcomeKind.NOT_SENT, code="orchestrator", reason=WATCHING)
        refused = self.appraise(
            amended(order, request), order.trade_id, order.strategy_id, instead_of=order.client_order_id
        )
        if order.request.leg.adds_risk and refused is not None:
            return OrderOutcome(OutcomeKind.NOT_SENT, code=refused.check, reason=refused.reason)
        with suppress(StoreSpooled):
            await self._recorder.record(entries.amend_intended(order, request, self._clock.now_ms()))
        what = f"{order.request.leg} amend"
        outcome = await self._bounded(self._connector.amend_order(request), what)
        for retry in range(1, self._retries + 1):
            if outcome.kind is not OutcomeKind.NOT_SENT:
                break
            await self._clock.sleep_ms(self._settings.retry.delay_ms(retry))
            outcome = await self._bounded(self._connector.amend_order(request), what)
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
        outcome = await self._bounded(self._connector.cancel_order(symbol, order_id), what)
        for retry in range(1, self._retries + 1):
            if outcome.kind in {OutcomeKind.ACCEPTED, OutcomeKind.NOT_ACCEPTED}:
                break
            await self._clock.sleep_ms(self._settings.retry.delay_ms(retry))
            outcome = await self._bounded(self._connector.cancel_order(symbol, order_id), what)
        self._observe(order, outcome)
        return outcome

    async def cancel_foreign(self, seen: VenueOrder, reason: str, *causes: str) -> OrderOutcome:
        """Cancel, once, an order of the account that the desk did not make."""
        entry = entries.foreign_cancel_intended(seen, reason, self._clock.now_ms(), causes)
        self._recorder.record(entry)
        call = self._connector.cancel_order(seen.symbol, seen.client_order_id)
        return await self._bounded(call, "foreign cancel")

    def _observe(self, order: OrderState, outcome: OrderOutcome) -> None:
        if outcome.order is None:
            return
        self._recorder.record(entries.order_observed(order, outcome.order, self._clock.now_ms()))
        self._bus.publish(events.ORDER_UPDATED, self._known(order.client_order_id))

    async def _bounded(self, call: Awaitable[OrderOutcome], what: str) -> OrderOutcome:
        """Wait for the venue at most the configured time; after that nothing is known."""
        began_ms = self._clock.monotonic_ms()
        try:
            async with asyncio.timeout(self._settings.timeout_ms / 1000):
                outcome = await call
        except TimeoutError:
            waited = self._settings.timeout_ms
            outcome = OrderOutcome(OutcomeKind.UNKNOWN, reason=f"no answer within {waited} ms")
        except Exception as fault:  # noqa: BLE001 - whatever broke, the order may be at the venue
            outcome = OrderOutcome(OutcomeKind.UNKNOWN, reason=f"{type(fault).__name__}: {fault}")
        self.latency_ms = self._clock.monotonic_ms() - began_ms
        if self.latency_ms > self._settings.slow_execution_ms:
            self._tell_slow(self.latency_ms, what)
        return outcome

    def _tell_slow(self, took_ms: int, what: str) -> None:
        """Tell of each kind once a minute: when everything is left at once, everything waits for its turn."""
        now_ms = self._clock.monotonic_ms()
        told_ms = self._slow_told_ms.get(what)
        if told_ms is None or now_ms - told_ms >= _SLOW_TOLD_EVERY_MS:
            self._slow_told_ms[what] = now_ms
            self._warn(f"slow execution: the venue took {took_ms} ms for a {what}")

    def _warn(self, text: str, *causes: str) -> None:
        self._alarms.raise_alarm(AlarmSeverity.WARNING, text, *causes)


def amended(order: OrderState, request: AmendRequest) -> OrderRequest:
    """Return an order's request as it would be after an amend."""
    return replace(
        order.request,
        size_base=request.size_base or order.size_base,
        limit_price=request.limit_price or order.limit_price,
        stop_price=request.stop_price or order.stop_price,
    )


def _not_sent(code: str, reason: str) -> OrderOutcome:
    return OrderOutcome(OutcomeKind.NOT_SENT, code=code, reason=reason)


_TRANSPORT = "transport"


def _trade_in(first: tuple[JournalEntry, ...]) -> TradeIntended | None:
    """Return the intent of the trade that becomes durable with its order."""
    return next((one.record for one in first if isinstance(one.record, TradeIntended)), None)
