"""What happens to accounts without their owners: another hand's trades, funding, liquidation."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.sandbox.account_rows import maintenance_of
from connectors.sandbox.faults import FaultOrder
from connectors.sandbox.listings import SETTLED_IN
from connectors.sandbox.new_order import NewOrder
from connectors.sandbox.order_card import OrderCard
from desk.contracts.market import ONE
from desk.contracts.orders import OrderType
from desk.contracts.sides import OrderSide

if TYPE_CHECKING:
    from connectors.sandbox.venue import LocalVenue


class Hand:
    """Act at the venue at once; owners hear of it as of anything else. Raises VenueRefusal, KeyError."""

    def __init__(self, venue: "LocalVenue") -> None:
        self._venue = venue
        self._breaking: list[Callable[[FaultOrder], None]] = []
        self._events: Mapping[str, Callable[[FaultOrder], None]] = {
            "stream_closed": self._break_streams,
            "stream_reset": self._break_streams,
            "traded_by_hand": self._trade_as_told,
            "closed_by_hand": lambda order: self.close(order.symbol, order.key),
            "cancelled_by_hand": lambda order: self.cancel(order.symbol, order.key),
            "stops_cancelled": lambda order: self.cancel(order.symbol, order.key, stops_alone=True),
            "liquidation": lambda order: self.liquidate(order.symbol, order.key),
            "funding": lambda order: self.pay_funding(order.symbol, order.rate),
            "price_jump": lambda order: self.jump(str(order.symbol), order.rate),
        }

    def on_break(self, listener: Callable[[FaultOrder], None]) -> None:
        """Let `listener` break the streams that an order says."""
        self._breaking.append(listener)

    def do(self, order: FaultOrder) -> None:
        """Let an event happen."""
        self._events[order.fault](order)

    def trade(
        self,
        symbol: str,
        side: OrderSide,
        size_base: Decimal,
        *,
        limit_price: Decimal | None = None,
        reduce_only: bool = False,
        key: str | None = None,
    ) -> OrderCard:
        """Place an order as another program of the owner's would, without a client id."""
        listing = self._venue.listings[symbol]
        order = NewOrder(
            listing=listing,
            side=side,
            request_type=OrderType.MARKET if limit_price is None else OrderType.LIMIT,
            size_base=size_base,
            limit_price=limit_price,
            reduce_only=reduce_only,
        )
        return self._venue.account(key).place(order, self._venue.now_ms())

    def close(self, symbol: str | None = None, key: str | None = None) -> None:
        """Close a position at the market, all of them without a symbol."""
        for held in self._venue.account(key).positions():
            if symbol in {None, held.symbol}:
                self.trade(held.symbol, held.side.exit_side, held.size_base, reduce_only=True, key=key)

    def cancel(self, symbol: str | None = None, key: str | None = None, *, stops_alone: bool = False) -> None:
        """Cancel open orders, or only those that wait for a trigger."""
        account = self._venue.account(key)
        for card in account.open_cards():
            is_meant = symbol in {None, card.listing.symbol} and (card.is_conditional or not stops_alone)
            if is_meant and card.is_open:
                account.cancel(card, self._venue.now_ms())

    def liquidate(self, symbol: str | None = None, key: str | None = None) -> None:
        """Take positions over: their orders go first, then the position, as the venue's own execution."""
        account, now_ms = self._venue.account(key), self._venue.now_ms()
        for held in account.positions():
            if symbol not in {None, held.symbol}:
                continue
            for card in account.open_cards():
                if card.listing.symbol == held.symbol and card.is_open:
                    account.cancel(card, now_ms, "CancelAllBeforeLiq")
            account.exec_type = "BustTrade"
            try:
                account.place(
                    NewOrder(
                        listing=self._venue.listings[held.symbol],
                        side=held.side.exit_side,
                        request_type=OrderType.MARKET,
                        size_base=held.size_base,
                        reduce_only=True,
                        create_type="CreateByLiq",
                    ),
                    now_ms,
                )
            finally:
                account.exec_type = "Trade"

    def liquidate_due(self) -> None:
        """Take over every position of each account whose equity no longer carries them."""
        for key, account in self._venue.accounts.items():
            is_open = bool(account.exchange.state.account.positions)
            if is_open and account.exchange.equity(SETTLED_IN) <= maintenance_of(account):
                self.liquidate(None, key)

    def pay_funding(self, symbol: str | None, rate: Decimal) -> None:
        """Let every position pay funding at this rate."""
        now_ms = self._venue.now_ms()
        for listing in self._venue.listings:
            if listing.is_spot or symbol not in {None, listing.symbol}:
                continue
            price = self._venue.market.ticks[listing.symbol].price
            for account in self._venue.accounts.values():
                account.charge_funding(listing, rate, price, now_ms)

    def jump(self, symbol: str, rate: Decimal) -> None:
        """Move a price by a share of itself, at once and for good."""
        self._venue.market.jump(symbol, ONE + rate, self._venue.now_ms())
        self.liquidate_due()

    def _trade_as_told(self, order: FaultOrder) -> None:
        assert order.symbol is not None  # noqa: S101 - the order was checked for both
        assert order.size_base is not None  # noqa: S101
        self.trade(order.symbol, order.side, order.size_base, key=order.key)

    def _break_streams(self, order: FaultOrder) -> None:
        for listener in self._breaking:
            listener(order)
