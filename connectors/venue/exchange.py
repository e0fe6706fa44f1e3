"""The venue itself: it takes requests and ticks, and keeps one account true to the last digit."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, localcontext

from connectors.venue.account import tidy
from connectors.venue.admission import Admission
from connectors.venue.book import Book
from connectors.venue.funds import Funds, Margin
from connectors.venue.matching import Matching
from connectors.venue.orders import WorkingOrder
from connectors.venue.refusals import Refusal, RefusalCode
from connectors.venue.state import Changes, OrderHistory, Terms, VenueState
from desk.contracts.market import ZERO, Instrument, Tick
from desk.contracts.netting import MONEY, RESOLUTION, NetPosition
from desk.contracts.orders import (
    AmendRequest,
    OrderOutcome,
    OrderRequest,
    OrderStatus,
    OutcomeKind,
    VenueBalance,
    VenueOrder,
    VenuePosition,
)
from desk.contracts.sides import PositionSide


class Exchange:
    """Match the orders of one account against ticks.

    Every method is synchronous and is told the time. After each the caller takes what changed, stores it so
    that the history knows what ended, and only then tells anyone. Raises ValueError where the state holds a
    symbol that `instruments` lacks.
    """

    def __init__(
        self, instruments: Sequence[Instrument], terms: Terms, state: VenueState, history: OrderHistory
    ) -> None:
        self._instruments = {one.symbol: one for one in instruments}
        self.state = state
        self._history = history
        self._books: dict[str, Book] = {}
        self._changes = Changes()
        self._funds = Funds(state.account, self._instruments, state.market)
        self._admission = Admission(state, self._funds, terms.slippage)
        self._matching = Matching(state, terms, self._funds, self._books, self._changes)
        self._require_symbols()
        for order in state.orders.values():
            self._books.setdefault(order.symbol, Book()).add(order)

    def sees(self, tick: Tick) -> bool:
        """Note the market; tell whether an order may stir, so that `match` has work to do."""
        self.state.market[tick.symbol] = tick
        book = self._books.get(tick.symbol)
        return book is not None and not book.is_quiet(tick)

    def match(self, tick: Tick, now_ms: int) -> None:
        """Trigger and fill the resting orders of the tick's symbol, oldest first."""
        book = self._books.get(tick.symbol)
        if book is None:
            return
        with localcontext(MONEY):
            time_ms = self._time(now_ms)
            for order in list(book.orders.values()):
                if order.is_open:
                    self._matching.meet(order, self._instruments[order.symbol], tick, time_ms)
            self._drop_empty(tick.symbol)

    def place(
        self, request: OrderRequest, now_ms: int, *, is_external: bool = False, post_only: bool = False
    ) -> OrderOutcome:
        """Accept or refuse one order, and fill what fills at once; `post_only` is cancelled where it would.

        A client id that was ever accepted is refused as DUPLICATE_CLIENT_ID, with the order it belongs to.
        """
        with localcontext(MONEY):
            present = self.find(request.client_order_id)
            if present is not None:
                reason = f"client id {request.client_order_id} belongs to an order of {present.symbol}"
                return _refused(Refusal(RefusalCode.DUPLICATE_CLIENT_ID, reason), present)
            time_ms = self._time(now_ms)
            try:
                order = self._admission.admit(request, time_ms, is_external=is_external)
            except Refusal as refusal:
                return _refused(refusal)
            order.post_only = post_only
            self.state.orders_taken = order.sequence
            self.state.orders[order.client_order_id] = order
            self._books.setdefault(order.symbol, Book()).add(order)
            self._arrive(order, time_ms)
            return OrderOutcome(OutcomeKind.ACCEPTED, order.report())

    def place_external(self, request: OrderRequest, now_ms: int) -> OrderOutcome:
        """Take an order from another hand: the venue names it, its fills carry no client id."""
        named = replace(request, client_order_id=f"external-{self.state.orders_taken + 1}")
        return self.place(named, now_ms, is_external=True)

    def amend(self, request: AmendRequest, now_ms: int) -> OrderOutcome:
        """Change an open order in place; what crosses the market by it fills at once."""
        with localcontext(MONEY):
            order = self.state.orders.get(request.client_order_id)
            if order is None or order.symbol != request.symbol:
                return self._not_open(request.symbol, request.client_order_id)
            time_ms = self._time(now_ms)
            try:
                changed = self._admission.amended(order, request, time_ms)
            except Refusal as refusal:
                return _refused(refusal, order.report())
            self._adopt(order, changed)
            if order.is_priced and not order.is_waiting and request.limit_price is not None:
                self._arrive(order, time_ms)
            else:
                self._matching.record(order)
            return OrderOutcome(OutcomeKind.ACCEPTED, order.report())

    def cancel(self, symbol: str, client_order_id: str, now_ms: int) -> OrderOutcome:
        """Take an open order out of the market."""
        with localcontext(MONEY):
            order = self.state.orders.get(client_order_id)
            if order is None or order.symbol != symbol:
                return self._not_open(symbol, client_order_id)
            self._matching.end(order, OrderStatus.CANCELED, "canceled on request", self._time(now_ms))
            self._drop_empty(symbol)
            return OrderOutcome(OutcomeKind.ACCEPTED, order.report())

    def deposit(self, currency: str, amount: Decimal) -> None:
        """Bring `amount` in, or take it out where negative; raises Refusal beyond what is free."""
        with localcontext(MONEY):
            if amount < 0 and self.free(currency) + amount < 0:
                reason = f"only {self.free(currency)} {currency} is free"
                raise Refusal(RefusalCode.INSUFFICIENT_BALANCE, reason)
            self.state.account.add(currency, amount)
            self._changes.currencies[currency] = None

    def set_leverage(self, symbol: str, leverage: Decimal) -> None:
        """Carry a perpetual with another leverage; raises Refusal where the margin falls short."""
        with localcontext(MONEY):
            instrument = self._admission.instrument(symbol)
            orders = list(self.state.orders.values())
            before = self._funds.held(instrument.quote, orders)
            self._instruments[symbol] = replace(instrument, max_leverage=leverage)
            held = self._funds.held(instrument.quote, orders)
            if held > before and held > self._funds.backing(instrument.quote):
                self._instruments[symbol] = instrument
                raise Refusal(RefusalCode.LEVERAGE, f"leverage {leverage} asks for more margin than there is")

    def charge_funding(self, symbol: str, rate: Decimal, price: Decimal) -> Decimal:
        """Let a perpetual's position pay `rate` of its worth at `price`; return what it paid, in quote."""
        with localcontext(MONEY):
            instrument = self._admission.instrument(symbol)
            paid = self.state.account.net(symbol).size_base * price * rate
            if paid:
                self.state.account.add(instrument.quote, -paid)
                self._changes.currencies[instrument.quote] = None
            return paid

    def find(self, client_order_id: str) -> VenueOrder | None:
        """Return an order, open or ended, None where it never was."""
        order = self.state.orders.get(client_order_id)
        return self._history.find(client_order_id) if order is None else order.report()

    def open_orders(self) -> list[VenueOrder]:
        """Return every open order, oldest first."""
        return [order.report() for order in self.state.orders.values()]

    def positions(self) -> list[VenuePosition]:
        """Return every open position, oldest first; leverage is the instrument's own."""
        return [self._position(symbol, net) for symbol, net in self.state.account.positions.items()]

    def position(self, symbol: str) -> VenuePosition | None:
        """Return the open position of a perpetual, None where it is flat."""
        net = self.state.account.positions.get(symbol)
        return None if net is None else self._position(symbol, net)

    def balances(self) -> list[VenueBalance]:
        """Return what the account has of each currency, by name."""
        totals = self.state.account.totals
        return [VenueBalance(one, tidy(totals[one]), self.free(one)) for one in sorted(totals)]

    def free(self, currency: str) -> Decimal:
        """Return how much of a currency neither orders nor margin hold; never below zero."""
        with localcontext(MONEY):
            held = self._funds.held(currency, self.state.orders.values())
            return tidy(max(self.state.account.total(currency) - held, ZERO))

    def equity(self, currency: str) -> Decimal:
        """Return the total of a currency with the open profit of its positions."""
        with localcontext(MONEY):
            return self._funds.equity(currency)

    def margin(self, currency: str) -> Margin:
        """Report equity and margin of the account in one currency."""
        with localcontext(MONEY):
            return self._funds.margin(currency, self.state.orders.values())

    def take_changes(self) -> Changes:
        """Hand over what changed since the last call."""
        taken = replace(self._changes)
        self._changes.clear()
        return taken

    def _arrive(self, order: WorkingOrder, time_ms: int) -> None:
        """Let an order that is new to the market, or newly priced, meet it; tell of it in any case."""
        told = len(self._changes.events)
        tick = self.state.market.get(order.symbol)
        if not order.is_waiting:
            instrument = self._instruments[order.symbol]
            self._matching.arrive(order, instrument, tick, time_ms)
        if len(self._changes.events) == told:
            self._matching.record(order)
        self._drop_empty(order.symbol)

    def _adopt(self, order: WorkingOrder, changed: WorkingOrder) -> None:
        order.size_base, order.hold_price = changed.size_base, changed.hold_price
        order.limit_price, order.stop_price = changed.limit_price, changed.stop_price
        order.updated_at_ms = changed.updated_at_ms
        self._books[order.symbol].changed()

    def _position(self, symbol: str, net: NetPosition) -> VenuePosition:
        return VenuePosition(
            symbol=symbol,
            side=PositionSide.LONG if net.size_base > 0 else PositionSide.SHORT,
            size_base=abs(net.size_base),
            entry_price=tidy((net.average_price or ZERO).quantize(RESOLUTION, context=MONEY)),
            leverage=self._instruments[symbol].max_leverage,
        )

    def _not_open(self, symbol: str, client_order_id: str) -> OrderOutcome:
        known = self.find(client_order_id)
        if known is None or known.symbol != symbol:
            reason = f"no order {client_order_id} of {symbol} was ever accepted"
            return _refused(Refusal(RefusalCode.UNKNOWN_ORDER, reason))
        reason = f"order {client_order_id} is {known.status} already"
        return _refused(Refusal(RefusalCode.ORDER_NOT_OPEN, reason), known)

    def _drop_empty(self, symbol: str) -> None:
        book = self._books.get(symbol)
        if book is not None and not book.orders:
            del self._books[symbol]

    def _time(self, now_ms: int) -> int:
        self.state.newest_ms = max(self.state.newest_ms, now_ms)
        return self.state.newest_ms

    def _require_symbols(self) -> None:
        orders = (order.symbol for order in self.state.orders.values())
        held = dict.fromkeys([*self.state.account.positions, *orders])
        missing = [symbol for symbol in held if symbol not in self._instruments]
        if missing:
            message = (
                f"the account has orders or positions in {', '.join(missing)}, not among the instruments"
            )
            raise ValueError(message)


def _refused(refusal: Refusal, order: VenueOrder | None = None) -> OrderOutcome:
    return OrderOutcome(OutcomeKind.NOT_ACCEPTED, order, str(refusal.code), refusal.reason)
