"""One account at the venue: the matching exchange, and what its owner may ask and hears of it."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from connectors.sandbox.account_rows import position_row, wallet_row
from connectors.sandbox.codes import VenueRefusal, refusal_of
from connectors.sandbox.executions import Execution, FundingPayment, execution_of
from connectors.sandbox.listings import SETTLED_IN, Category, Listing, Listings
from connectors.sandbox.new_order import NewOrder
from connectors.sandbox.order_card import OrderCard
from connectors.sandbox.position_stops import PositionStops
from connectors.sandbox.wire import Row
from connectors.venue.exchange import Exchange
from connectors.venue.funds import Margin
from connectors.venue.orders import CONDITIONAL
from connectors.venue.refusals import RefusalCode
from connectors.venue.state import Changes, Terms, VenueState
from desk.contracts.ids import ExecutionDirectiveId
from desk.contracts.market import ZERO, Tick
from desk.contracts.orders import (
    AmendRequest,
    Leg,
    OrderOutcome,
    OrderRequest,
    OutcomeKind,
    VenueFill,
    VenueOrder,
    VenuePosition,
)
from desk.contracts.plans import TimeInForce

NO_DIRECTIVE: Final = ExecutionDirectiveId.at(0, 0)
_MOST_VERSIONS: Final = 500
UNNAMED: Final = "#"
"""What the matching venue's name of an order begins with where its owner gave none."""


@dataclass(frozen=True, slots=True)
class AccountNews:
    """Hold what changed of an account by one request or price, in rows of the private topics."""

    account: "TradingAccount"
    orders: list[Row]
    executions: list[Row]
    positions: list[Row]
    wallet: list[Row]


NewsListener = Callable[[AccountNews], None]


class TradingAccount:
    """Trade one account; every method is synchronous, is told the time, and tells its news before it ends.

    `index` tells accounts apart in ids. Raises VenueRefusal where the venue does not do what is asked.
    """

    def __init__(
        self,
        index: int,
        listings: Listings,
        terms: Terms,
        ticks: dict[str, Tick],
        opening_balances: Mapping[str, Decimal],
    ) -> None:
        self._index = index
        self.listings = listings
        state = VenueState(market=ticks)
        state.account.totals.update(opening_balances)
        self.exchange = Exchange([one.instrument for one in listings], terms, state, self)
        self.cards: dict[str, OrderCard] = {}
        self.by_order_id: dict[str, OrderCard] = {}
        self.by_link_id: dict[str, OrderCard] = {}
        self.executions: list[Execution] = []
        self.position_versions: dict[str, deque[tuple[int, Row]]] = {}
        self.wallet_versions: deque[tuple[int, Row]] = deque(maxlen=_MOST_VERSIONS)
        self.leverages: dict[str, Decimal] = {}
        self.exec_type = "Trade"
        self.stops = PositionStops(self)
        self._position_times_ms: dict[str, tuple[int, int]] = {}
        self._nets: dict[str, Decimal] = {}
        self._unnamed = 0
        self._payments = 0
        self._listeners: list[NewsListener] = []
        self.wallet_versions.append((0, self.wallet_row()))

    def subscribe(self, listener: NewsListener) -> None:
        """Tell `listener` whatever changes."""
        self._listeners.append(listener)

    def find(self, client_order_id: str) -> VenueOrder | None:
        """Return an order that ended, by the matching venue's name."""
        card = self.cards.get(client_order_id)
        return card.report if card is not None else None

    def place(self, order: NewOrder, now_ms: int) -> OrderCard:
        """Take one order in; raises VenueRefusal."""
        name = order.link_id
        if not name:
            self._unnamed += 1
            name = f"{UNNAMED}{self._unnamed}"
        elif name in self.cards:
            reason = f"{name} was used before"
            raise refusal_of(RefusalCode.DUPLICATE_CLIENT_ID, reason, is_spot=order.listing.is_spot)
        card = self._card(order, name, now_ms)
        self.cards[name] = card
        outcome = self.exchange.place(
            _request(order, name),
            now_ms,
            is_external=not order.link_id,
            post_only=order.time_in_force == "PostOnly",
        )
        if outcome.kind is not OutcomeKind.ACCEPTED or outcome.order is None:
            del self.cards[name]
            raise self._refusal(outcome, order.listing)
        card.order_id = self._order_id(outcome.order.venue_order_id)
        card.report = outcome.order
        self.by_order_id[card.order_id] = card
        if order.link_id:
            self.by_link_id[order.link_id] = card
        self.settle(now_ms)
        return card

    def amend(
        self,
        card: OrderCard,
        now_ms: int,
        *,
        size_base: Decimal | None = None,
        limit_price: Decimal | None = None,
        stop_price: Decimal | None = None,
    ) -> None:
        """Change an open order in place; raises VenueRefusal."""
        asked = AmendRequest(card.name, NO_DIRECTIVE, card.listing.symbol, size_base, limit_price, stop_price)
        outcome = self.exchange.amend(asked, now_ms)
        if outcome.kind is not OutcomeKind.ACCEPTED:
            raise self._refusal(outcome, card.listing)
        self.settle(now_ms)

    def cancel(self, card: OrderCard, now_ms: int, cancel_type: str = "CancelByUser") -> None:
        """Take an open order out; raises VenueRefusal."""
        former = card.cancel_type, card.reject_reason
        card.cancel_type = cancel_type
        if cancel_type == "CancelByUser":
            card.reject_reason = "EC_PerCancelRequest"
        outcome = self.exchange.cancel(card.listing.symbol, card.name, now_ms)
        if outcome.kind is not OutcomeKind.ACCEPTED:
            card.cancel_type, card.reject_reason = former
            raise self._refusal(outcome, card.listing)
        self.settle(now_ms)

    def reject(self, card: OrderCard, now_ms: int) -> None:
        """Take an order out as one that should never have been taken; raises VenueRefusal."""
        card.status_said, card.reject_reason = "Rejected", "EC_Others"
        self.cancel(card, now_ms, "UNKNOWN")

    def meet(self, tick: Tick, now_ms: int) -> None:
        """Let resting orders meet a new price."""
        if self.exchange.sees(tick):
            self.exchange.match(tick, now_ms)
            self.settle(now_ms)

    def charge_funding(self, listing: Listing, rate: Decimal, price: Decimal, now_ms: int) -> None:
        """Let a position pay funding, or be paid."""
        held = self.position(listing.symbol)
        if held is None:
            return
        paid = self.exchange.charge_funding(listing.symbol, rate, price)
        self._payments += 1
        exec_id = f"f{self._index:07x}-0000-4000-8000-{self._payments:012x}"
        payment = FundingPayment(
            exec_id, listing, held.side.entry_side, held.size_base, price, rate, paid, now_ms
        ).execution()
        self.executions.append(payment)
        self._tell(now_ms, self.exchange.take_changes(), [{**payment.row, "category": payment.category}])

    def position(self, symbol: str) -> VenuePosition | None:
        """Return the open position of a symbol."""
        return self.exchange.position(symbol)

    def positions(self) -> list[VenuePosition]:
        """Return every open position."""
        return self.exchange.positions()

    def open_cards(self) -> list[OrderCard]:
        """Return every open order, oldest first."""
        return [self.cards[one.client_order_id] for one in self.exchange.open_orders()]

    def margin(self) -> Margin:
        """Report equity and margin in the currency perpetuals settle in."""
        return self.exchange.margin(SETTLED_IN)

    def stop_price_of(self, symbol: str, kind: str) -> Decimal | None:
        """Return the price of a position's own stop of a kind."""
        return self.stops.price(symbol, kind)

    def leverage(self, listing: Listing) -> Decimal:
        """Return the leverage of this account on a perpetual."""
        return self.leverages.get(listing.symbol, listing.instrument.max_leverage)

    def position_times_ms(self, symbol: str) -> tuple[int, int]:
        """Return when a symbol first had a position and when its position last changed, zero for never."""
        return self._position_times_ms.get(symbol, (0, 0))

    def position_row(self, listing: Listing) -> Row:
        """Write a position, flat ones too, as the venue shows it."""
        return position_row(self, listing)

    def wallet_row(self) -> Row:
        """Write the balances as the venue shows them."""
        return wallet_row(self)

    def settle(self, now_ms: int) -> None:
        """Take what the matching changed, write it down, and tell it."""
        changes = self.exchange.take_changes()
        if changes or changes.symbols:
            self._tell(now_ms, changes, [])

    def _tell(self, now_ms: int, changes: Changes, executions: list[Row]) -> None:
        told: dict[str, OrderCard] = {}
        filled: dict[str, OrderCard] = {}
        for event in changes.events:
            if isinstance(event, VenueFill):
                card = self.by_order_id[self._order_id(event.venue_order_id)]
                filled[card.order_id] = card
                executions.append(self._book(event, card))
            else:
                card = self.cards[event.client_order_id]
                self._update(card, event, now_ms)
                told[card.name] = card
        wallet = [self.wallet_row()] if changes.currencies else []
        self.wallet_versions.extend((now_ms, one) for one in wallet)
        news = AccountNews(
            account=self,
            orders=[{**one.row(), "category": one.listing.category.value} for one in told.values()],
            executions=executions,
            positions=[self._changed_position(symbol, now_ms) for symbol in changes.symbols],
            wallet=wallet,
        )
        for listener in self._listeners:
            listener(news)
        self.stops.follow(list(filled.values()), list(changes.symbols), now_ms)

    def announce(self, symbol: str, now_ms: int) -> None:
        """Tell a position whose stops or leverage changed, its size did not."""
        rows = [self._changed_position(symbol, now_ms)]
        news = AccountNews(account=self, orders=[], executions=[], positions=rows, wallet=[])
        for listener in self._listeners:
            listener(news)

    def _changed_position(self, symbol: str, now_ms: int) -> Row:
        """Write a position that changed, as the stream tells it."""
        created_ms = self._position_times_ms.get(symbol, (now_ms, 0))[0]
        self._position_times_ms[symbol] = (created_ms, now_ms)
        row = self.position_row(self.listings[symbol])
        versions = self.position_versions.setdefault(symbol, deque(maxlen=_MOST_VERSIONS))
        versions.append((now_ms, row))
        return {**row, "entryPrice": row["avgPrice"], "category": Category.LINEAR.value}

    def _book(self, fill: VenueFill, card: OrderCard) -> Row:
        """Write a fill down; return it as the stream tells it."""
        card.book(fill)
        exec_id = f"e{self._index:07x}-0000-4000-8000-{int(fill.venue_trade_id):012x}"
        execution = execution_of(fill, card, exec_id, self._closed_base(fill), self.exec_type)
        self.executions.append(execution)
        return {**execution.row, "category": execution.category}

    def _closed_base(self, fill: VenueFill) -> Decimal:
        """Return how much of a perpetual's position a fill closed."""
        if self.listings[fill.symbol].is_spot:
            return ZERO
        former = self._nets.get(fill.symbol, ZERO)
        signed = fill.size_base * fill.side.sign
        self._nets[fill.symbol] = former + signed
        return min(abs(former), fill.size_base) if former * signed < 0 else ZERO

    def _update(self, card: OrderCard, report: VenueOrder, now_ms: int) -> None:
        card.report = report
        if not card.order_id:
            card.order_id = self._order_id(report.venue_order_id)
        working = self.exchange.state.orders.get(card.name)
        if working is not None:
            card.is_untriggered = working.is_waiting
        code = report.reason.partition(":")[0]
        if report.status.is_terminal and card.cancel_type == "UNKNOWN":
            card.cancel_type, card.reject_reason = _END_OF.get(code, ("UNKNOWN", card.reject_reason))
        card.remember(now_ms)

    def _card(self, order: NewOrder, name: str, now_ms: int) -> OrderCard:
        return OrderCard(
            name=name,
            order_id="",
            link_id=order.link_id,
            listing=order.listing,
            is_market=order.is_market,
            time_in_force="IOC" if order.is_market else order.time_in_force,
            created_ms=now_ms,
            market_unit=order.market_unit,
            quote_qty=order.quote_qty,
            trigger_direction=order.trigger_direction,
            trigger_by=order.trigger_by,
            stop_order_type=order.stop_order_type,
            create_type=order.create_type,
            attached=order.attached,
            reduce_only=order.reduce_only,
            is_untriggered=order.request_type in CONDITIONAL,
        )

    def _order_id(self, sequence: str) -> str:
        return f"{self._index:08x}-0000-4000-8000-{int(sequence):012x}"

    def _refusal(self, outcome: OrderOutcome, listing: Listing) -> VenueRefusal:
        return refusal_of(outcome.code, outcome.reason, is_spot=listing.is_spot)


_END_OF: Final = {
    RefusalCode.POST_ONLY.value: ("UNKNOWN", "EC_PostOnlyWillTakeLiquidity"),
    RefusalCode.NO_LIQUIDITY.value: ("UNKNOWN", "EC_NoEnoughQtyToFill"),
    RefusalCode.REDUCE_ONLY.value: ("CancelByReduceOnly", "EC_PerCancelRequest"),
    RefusalCode.OCO.value: ("CancelByTpSlTsClear", "EC_PerCancelRequest"),
    RefusalCode.INSUFFICIENT_BALANCE.value: ("UNKNOWN", "EC_NoEnoughBalance"),
}


def _request(order: NewOrder, name: str) -> OrderRequest:
    forces = {"IOC": TimeInForce.IOC, "FOK": TimeInForce.FOK}
    force = TimeInForce.IOC if order.is_market else forces.get(order.time_in_force, TimeInForce.GTC)
    return OrderRequest(
        client_order_id=name,
        execution_directive_id=NO_DIRECTIVE,
        leg=Leg.REDUCE if order.reduce_only else Leg.ENTRY,
        attempt=1,
        symbol=order.listing.symbol,
        side=order.side,
        order_type=order.request_type,
        size_base=order.size_base,
        limit_price=order.limit_price,
        stop_price=order.stop_price,
        time_in_force=force,
        reduce_only=order.reduce_only,
        oco_group=order.oco_group,
    )
