"""What the owner of an account may ask the venue to do."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from connectors.sandbox.account import TradingAccount
from connectors.sandbox.codes import (
    BAD_PARAMETER,
    LEVERAGE_NOT_CHANGED,
    MODE_NOT_CHANGED,
    STOPS_NOT_CHANGED,
    VenueRefusal,
    refusal_of,
)
from connectors.sandbox.listings import Category, Listing, category_of
from connectors.sandbox.market import Market
from connectors.sandbox.order_card import OrderCard
from connectors.sandbox.order_entry import amended_stops, listing_of, order_of
from connectors.sandbox.position_stops import KINDS, STOP_LOSS, TAKE_PROFIT
from connectors.sandbox.wire import Json, Row, decimal_of, is_flat, positive_of
from connectors.venue.refusals import Refusal, RefusalCode
from desk.contracts.market import ZERO

Body = Mapping[str, object]
Answer = tuple[Row, Row]
"""The `result` of a reply, and its `retExtInfo`."""

_MOST_BATCH: Final = 20
_HALTED: Final = (110074, 170210)


class PrivateWrites:
    """Do what is asked at one moment; every method answers or raises VenueRefusal."""

    def __init__(self, market: Market, now_ms: Callable[[], int], is_halted: Callable[[str], bool]) -> None:
        self._market = market
        self._now_ms = now_ms
        self._is_halted = is_halted
        self.by_path: Mapping[str, Callable[[TradingAccount, Body], Answer]] = {
            "/v5/order/create": lambda account, body: (self.create(account, body), {}),
            "/v5/order/amend": lambda account, body: (self.amend(account, body), {}),
            "/v5/order/cancel": lambda account, body: (self.cancel(account, body), {}),
            "/v5/order/cancel-all": self._cancel_all,
            "/v5/order/create-batch": lambda account, body: self._batch(account, body, self.create),
            "/v5/order/amend-batch": lambda account, body: self._batch(account, body, self.amend),
            "/v5/order/cancel-batch": lambda account, body: self._batch(account, body, self.cancel),
            "/v5/position/trading-stop": self._trading_stop,
            "/v5/position/set-leverage": self._set_leverage,
            "/v5/position/switch-mode": self._switch_mode,
            "/v5/account/set-margin-mode": self._set_margin_mode,
        }

    def create(self, account: TradingAccount, body: Body) -> Row:
        """Take one order in; the answer carries its ids alone."""
        order = order_of(body, self._market.listings, self._market.ticks)
        if self._is_halted(order.listing.symbol):
            raise VenueRefusal(_HALTED[order.listing.is_spot], "This contract is not live: trading is halted")
        card = account.place(order, self._now_ms())
        return {"orderId": card.order_id, "orderLinkId": card.link_id}

    def amend(self, account: TradingAccount, body: Body) -> Row:
        """Change an open order in place."""
        card = self._card(account, body)
        attached = amended_stops(body, card.attached)
        account.amend(
            card,
            self._now_ms(),
            size_base=positive_of("qty", body.get("qty")),
            limit_price=positive_of("price", body.get("price")),
            stop_price=positive_of("triggerPrice", body.get("triggerPrice")),
        )
        card.attached = attached
        return {"orderId": card.order_id, "orderLinkId": card.link_id}

    def cancel(self, account: TradingAccount, body: Body) -> Row:
        """Take an open order out."""
        card = self._card(account, body)
        account.cancel(card, self._now_ms())
        return {"orderId": card.order_id, "orderLinkId": card.link_id}

    def _card(self, account: TradingAccount, body: Body) -> OrderCard:
        """Find the open order a request names; raises VenueRefusal."""
        listing = listing_of(body, self._market.listings)
        order_id, link_id = str(body.get("orderId") or ""), str(body.get("orderLinkId") or "")
        if not order_id and not link_id:
            raise VenueRefusal(BAD_PARAMETER, "params error: orderId or orderLinkId is needed")
        card = account.by_order_id.get(order_id) if order_id else account.by_link_id.get(link_id)
        if card is None or card.listing is not listing or not card.is_open:
            reason = f"{order_id or link_id} of {listing.venue_symbol}"
            raise refusal_of(RefusalCode.UNKNOWN_ORDER, reason, is_spot=listing.is_spot)
        return card

    def _cancel_all(self, account: TradingAccount, body: Body) -> Answer:
        category = category_of(str(body.get("category")))
        wanted = {"symbol": body.get("symbol"), "coin": body.get("settleCoin") or body.get("baseCoin")}
        if category is Category.LINEAR and not any(wanted.values()):
            raise VenueRefusal(BAD_PARAMETER, "params error: symbol or settleCoin is needed")
        gone: list[Json] = []
        for card in account.open_cards():
            listing = card.listing
            is_asked = (
                listing.category is category
                and wanted["symbol"] in {None, "", listing.venue_symbol}
                and wanted["coin"] in {None, "", listing.instrument.quote, listing.instrument.base}
                and _passes_filter(card, str(body.get("orderFilter") or ""))
            )
            if is_asked and card.is_open:
                account.cancel(card, self._now_ms(), "CancelByUser")
                gone.append({"orderId": card.order_id, "orderLinkId": card.link_id})
        return ({"success": "1", "list": gone} if category is Category.SPOT else {"list": gone}), {}

    def _batch(
        self, account: TradingAccount, body: Body, each: Callable[[TradingAccount, Body], Row]
    ) -> Answer:
        rows = body.get("request")
        category = category_of(str(body.get("category")))
        if not isinstance(rows, list) or not 0 < len(rows) <= _MOST_BATCH:
            raise VenueRefusal(BAD_PARAMETER, "params error: request has 1 to 20 rows")
        answers: list[Json] = []
        codes: list[Json] = []
        for row in rows:
            is_order = isinstance(row, dict) and is_flat(row)
            asked: Body = {**row, "category": category.value} if is_order else {}
            answer: Row = {"orderId": "", "orderLinkId": "", "createAt": ""}
            code: Row = {"code": 0, "msg": "OK"}
            try:
                answer |= each(account, asked) | {"createAt": str(self._now_ms())}
            except VenueRefusal as refusal:
                code = {"code": refusal.code, "msg": refusal.message}
            codes.append(code)
            names: Row = {"category": category.value, "symbol": str(asked.get("symbol") or "")}
            answers.append(names | answer)
        return {"list": answers}, {"list": codes}

    def _trading_stop(self, account: TradingAccount, body: Body) -> Answer:
        listing = listing_of(body, self._market.listings)
        if listing.is_spot:
            raise VenueRefusal(BAD_PARAMETER, "params error: category invalid")
        if positive_of("trailingStop", body.get("trailingStop")) is not None:
            raise VenueRefusal(
                BAD_PARAMETER, "this sandbox has no trailing stops; send a new stopLoss instead"
            )
        if str(body.get("tpslMode") or "Full") == "Partial":
            self._stop_parts(account, listing, body)
            return {}, {}
        asked = {STOP_LOSS: body.get("stopLoss"), TAKE_PROFIT: body.get("takeProfit")}
        changed = False
        for kind in KINDS:
            price = decimal_of(kind, asked[kind])
            present = account.stop_price_of(listing.symbol, kind)
            if price is None or price == (present or ZERO):
                continue
            account.stops.set(listing, kind, None if price == ZERO else price, self._now_ms())
            changed = True
        if not changed:
            raise VenueRefusal(STOPS_NOT_CHANGED, "not modified")
        return {}, {}

    def _stop_parts(self, account: TradingAccount, listing: Listing, body: Body) -> None:
        """Add stops for parts of a position: `stopLoss` with `slSize`, `takeProfit` with `tpSize`."""
        for kind, name, short in ((STOP_LOSS, "stopLoss", "sl"), (TAKE_PROFIT, "takeProfit", "tp")):
            price = positive_of(name, body.get(name))
            if price is None:
                continue
            size = positive_of(f"{short}Size", body.get(f"{short}Size"))
            limit = positive_of(f"{short}LimitPrice", body.get(f"{short}LimitPrice"))
            account.stops.add_part(listing, kind, price, size, limit, self._now_ms())

    def _set_leverage(self, account: TradingAccount, body: Body) -> Answer:
        listing = listing_of(body, self._market.listings)
        asked = positive_of("buyLeverage", body.get("buyLeverage"))
        if listing.is_spot or asked is None or not 1 <= asked <= listing.instrument.max_leverage:
            raise VenueRefusal(110013, "cannot set leverage: out of range")
        if asked == account.leverage(listing):
            raise VenueRefusal(LEVERAGE_NOT_CHANGED, "leverage not modified")
        self._leverage(account, listing.symbol, asked)
        return {}, {}

    def _leverage(self, account: TradingAccount, symbol: str, leverage: Decimal) -> None:
        try:
            account.exchange.set_leverage(symbol, leverage)
        except Refusal as refusal:
            raise refusal_of(RefusalCode.INSUFFICIENT_MARGIN, refusal.reason, is_spot=False) from None
        account.leverages[symbol] = leverage
        account.announce(symbol, self._now_ms())

    def _switch_mode(self, account: TradingAccount, body: Body) -> Answer:
        if str(body.get("mode")) != "0":
            raise VenueRefusal(BAD_PARAMETER, "this sandbox has one-way positions; send mode 0")
        raise VenueRefusal(MODE_NOT_CHANGED, "Position mode is not modified")

    def _set_margin_mode(self, account: TradingAccount, body: Body) -> Answer:
        if body.get("setMarginMode") != "REGULAR_MARGIN":
            raise VenueRefusal(BAD_PARAMETER, "this sandbox has cross margin; send REGULAR_MARGIN")
        return {"reasons": []}, {}


def _passes_filter(card: OrderCard, wanted: str) -> bool:
    if not wanted:
        return True
    return bool(card.stop_order_type) is (wanted != "Order")
