"""The only way a new order reaches the connector: approved by the gate, durable first, never guessed."""

from dataclasses import replace
from decimal import Decimal

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.market import ZERO
from desk.contracts.orders import (
    OrderOutcome,
    OrderRequest,
    OrderStatus,
    OutcomeKind,
)
from desk.contracts.orderstate import OrderState
from desk.contracts.parents import ParentState
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.ports.view import DeskView
from desk.contracts.problems import StoreFailed, StoreSpooled
from desk.contracts.records import JournalEntry, TradeIntended
from desk.contracts.states import AlarmSeverity
from desk.execution import entries
from desk.execution.alarm_subjects import About, Subject
from desk.execution.alarms import Alarms
from desk.execution.client_ids import client_order_id
from desk.execution.gate import PreTradeGate
from desk.execution.settings import ExecutionSettings
from desk.execution.venue_calls import VenueCalls
from desk.execution.verdicts import Refused

WATCHING = "orchestration.plan_execution.enabled is false: this desk only watches"


class OrderSender:
    """Create orders."""

    def __init__(  # noqa: PLR0913 - the boundary meets every port
        self,
        *,
        settings: ExecutionSettings,
        connector: IAPIConnector,
        calls: VenueCalls,
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
        self._calls = calls
        self._recorder = recorder
        self._ledger = ledger
        self._view = view
        self._clock = clock
        self._gate = gate
        self._bus = bus
        self._alarms = alarms

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

    @property
    def latency_ms(self) -> int | None:
        """How long the venue took for the newest call that sent, changed or cancelled an order."""
        return self._calls.latency_ms

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
        order = self.known(request.client_order_id)
        if order.status is not OrderStatus.INTENDED:
            return _not_sent("resolved", f"the order is {order.status} before it could be sent")
        self._recorder.record(entries.order_sent(order, self._clock.now_ms()))
        outcome = await self._calls.answer(self._connector.place_order(request), f"{request.leg} order")
        if outcome.kind is OutcomeKind.UNKNOWN:
            self._warn_of_unknown(request, trade_id, outcome.reason)
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
        order = self.known(order_id)
        now_ms = self._clock.now_ms()
        noted = [entries.order_answered(order, outcome, now_ms)]
        if outcome.order is not None:
            noted.append(entries.order_observed(order, outcome.order, now_ms))
        self._recorder.record(*noted)
        self._bus.publish(events.ORDER_UPDATED, self.known(order_id))

    def known(self, order_id: str) -> OrderState:
        """Return an order that was recorded; raises KeyError where the ledger does not have it."""
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

    def _warn_of_unknown(self, request: OrderRequest, trade_id: TradeId, reason: str) -> None:
        order_id = request.client_order_id
        what = f"{request.leg} order {order_id} {request.symbol}: outcome UNKNOWN"
        self._alarms.raise_alarm(
            AlarmSeverity.WARNING,
            f"{what}, the venue is being asked: {reason}",
            order_id,
            symbol=request.symbol,
            trade_id=trade_id,
            about=About(Subject.OUTCOME, order_id),
        )


def _not_sent(code: str, reason: str) -> OrderOutcome:
    return OrderOutcome(OutcomeKind.NOT_SENT, code=code, reason=reason)


_TRANSPORT = "transport"


def _trade_in(first: tuple[JournalEntry, ...]) -> TradeIntended | None:
    """Return the intent of the trade that becomes durable with its order."""
    return next((one.record for one in first if isinstance(one.record, TradeIntended)), None)
