"""Stops that belong to a position, not to an order: they grow with it, shrink with it, and die with it."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from connectors.sandbox.codes import NO_POSITION, VenueRefusal
from connectors.sandbox.new_order import NewOrder
from connectors.sandbox.order_card import OrderCard
from desk.contracts.market import ZERO
from desk.contracts.orders import OrderType
from desk.contracts.sides import OrderSide

if TYPE_CHECKING:
    from connectors.sandbox.account import TradingAccount
    from connectors.sandbox.listings import Listing

STOP_LOSS: Final = "StopLoss"
TAKE_PROFIT: Final = "TakeProfit"
KINDS: Final = (STOP_LOSS, TAKE_PROFIT)
_TYPES: Final = {STOP_LOSS: OrderType.STOP, TAKE_PROFIT: OrderType.TAKE_PROFIT}


class PositionStops:
    """Keep the stops of an account's positions, and of spot orders that brought their own.

    A stop whose price is passed when it would be placed closes at the market at once.
    """

    def __init__(self, account: "TradingAccount") -> None:
        self._account = account
        self._whole: dict[tuple[str, str], OrderCard] = {}
        self._partial: dict[tuple[str, str], OrderCard] = {}

    def price(self, symbol: str, kind: str) -> Decimal | None:
        """Return the price of a position's stop of a kind."""
        card = self._whole.get((symbol, kind))
        return (
            card.report.stop_price if card is not None and card.is_open and card.report is not None else None
        )

    def set(self, listing: "Listing", kind: str, stop_price: Decimal | None, now_ms: int) -> None:
        """Let a position have this stop, or none, and tell it; raises VenueRefusal."""
        present = self._whole.get((listing.symbol, kind))
        if present is not None and not present.is_open:
            present = None
        held = self._account.position(listing.symbol)
        if stop_price is None:
            self._whole.pop((listing.symbol, kind), None)
            if present is not None:
                self._account.cancel(present, now_ms)
        elif held is None:
            raise VenueRefusal(NO_POSITION, "can not set tp/sl/ts for zero position")
        elif present is not None:
            self._account.amend(present, now_ms, stop_price=stop_price)
        else:
            order = self._order(listing, kind, held.side.exit_side, held.size_base, stop_price)
            self._whole[listing.symbol, kind] = self._account.place(order, now_ms)
        self._account.announce(listing.symbol, now_ms)

    def add_part(
        self,
        listing: "Listing",
        kind: str,
        stop_price: Decimal,
        size_base: Decimal | None,
        limit_price: Decimal | None,
        now_ms: int,
    ) -> None:
        """Let a part of a position have a stop of its own; raises VenueRefusal."""
        held = self._account.position(listing.symbol)
        if held is None:
            raise VenueRefusal(NO_POSITION, "can not set tp/sl/ts for zero position")
        size = held.size_base if size_base is None else min(size_base, held.size_base)
        order = self._order(listing, kind, held.side.exit_side, size, stop_price)
        self._account.place(_limited(order, kind, limit_price), now_ms)

    def follow(self, filled: Sequence[OrderCard], symbols: Sequence[str], now_ms: int) -> None:
        """Give filled orders the stops they brought along, and every position's stop its size."""
        for card in filled:
            self._cover(card, now_ms)
        for symbol in symbols:
            self._resize(symbol, now_ms)

    def _cover(self, card: OrderCard, now_ms: int) -> None:
        attached = card.attached
        if not attached:
            return
        is_whole = not card.listing.is_spot and not attached.is_partial
        for kind, price, limit in (
            (STOP_LOSS, attached.stop_loss, attached.stop_loss_limit),
            (TAKE_PROFIT, attached.take_profit, attached.take_profit_limit),
        ):
            if price is None:
                continue
            if is_whole and self._account.position(card.listing.symbol) is not None:
                self._set_or_close(card, kind, price, now_ms)
            elif not is_whole:
                self._cover_part(card, kind, price, limit, now_ms)

    def _set_or_close(self, card: OrderCard, kind: str, price: Decimal, now_ms: int) -> None:
        try:
            self.set(card.listing, kind, price, now_ms)
        except VenueRefusal:
            held = self._account.position(card.listing.symbol)
            if held is not None:
                self._close(card, held.side.exit_side, held.size_base, now_ms)

    def _cover_part(
        self, card: OrderCard, kind: str, price: Decimal, limit: Decimal | None, now_ms: int
    ) -> None:
        assert card.report is not None  # noqa: S101 - a filled order has been reported
        key = (card.order_id, kind)
        size = card.listing.instrument.floor_size(self._received(card))
        present = self._partial.get(key)
        if not size > 0:
            return
        try:
            if present is not None and present.is_open:
                self._account.amend(present, now_ms, size_base=size)
                return
            side = card.report.side.opposite
            order = _limited(self._order(card.listing, kind, side, size, price), kind, limit)
            self._partial[key] = self._account.place(replace(order, oco_group=card.order_id), now_ms)
        except VenueRefusal:
            self._close(card, card.report.side.opposite, size, now_ms)

    def _received(self, card: OrderCard) -> Decimal:
        """Return what an order brought in: a spot buy pays its fee in the coin."""
        fee = card.cum_fees.get(card.listing.instrument.base, ZERO) if card.listing.is_spot else ZERO
        return card.cum_base - fee

    def _resize(self, symbol: str, now_ms: int) -> None:
        held = self._account.position(symbol)
        for kind in KINDS:
            card = self._whole.get((symbol, kind))
            if card is None or card.report is None:
                continue
            if not card.is_open or held is None:
                del self._whole[symbol, kind]
            elif held.side.exit_side is card.report.side and held.size_base > card.report.size_base:
                self._account.amend(card, now_ms, size_base=held.size_base)

    def _close(self, card: OrderCard, side: OrderSide, size_base: Decimal, now_ms: int) -> None:
        order = NewOrder(
            listing=card.listing,
            side=side,
            request_type=OrderType.MARKET,
            size_base=size_base,
            reduce_only=True,
            create_type="CreateByStopLoss",
            stop_order_type=STOP_LOSS,
        )
        # Where another hand was faster there is nothing left to close.
        with contextlib.suppress(VenueRefusal):
            self._account.place(order, now_ms)

    def _order(
        self, listing: "Listing", kind: str, side: OrderSide, size_base: Decimal, stop_price: Decimal
    ) -> NewOrder:
        rises = (side is OrderSide.BUY) is (kind == STOP_LOSS)
        return NewOrder(
            listing=listing,
            side=side,
            request_type=_TYPES[kind],
            size_base=size_base,
            stop_price=stop_price,
            reduce_only=True,
            trigger_direction=1 if rises else 2,
            trigger_by="LastPrice",
            stop_order_type=kind,
            create_type=f"CreateBy{kind}",
        )


def _limited(order: NewOrder, kind: str, limit_price: Decimal | None) -> NewOrder:
    """Give a stop its limit price; a target becomes a market order, which gives no worse a price."""
    if limit_price is None or kind != STOP_LOSS:
        return order
    return replace(order, request_type=OrderType.STOP_LIMIT, limit_price=limit_price)
