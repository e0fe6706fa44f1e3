"""From a request to an order of the venue, or to a refusal: everything that is checked before acceptance."""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from connectors.venue import filters
from connectors.venue.funds import Funds, held_currency
from connectors.venue.orders import CONDITIONAL, WorkingOrder
from connectors.venue.prices import taker_price, triggers
from connectors.venue.refusals import Refusal, RefusalCode
from connectors.venue.state import VenueState
from desk.contracts.market import ONE, Instrument, Tick
from desk.contracts.orders import AmendRequest, OrderRequest, OrderType
from desk.contracts.sides import OrderSide


@dataclass(frozen=True, slots=True)
class Admission:
    """Check requests against filters, market, position and funds; every method raises Refusal."""

    state: VenueState
    funds: Funds
    slippage: Decimal

    def admit(self, request: OrderRequest, now_ms: int, *, is_external: bool) -> WorkingOrder:
        """Build the order that `request` asks for; a reduce-only size is cut to what can be reduced."""
        instrument = self.instrument(request.symbol)
        filters.check_client_id(request.client_order_id)
        self._check_filters(instrument, request)
        if request.order_type in CONDITIONAL:
            self._check_trigger(request.symbol, request.order_type, request.side, request.stop_price)
        order = WorkingOrder(
            sequence=self.state.orders_taken + 1,
            client_order_id=request.client_order_id,
            symbol=request.symbol,
            side=request.side,
            order_type=request.order_type,
            size_base=request.size_base,
            limit_price=request.limit_price,
            stop_price=request.stop_price,
            time_in_force=request.time_in_force,
            reduce_only=request.reduce_only,
            oco_group=request.oco_group,
            is_external=is_external,
            hold_price=self._reference_price(request),
            updated_at_ms=now_ms,
        )
        self._cut_to_position(order, instrument)
        reference = request.limit_price or request.stop_price or order.hold_price
        filters.check_notional(instrument, order.size_base, reference, may_be_small=order.reduce_only)
        order.hold_price = self._hold_price(order, instrument)
        self._check_funds(order, instrument, None)
        return order

    def amended(self, order: WorkingOrder, request: AmendRequest, now_ms: int) -> WorkingOrder:
        """Build the order as `request` wants it; `order` stays as it is."""
        instrument = self.instrument(order.symbol)
        filters.check_price(instrument, "limit_price", request.limit_price)
        filters.check_price(instrument, "stop_price", request.stop_price)
        if request.size_base is not None:
            filters.check_size(instrument, request.size_base, may_be_small=order.reduce_only)
        _check_amendable(order, request)
        if request.stop_price is not None:
            self._check_trigger(order.symbol, order.order_type, order.side, request.stop_price)
        changed = replace(
            order,
            size_base=order.size_base if request.size_base is None else request.size_base,
            limit_price=request.limit_price or order.limit_price,
            stop_price=request.stop_price or order.stop_price,
            updated_at_ms=now_ms,
        )
        self._cut_to_position(changed, instrument)
        reference = changed.limit_price or changed.stop_price or changed.hold_price
        filters.check_notional(instrument, changed.size_base, reference, may_be_small=order.reduce_only)
        changed.hold_price = self._hold_price(changed, instrument)
        self._check_funds(changed, instrument, order)
        return changed

    def instrument(self, symbol: str) -> Instrument:
        """Return the filters of a symbol the venue knows."""
        instrument = self.funds.instruments.get(symbol)
        if instrument is None:
            raise Refusal(RefusalCode.UNKNOWN_SYMBOL, f"{symbol} is not traded here")
        return instrument

    def market(self, symbol: str) -> Tick:
        """Return the newest tick of a symbol."""
        tick = self.state.market.get(symbol)
        if tick is None:
            raise Refusal(RefusalCode.NO_MARKET, f"no price of {symbol} has been seen yet")
        return tick

    def _check_filters(self, instrument: Instrument, request: OrderRequest) -> None:
        filters.check_shape(request)
        filters.check_price(instrument, "limit_price", request.limit_price)
        filters.check_price(instrument, "stop_price", request.stop_price)
        filters.check_size(instrument, request.size_base, may_be_small=request.reduce_only)

    def _check_trigger(
        self, symbol: str, order_type: OrderType, side: OrderSide, stop_price: Decimal | None
    ) -> None:
        tick = self.state.market.get(symbol)
        if tick is None or stop_price is None or not triggers(order_type, side, stop_price, tick.price):
            return
        reason = f"the last price {tick.price} is at or through the stop price {stop_price} already"
        raise Refusal(RefusalCode.WOULD_TRIGGER, reason)

    def _reference_price(self, request: OrderRequest) -> Decimal:
        """Return the price a request is valued at before it is an order, in quote."""
        price = request.limit_price or request.stop_price
        return self.market(request.symbol).price if price is None else price

    def _hold_price(self, order: WorkingOrder, instrument: Instrument) -> Decimal:
        if order.limit_price is not None:
            return order.limit_price
        if order.stop_price is None:
            return taker_price(order.side, self.market(order.symbol), self.slippage, instrument)
        if order.side is OrderSide.SELL:
            return order.stop_price
        steps = order.stop_price * (ONE + self.slippage) / instrument.price_step
        return steps.to_integral_value(ROUND_CEILING) * instrument.price_step

    def _cut_to_position(self, order: WorkingOrder, instrument: Instrument) -> None:
        if not order.reduce_only:
            return
        if instrument.is_spot:
            if order.side is OrderSide.BUY:
                raise Refusal(RefusalCode.REDUCE_ONLY, "a spot buy cannot reduce")
            return
        reducible = self.state.account.reducible_base(order.symbol, order.side)
        if not reducible > 0:
            reason = f"there is no {order.symbol} position that a {order.side} reduces"
            raise Refusal(RefusalCode.REDUCE_ONLY, reason)
        order.size_base = min(order.size_base, order.filled_base + reducible)

    def _check_funds(self, order: WorkingOrder, instrument: Instrument, former: WorkingOrder | None) -> None:
        if order.reduce_only and not instrument.is_spot:
            return
        if former is not None and _holds_no_more(order, former, instrument):
            return
        present = list(self.state.orders.values())
        wanted = [one for one in present if one is not former]
        wanted.append(order)
        currency = held_currency(order, instrument)
        missing = self.funds.shortage(currency, present, wanted)
        if missing > 0:
            code = RefusalCode.INSUFFICIENT_BALANCE if instrument.is_spot else RefusalCode.INSUFFICIENT_MARGIN
            raise Refusal(code, f"{missing.normalize():f} {currency} is missing")


def _holds_no_more(order: WorkingOrder, former: WorkingOrder, instrument: Instrument) -> bool:
    """Tell without a look at the other orders that an amend asks for nothing: a trailed stop never does."""
    pays_coins = instrument.is_spot and order.side is OrderSide.SELL
    return order.size_base <= former.size_base and (pays_coins or order.hold_price <= former.hold_price)


def _check_amendable(order: WorkingOrder, request: AmendRequest) -> None:
    if request.limit_price is not None and order.limit_price is None:
        raise Refusal(RefusalCode.INVALID_PRICE, f"{order.order_type} has no limit_price")
    if request.stop_price is not None and order.stop_price is None:
        raise Refusal(RefusalCode.INVALID_PRICE, f"{order.order_type} has no stop_price")
    if request.stop_price is not None and order.is_triggered:
        raise Refusal(RefusalCode.ALREADY_TRIGGERED, f"the stop price {order.stop_price} was touched")
    if request.size_base is not None and not request.size_base > order.filled_base:
        reason = f"{order.filled_base} is filled already, so the size cannot be {request.size_base}"
        raise Refusal(RefusalCode.INVALID_SIZE, reason)
