"""What happens when an order meets the market: triggers, fills, and what a fill does to other orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from connectors.venue.account import tidy
from connectors.venue.book import Book
from connectors.venue.funds import Funds, unit_cost
from connectors.venue.orders import WorkingOrder
from connectors.venue.prices import arriving_price, is_reached, triggers
from connectors.venue.refusals import RefusalCode
from connectors.venue.state import Changes, Terms, VenueState
from desk.contracts.market import ZERO, Instrument, Tick
from desk.contracts.orders import OrderStatus, VenueFill
from desk.contracts.plans import TimeInForce
from desk.contracts.sides import OrderSide


@dataclass(frozen=True, slots=True)
class Matching:
    """Fill orders and record it; the caller works under the context `MONEY`."""

    state: VenueState
    terms: Terms
    funds: Funds
    books: Mapping[str, Book]
    changes: Changes

    def meet(self, order: WorkingOrder, instrument: Instrument, tick: Tick, time_ms: int) -> None:
        """Let a resting order meet a new tick: trigger, fill as maker, or go on taking."""
        if order.is_waiting:
            stop_price = order.stop_price
            if stop_price is None or not triggers(order.order_type, order.side, stop_price, tick.price):
                return
            order.is_triggered = True
            order.updated_at_ms = time_ms
            self.books[order.symbol].changed()
            told = len(self.changes.events)
            self.arrive(order, instrument, tick, time_ms)
            if len(self.changes.events) == told:
                self.record(order)
        elif order.limit_price is None:
            self.arrive(order, instrument, tick, time_ms)
        elif is_reached(order.side, order.limit_price, tick):
            self._fill(order, instrument, tick, order.limit_price, time_ms, is_maker=True)

    def arrive(self, order: WorkingOrder, instrument: Instrument, tick: Tick | None, time_ms: int) -> None:
        """Let an order take what it crosses; what its time in force does not let rest expires."""
        price = None if tick is None else arriving_price(order, tick, self.terms.slippage, instrument)
        if price is not None and order.post_only:
            reason = f"{RefusalCode.POST_ONLY}: it would take at {price}"
            self.end(order, OrderStatus.CANCELED, reason, time_ms)
            return
        if tick is not None and price is not None:
            self._fill(order, instrument, tick, price, time_ms, is_maker=False)
        if order.is_open and not order.may_rest:
            reason = f"{RefusalCode.NO_LIQUIDITY}: {order.time_in_force} found no more to fill"
            self.end(order, OrderStatus.EXPIRED, reason, time_ms)

    def record(self, order: WorkingOrder) -> None:
        """Note that an order changed, and how it stands."""
        self.changes.orders[order.client_order_id] = order
        self.changes.events.append(order.report())

    def end(self, order: WorkingOrder, status: OrderStatus, reason: str, time_ms: int) -> None:
        """Take an order out of the market for good."""
        order.status, order.reason, order.updated_at_ms = status, reason, time_ms
        self.books[order.symbol].remove(order)
        del self.state.orders[order.client_order_id]
        self.record(order)

    def _fill(
        self,
        order: WorkingOrder,
        instrument: Instrument,
        tick: Tick,
        price: Decimal,
        time_ms: int,
        *,
        is_maker: bool,
    ) -> None:
        if instrument.is_spot and order.side is OrderSide.BUY:
            self._cut_to_funds(order, instrument, price, time_ms)
            if not order.is_open:
                return
        size = self.terms.liquidity.available(order.remaining_base, tick, instrument)
        if order.time_in_force is TimeInForce.FOK and size < order.remaining_base:
            return
        if size > 0:
            self._book_fill(order, instrument, size, price, time_ms, is_maker=is_maker)
            self._follow_oco(order, size, time_ms)
            if not instrument.is_spot:
                self._keep_reducing(order.symbol, time_ms)

    def _book_fill(
        self,
        order: WorkingOrder,
        instrument: Instrument,
        size_base: Decimal,
        price: Decimal,
        time_ms: int,
        *,
        is_maker: bool,
    ) -> None:
        rate = instrument.maker_fee if is_maker else instrument.taker_fee
        in_base = self.terms.fee_in_coin_received and instrument.is_spot and order.side is OrderSide.BUY
        fee = size_base * rate if in_base else size_base * price * rate
        self.state.account.settle(instrument, order.side, size_base, price, fee, fee_in_base=in_base)
        self.state.fills_made += 1
        fill = VenueFill(
            venue_trade_id=str(self.state.fills_made),
            venue_order_id=order.venue_order_id,
            client_order_id=None if order.is_external else order.client_order_id,
            symbol=order.symbol,
            side=order.side,
            size_base=tidy(size_base),
            price=tidy(price),
            fee=tidy(fee),
            fee_currency=instrument.base if in_base else instrument.quote,
            time_ms=time_ms,
            is_maker=is_maker,
        )
        self.changes.events.append(fill)
        self._note_settled(instrument)
        order.filled_base += size_base
        order.updated_at_ms = time_ms
        if order.remaining_base > 0:
            order.status = OrderStatus.PARTIALLY_FILLED
            self.record(order)
        else:
            self.end(order, OrderStatus.FILLED, order.reason, time_ms)

    def _note_settled(self, instrument: Instrument) -> None:
        self.changes.currencies[instrument.quote] = None
        if instrument.is_spot:
            self.changes.currencies[instrument.base] = None
        else:
            self.changes.symbols[instrument.symbol] = None

    def _cut_to_funds(
        self, order: WorkingOrder, instrument: Instrument, price: Decimal, time_ms: int
    ) -> None:
        """Cut a spot buy to what can be paid at `price`: a gap can cost more than was held for it."""
        order.hold_price = max(order.hold_price, price)
        others = [one for one in self.state.orders.values() if one is not order]
        payable = self.state.account.total(instrument.quote) - self.funds.held(instrument.quote, others)
        lots = payable // (unit_cost(order.hold_price, instrument) * instrument.size_step)
        affordable = max(lots, ZERO) * instrument.size_step
        if affordable < order.remaining_base:
            reason = f"{RefusalCode.INSUFFICIENT_BALANCE}: {payable} {instrument.quote} pays no more"
            self._shrink(order, order.filled_base + affordable, reason, time_ms)

    def _follow_oco(self, order: WorkingOrder, size_base: Decimal, time_ms: int) -> None:
        """Cancel the other orders of the group once `order` is filled, shrink them by `size_base` before."""
        if order.oco_group is None:
            return
        for other in self._others(order.symbol):
            if other is order or other.oco_group != order.oco_group:
                continue
            reason = f"{RefusalCode.OCO}: order {order.client_order_id} filled"
            left = other.size_base - size_base if order.is_open else other.filled_base
            self._shrink(other, left, reason, time_ms)

    def _keep_reducing(self, symbol: str, time_ms: int) -> None:
        """Cut every reduce-only order to what its fill could still close, cancel what could close nothing."""
        for order in self._others(symbol):
            if not order.reduce_only:
                continue
            reducible = self.state.account.reducible_base(symbol, order.side)
            if order.remaining_base > reducible:
                reason = f"{RefusalCode.REDUCE_ONLY}: {reducible} left to reduce"
                self._shrink(order, order.filled_base + reducible, reason, time_ms)

    def _shrink(self, order: WorkingOrder, size_base: Decimal, reason: str, time_ms: int) -> None:
        if size_base <= order.filled_base:
            self.end(order, OrderStatus.CANCELED, reason, time_ms)
            return
        order.size_base, order.reason, order.updated_at_ms = size_base, reason, time_ms
        self.record(order)

    def _others(self, symbol: str) -> list[WorkingOrder]:
        return list(self.books[symbol].orders.values()) if symbol in self.books else []
