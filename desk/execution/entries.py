"""Journal entries about orders and flows, each with its direct causes."""

from decimal import Decimal

from desk.contracts.execution import ExecutionDirective
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.market import ZERO, Instrument
from desk.contracts.orders import AmendRequest, OrderOutcome, OrderRequest, VenueOrder
from desk.contracts.orderstate import OrderState
from desk.contracts.records import (
    CancelIntended,
    EntryKind,
    ExitTargeted,
    JournalEntry,
    OrderAnswered,
    OrderIntended,
    OrderSent,
)
from desk.contracts.sides import OrderSide


def order_intended(
    request: OrderRequest,
    trade_id: TradeId,
    flow_id: DirectiveId,
    strategy_id: str,
    reservation: tuple[str, Decimal],
    time_ms: int,
) -> JournalEntry:
    """State that an order will be sent."""
    record = OrderIntended(request, trade_id, flow_id, strategy_id, *reservation)
    return JournalEntry(
        EntryKind.ORDER_INTENDED,
        request.client_order_id,
        time_ms,
        record,
        flow_id=flow_id,
        causes=(request.execution_directive_id,),
        trade_id=trade_id,
        symbol=request.symbol,
    )


def order_sent(order: OrderState, time_ms: int) -> JournalEntry:
    """State that bytes may leave."""
    return _about(order, EntryKind.ORDER_SENT, OrderSent(order.client_order_id), time_ms)


def order_answered(order: OrderState, outcome: OrderOutcome, time_ms: int) -> JournalEntry:
    """State how a create ended."""
    venue_id = outcome.order.venue_order_id if outcome.order else None
    reason = f"{outcome.code}: {outcome.reason}" if outcome.code else outcome.reason
    record = OrderAnswered(order.client_order_id, outcome.kind, venue_id, reason)
    return _about(order, EntryKind.ORDER_ANSWERED, record, time_ms)


def order_observed(order: OrderState, seen: VenueOrder, time_ms: int) -> JournalEntry:
    """State what the venue shows of an order."""
    return _about(order, EntryKind.ORDER_OBSERVED, seen, time_ms)


def cancel_intended(
    order: OrderState, reason: str, time_ms: int, causes: tuple[str, ...] = ()
) -> JournalEntry:
    """State that a cancel will be sent, and by which directive where one asked for it."""
    record = CancelIntended(order.client_order_id, reason)
    return _about(order, EntryKind.CANCEL_INTENDED, record, time_ms, causes)


def foreign_cancel_intended(
    seen: VenueOrder, reason: str, time_ms: int, causes: tuple[str, ...]
) -> JournalEntry:
    """State that a cancel of another hand's order will be sent."""
    return JournalEntry(
        EntryKind.CANCEL_INTENDED,
        seen.client_order_id,
        time_ms,
        CancelIntended(seen.client_order_id, reason),
        causes=causes,
        symbol=seen.symbol,
    )


def amend_intended(order: OrderState, request: AmendRequest, time_ms: int) -> JournalEntry:
    """State that an amend will be sent, caused by the directive that asked for it."""
    return JournalEntry(
        EntryKind.AMEND_INTENDED,
        order.client_order_id,
        time_ms,
        request,
        flow_id=order.directive_id,
        causes=(request.execution_directive_id,),
        trade_id=order.trade_id,
        symbol=order.request.symbol,
    )


def exit_targeted(directive: ExecutionDirective, targeted: ExitTargeted, time_ms: int) -> JournalEntry:
    """State where a directive wants a trade's stop and target."""
    return JournalEntry(
        EntryKind.EXIT_TARGETED,
        targeted.trade_id,
        time_ms,
        targeted,
        flow_id=directive.flow_id,
        causes=(directive.execution_directive_id,),
        trade_id=targeted.trade_id,
    )


def reservation_of(
    request: OrderRequest, instrument: Instrument, price: Decimal, slippage: Decimal
) -> tuple[str, Decimal]:
    """Return the currency and amount an order holds back.

    A spot purchase holds quote with fee and slippage, a spot sale base, a perpetual its margin.
    Orders that only reduce a perpetual, and protective ones, hold nothing back.
    """
    if instrument.is_spot and request.side is OrderSide.SELL:
        return instrument.base, ZERO if request.leg.is_protective else request.size_base
    if not request.leg.adds_risk:
        return instrument.quote, ZERO
    notional = request.size_base * price * (1 + slippage)
    fee = notional * instrument.taker_fee
    margin = notional if instrument.is_spot else notional / instrument.max_leverage
    return instrument.quote, margin + fee


def _about(
    order: OrderState,
    kind: EntryKind,
    record: OrderSent | OrderAnswered | VenueOrder | CancelIntended,
    time_ms: int,
    causes: tuple[str, ...] = (),
) -> JournalEntry:
    return JournalEntry(
        kind,
        order.client_order_id,
        time_ms,
        record,
        flow_id=order.directive_id,
        causes=causes,
        trade_id=order.trade_id,
        symbol=order.request.symbol,
    )
