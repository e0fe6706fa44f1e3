"""One order from everything told about it: what was told counts, not in which order."""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.market import ZERO
from desk.contracts.netting import MONEY, RESOLUTION
from desk.contracts.orders import OrderRequest, OrderStatus, OutcomeKind, VenueFill, VenueOrder
from desk.contracts.orderstate import OrderState
from desk.contracts.records import OrderAnswered, OrderIntended
from desk.ledger.rows import RowCodec

RANK: dict[OrderStatus, int] = {
    status: rank
    for rank, status in enumerate(
        (
            OrderStatus.INTENDED,
            OrderStatus.SENT,
            OrderStatus.UNKNOWN,
            OrderStatus.OPEN,
            OrderStatus.PARTIALLY_FILLED,
            OrderStatus.QUARANTINED,
            OrderStatus.NOT_SENT,
            OrderStatus.REJECTED,
            OrderStatus.EXPIRED,
            OrderStatus.CANCELED,
            OrderStatus.FILLED,
        )
    )
}
"""How far an order is. Of two words about it the one further on holds, whichever came last."""

_ANSWERS = {
    OutcomeKind.NOT_SENT: OrderStatus.NOT_SENT,
    OutcomeKind.NOT_ACCEPTED: OrderStatus.REJECTED,
    OutcomeKind.ACCEPTED: OrderStatus.OPEN,
    OutcomeKind.UNKNOWN: OrderStatus.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """Hold what was told about one order; sizes in base, prices in quote.

    `told_*` is the furthest word on its status; `version_*` orders the venue's words on size and prices, of
    which the newest holds (of two with one time, fill and status: the later told). `ordinal` counts the
    orders of the trade's leg from 1. `reserved` is held back in full before the first fill.
    """

    request: OrderRequest
    trade_id: TradeId
    directive_id: DirectiveId
    strategy_id: str
    ordinal: int
    intended_at_ms: int
    updated_at_ms: int
    reserved_currency: str
    reserved: Decimal
    size_base: Decimal
    limit_price: Decimal | None
    stop_price: Decimal | None
    told_status: OrderStatus = OrderStatus.INTENDED
    told_at_ms: int = 0
    told_reason: str = ""
    version_at_ms: int = -1
    version_filled_base: Decimal = ZERO
    version_status: OrderStatus = OrderStatus.INTENDED
    filled_base: Decimal = ZERO
    value_filled_quote: Decimal = ZERO
    venue_order_id: str | None = None

    @property
    def status(self) -> OrderStatus:
        """The furthest of what was told and what the fills show."""
        if not self.filled_base:
            return self.told_status
        full = self.filled_base >= self.size_base
        shown = OrderStatus.FILLED if full else OrderStatus.PARTIALLY_FILLED
        return max(self.told_status, shown, key=RANK.__getitem__)

    @property
    def has_left(self) -> bool:
        """Whether the venue may have been asked for it."""
        return self.status not in {OrderStatus.INTENDED, OrderStatus.NOT_SENT}

    @property
    def was_accepted(self) -> bool:
        """Whether the venue ever had the order."""
        accepted = {OrderStatus.EXPIRED, OrderStatus.CANCELED, OrderStatus.FILLED}
        return self.status.is_working or self.status in accepted

    def state(self) -> OrderState:
        """Return the order as the desk sees it; `reserved` is what it still holds back."""
        status = self.status
        return OrderState(
            request=self.request,
            trade_id=self.trade_id,
            directive_id=self.directive_id,
            strategy_id=self.strategy_id,
            status=status,
            size_base=self.size_base,
            limit_price=self.limit_price,
            stop_price=self.stop_price,
            intended_at_ms=self.intended_at_ms,
            updated_at_ms=self.updated_at_ms,
            reserved_currency=self.reserved_currency,
            reserved=ZERO if status.is_terminal else self._held_back(),
            filled_base=self.filled_base,
            value_filled_quote=self.value_filled_quote,
            told_filled_base=self.version_filled_base,
            venue_order_id=self.venue_order_id,
            reason=self.told_reason,
        )

    def _held_back(self) -> Decimal:
        remaining = MONEY.subtract(self.size_base, self.filled_base)
        if remaining == self.request.size_base:
            return self.reserved
        share = MONEY.divide(MONEY.multiply(self.reserved, remaining), self.request.size_base)
        return share.quantize(RESOLUTION, rounding=ROUND_CEILING, context=MONEY)


ORDER_ROWS = RowCodec(OrderFacts, nested={"request": OrderRequest})


def begun(record: OrderIntended, ordinal: int, time_ms: int) -> OrderFacts:
    """Return an order that will be sent."""
    request = record.request
    return OrderFacts(
        request=request,
        trade_id=record.trade_id,
        directive_id=record.directive_id,
        strategy_id=record.strategy_id,
        ordinal=ordinal,
        intended_at_ms=time_ms,
        updated_at_ms=time_ms,
        reserved_currency=record.reserved_currency,
        reserved=record.reserved,
        size_base=request.size_base,
        limit_price=request.limit_price,
        stop_price=request.stop_price,
    )


def sent(facts: OrderFacts, time_ms: int) -> OrderFacts:
    """Return the order after bytes may have left."""
    return _told(facts, OrderStatus.SENT, time_ms, "", time_ms)


def answered(facts: OrderFacts, answer: OrderAnswered, time_ms: int) -> OrderFacts:
    """Return the order after its create was answered, or its unknown outcome cleared."""
    known = _identified(facts, answer.venue_order_id)
    return _told(known, _ANSWERS[answer.outcome], time_ms, answer.reason, time_ms)


def observed(facts: OrderFacts, order: VenueOrder, time_ms: int) -> OrderFacts:
    """Return the order after the venue's word on it; an older word moves neither size nor prices."""
    known = _identified(facts, order.venue_order_id)
    told = _told(known, order.status, order.updated_at_ms, order.reason, time_ms)
    version = (order.updated_at_ms, order.filled_base, RANK[order.status])
    if version < (told.version_at_ms, told.version_filled_base, RANK[told.version_status]):
        return told
    return replace(
        told,
        size_base=order.size_base if order.size_base > 0 else told.size_base,
        limit_price=told.limit_price if order.limit_price is None else order.limit_price,
        stop_price=told.stop_price if order.stop_price is None else order.stop_price,
        version_at_ms=order.updated_at_ms,
        version_filled_base=order.filled_base,
        version_status=order.status,
    )


def filled(facts: OrderFacts, fill: VenueFill, time_ms: int) -> OrderFacts:
    """Return the order after one more fill, also where it had ended before."""
    return replace(
        _identified(facts, fill.venue_order_id),
        filled_base=MONEY.add(facts.filled_base, fill.size_base),
        value_filled_quote=MONEY.add(facts.value_filled_quote, MONEY.multiply(fill.price, fill.size_base)),
        updated_at_ms=max(facts.updated_at_ms, time_ms),
    )


def _told(facts: OrderFacts, status: OrderStatus, at_ms: int, reason: str, time_ms: int) -> OrderFacts:
    updated_at_ms = max(facts.updated_at_ms, time_ms)
    before = (RANK[facts.told_status], facts.told_at_ms, facts.told_reason)
    if (RANK[status], at_ms, reason) <= before:
        return replace(facts, updated_at_ms=updated_at_ms)
    return replace(
        facts, told_status=status, told_at_ms=at_ms, told_reason=reason, updated_at_ms=updated_at_ms
    )


def _identified(facts: OrderFacts, venue_order_id: str | None) -> OrderFacts:
    """Keep the venue's id; of two, which no venue gives, the smaller."""
    if not venue_order_id or facts.venue_order_id == venue_order_id:
        return facts
    known = venue_order_id if facts.venue_order_id is None else min(facts.venue_order_id, venue_order_id)
    return replace(facts, venue_order_id=known)
