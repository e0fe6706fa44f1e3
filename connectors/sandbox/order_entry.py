"""From the body of a create request to an order as the venue understands it."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from connectors.sandbox.codes import BAD_PARAMETER, VenueRefusal
from connectors.sandbox.listings import Listing, Listings, category_of
from connectors.sandbox.new_order import NewOrder
from connectors.sandbox.order_card import AttachedStops
from connectors.sandbox.wire import positive_of
from desk.contracts.market import Tick
from desk.contracts.orders import OrderType
from desk.contracts.sides import OrderSide

_SIDES: Final = {"Buy": OrderSide.BUY, "Sell": OrderSide.SELL}
_FORCES: Final = ("GTC", "IOC", "FOK", "PostOnly")
_LONGEST_LINK_ID: Final = 36
_RISE, _FALL = 1, 2

Body = Mapping[str, object]


def order_of(body: Body, listings: Listings, ticks: Mapping[str, Tick]) -> NewOrder:
    """Read a create request; raises VenueRefusal for what no order can be."""
    listing = listing_of(body, listings)
    side = _SIDES.get(str(body.get("side")))
    if side is None:
        raise _bad("side invalid")
    kind = str(body.get("orderType"))
    if kind not in {"Market", "Limit"}:
        raise _bad("orderType invalid")
    qty = positive_of("qty", body.get("qty"))
    limit_price = positive_of("price", body.get("price")) if kind == "Limit" else None
    if qty is None or (kind == "Limit" and limit_price is None):
        raise _bad("qty invalid" if qty is None else "price invalid")
    tick = ticks[listing.symbol]
    stop_price = positive_of("triggerPrice", body.get("triggerPrice"))
    direction = _direction(body, listing, stop_price, tick)
    unit = _market_unit(body, listing, side, kind)
    in_quote = unit == "quoteCoin"
    touch = tick.ask if side is OrderSide.BUY else tick.bid
    return NewOrder(
        listing=listing,
        side=side,
        request_type=_request_type(side, direction, limit_price),
        size_base=listing.instrument.floor_size(qty / touch) if in_quote else qty,
        link_id=link_id_of(body.get("orderLinkId")),
        limit_price=limit_price,
        stop_price=stop_price,
        time_in_force=_time_in_force(body, kind),
        reduce_only=_reduces(body, listing),
        market_unit=unit,
        quote_qty=qty if in_quote else None,
        trigger_direction=direction,
        trigger_by=str(body.get("triggerBy") or "LastPrice") if direction else "",
        stop_order_type=_stop_order_type(body, listing, direction),
        attached=attached_of(body, tick, side),
    )


def listing_of(body: Body, listings: Listings) -> Listing:
    """Find what a request is about; raises VenueRefusal."""
    return listings.find(category_of(str(body.get("category"))), str(body.get("symbol") or ""))


def link_id_of(value: object) -> str:
    """Read a client's own id, empty where there is none; raises VenueRefusal."""
    if value is None or value == "":
        return ""
    text = str(value)
    is_plain = text.isascii() and text.replace("-", "a").replace("_", "a").isalnum()
    if len(text) > _LONGEST_LINK_ID or not is_plain:
        raise _bad("orderLinkId invalid")
    return text


def attached_of(body: Body, tick: Tick, side: OrderSide) -> AttachedStops:
    """Read the stops an order brings along; raises VenueRefusal where one lies on the wrong side."""
    stop = positive_of("stopLoss", body.get("stopLoss"))
    target = positive_of("takeProfit", body.get("takeProfit"))
    reference = positive_of("price", body.get("price")) or tick.price
    rises = side is OrderSide.BUY
    for name, price, is_above in (("StopLoss", stop, not rises), ("TakeProfit", target, rises)):
        if price is not None and not (price > reference if is_above else price < reference):
            raise _bad(
                f"{name}:{price} set for {side.capitalize()} position is on the wrong side of {reference}"
            )
    return AttachedStops(
        stop_loss=stop,
        take_profit=target,
        is_partial=str(body.get("tpslMode") or "Full") == "Partial",
        stop_loss_limit=positive_of("slLimitPrice", body.get("slLimitPrice")),
        take_profit_limit=positive_of("tpLimitPrice", body.get("tpLimitPrice")),
    )


def amended_stops(body: Body, present: AttachedStops) -> AttachedStops:
    """Return the stops an order brings along once it is amended: absent stays, zero goes."""
    changed = present
    if body.get("stopLoss") not in {None, ""}:
        changed = replace(changed, stop_loss=positive_of("stopLoss", body.get("stopLoss")))
    if body.get("takeProfit") not in {None, ""}:
        changed = replace(changed, take_profit=positive_of("takeProfit", body.get("takeProfit")))
    return changed


def _direction(body: Body, listing: Listing, stop_price: Decimal | None, tick: Tick) -> int:
    """Return whether the price has to rise (1) or fall (2) to the trigger, 0 without one."""
    if stop_price is None:
        if body.get("orderFilter") in {"StopOrder", "tpslOrder"}:
            raise _bad("triggerPrice invalid")
        return 0
    asked = body.get("triggerDirection")
    if asked is None and listing.is_spot:
        return _RISE if stop_price > tick.price else _FALL
    if str(asked) not in {"1", "2"}:
        raise _bad("triggerDirection invalid")
    direction = int(str(asked))
    if direction == _RISE and not stop_price > tick.price:
        raise VenueRefusal(110092, f"expect Rising, but trigger_price[{stop_price}] <= current[{tick.price}]")
    if direction == _FALL and not stop_price < tick.price:
        raise VenueRefusal(
            110093, f"expect Falling, but trigger_price[{stop_price}] >= current[{tick.price}]"
        )
    return direction


def _request_type(side: OrderSide, direction: int, limit_price: Decimal | None) -> OrderType:
    if not direction:
        return OrderType.MARKET if limit_price is None else OrderType.LIMIT
    is_stop = (side is OrderSide.BUY) is (direction == _RISE)
    if limit_price is None:
        return OrderType.STOP if is_stop else OrderType.TAKE_PROFIT
    if not is_stop:
        raise _bad("this sandbox has no limit order that waits for a better price; send a plain limit order")
    return OrderType.STOP_LIMIT


def _market_unit(body: Body, listing: Listing, side: OrderSide, kind: str) -> str:
    if not listing.is_spot or kind != "Market":
        return ""
    asked = str(body.get("marketUnit") or ("quoteCoin" if side is OrderSide.BUY else "baseCoin"))
    if asked not in {"baseCoin", "quoteCoin"}:
        raise _bad("marketUnit invalid")
    return asked


def _time_in_force(body: Body, kind: str) -> str:
    asked = str(body.get("timeInForce") or "GTC")
    if asked not in _FORCES:
        raise _bad("timeInForce invalid")
    return "IOC" if kind == "Market" else asked


def _reduces(body: Body, listing: Listing) -> bool:
    asked = body.get("reduceOnly", False)
    if not isinstance(asked, bool):
        asked = str(asked).lower() == "true"
    return asked and not listing.is_spot


def _stop_order_type(body: Body, listing: Listing, direction: int) -> str:
    if not direction:
        return ""
    return "tpslOrder" if listing.is_spot and body.get("orderFilter") == "tpslOrder" else "Stop"


def _bad(what: str) -> VenueRefusal:
    return VenueRefusal(BAD_PARAMETER, f"params error: {what}")
