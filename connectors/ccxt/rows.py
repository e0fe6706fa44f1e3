"""What ccxt tells of an account, read into the desk's words; pure."""

from collections.abc import Mapping
from decimal import Decimal

from connectors.ccxt.decimals import above_zero, number
from connectors.ccxt.markets import Markets, Row, UnreadableRow
from desk.contracts.market import ONE, ZERO
from desk.contracts.orders import (
    OrderStatus,
    OrderType,
    VenueBalance,
    VenueFill,
    VenueOrder,
    VenuePosition,
)
from desk.contracts.sides import OrderSide, PositionSide

_NEVER_RESTS = frozenset({"IOC", "FOK"})
_ENDED = {
    "canceled": OrderStatus.CANCELED,
    "cancelled": OrderStatus.CANCELED,
    "expired": OrderStatus.EXPIRED,
    "rejected": OrderStatus.REJECTED,
}
_NO_REASON = frozenset({"", "EC_NoError", "None", "UNKNOWN", "0"})
_OWN_NAMES = ("orderLinkId", "algoClOrdId", "clientAlgoId", "cliOrdId", "clOrdId", "clientOid", "label")
_FORCED = frozenset({"BustTrade", "AdlTrade", "liquidation"})
"""Of Bybit's execType and of Kraken's fillType."""

_FORCED_NAMES = ("autoclose-", "adl_autoclose")
"""How Binance names the orders by which it takes a position over."""

_RISES, _FALLS = "1", "2"


class RowReader:
    """Read rows of one venue; `id_prefix` is what it puts before our client ids."""

    def __init__(self, markets: Markets, id_prefix: str = "") -> None:
        self._markets = markets
        self._id_prefix = id_prefix

    def concerns(self, row: Row) -> bool:
        """Tell whether a row is about the kind of market that is traded."""
        return self._markets.concerns(row)

    def order(self, row: Row) -> VenueOrder:
        """Read an order; raises UnreadableRow where it lacks its id, symbol, side or size."""
        symbol = self._markets.symbol_of(row)
        venue_id = _text(row.get("id"), "an order without an id")
        filled = self._markets.base_of(symbol, row.get("filled")) or ZERO
        size = self._size(symbol, row, filled)
        return VenueOrder(
            client_order_id=self._client_id(row) or f"#{venue_id}",
            venue_order_id=venue_id,
            symbol=symbol,
            side=_side(row),
            order_type=_order_type(row),
            status=_status(row, size, filled),
            size_base=size,
            filled_base=filled,
            updated_at_ms=_updated_ms(row),
            limit_price=above_zero(row.get("price")) if row.get("type") == "limit" else None,
            stop_price=_stop_price(row),
            reduce_only=bool(row.get("reduceOnly")),
            reason=_reason(row),
        )

    def fill(self, row: Row) -> VenueFill:
        """Read one execution; raises UnreadableRow where it cannot be booked."""
        symbol = self._markets.symbol_of(row)
        size, price = self._markets.base_of(symbol, row.get("amount")), above_zero(row.get("price"))
        if size is None or price is None or not size > ZERO:
            raise UnreadableRow(f"a fill of {symbol} without size or price")
        fee, currency = self._fee(symbol, row)
        return VenueFill(
            venue_trade_id=_text(row.get("id"), f"a fill of {symbol} without an id"),
            venue_order_id=_text(row.get("order"), f"a fill of {symbol} without its order"),
            client_order_id=self._client_id(row),
            symbol=symbol,
            side=_side(row),
            size_base=size,
            price=price,
            fee=fee,
            fee_currency=currency,
            time_ms=int(_text(row.get("timestamp"), f"a fill of {symbol} without a time")),
            is_maker=row.get("takerOrMaker") == "maker",
            is_forced=self._is_forced(row),
        )

    def _is_forced(self, row: Row) -> bool:
        """Tell a liquidation by the words that venues have for one."""
        info = row.get("info")
        told = info if isinstance(info, Mapping) else {}
        is_named = (self._client_id(row) or "").startswith(_FORCED_NAMES)
        return is_named or told.get("execType") in _FORCED or told.get("fillType") in _FORCED

    def position(self, row: Row) -> VenuePosition | None:
        """Read a position; None where nothing is held."""
        symbol = self._markets.symbol_of(row)
        size = self._markets.base_of(symbol, row.get("contracts"))
        if size is None:
            raise UnreadableRow(f"a position of {symbol} without a size")
        if size == ZERO:
            return None
        side = {"long": PositionSide.LONG, "short": PositionSide.SHORT}.get(str(row.get("side")))
        if side is None:
            raise UnreadableRow(f"a position of {symbol} without a side")
        return VenuePosition(
            symbol=symbol,
            side=side,
            size_base=abs(size),
            entry_price=number(row.get("entryPrice")) or ZERO,
            leverage=above_zero(row.get("leverage")) or ONE,
            liquidation_price=above_zero(row.get("liquidationPrice")),
        )

    def balances(self, row: Row) -> list[VenueBalance]:
        """Read the balances that are not zero."""
        total, free = row.get("total") or {}, row.get("free") or {}
        found = []
        for currency in sorted(total):
            held = number(total[currency])
            if held is None or held == ZERO:
                continue
            unlocked = number(free.get(currency))
            found.append(VenueBalance(currency, held, held if unlocked is None else unlocked))
        return found

    def _size(self, symbol: str, row: Row, filled: Decimal) -> Decimal:
        size = self._markets.base_of(symbol, row.get("amount"))
        if size is not None:
            return size
        rest = self._markets.base_of(symbol, row.get("remaining"))
        if rest is None and not filled:
            raise UnreadableRow(f"an order of {symbol} without a size")
        return filled + (rest or ZERO)

    def _client_id(self, row: Row) -> str | None:
        info = row.get("info") or {}
        stated = (info.get("origClientOrderId"), row.get("clientOrderId"), *map(info.get, _OWN_NAMES))
        name = next((one for one in stated if one), None)
        return str(name).removeprefix(self._id_prefix) if name else None

    def _fee(self, symbol: str, row: Row) -> tuple[Decimal, str]:
        stated = [one for one in (row.get("fee"), *(row.get("fees") or ())) if one]
        for one in stated:
            cost = number(one.get("cost"))
            if cost is not None and one.get("currency"):
                return cost, str(one["currency"])
        return ZERO, self._markets.quote_of(symbol)


def _text(value: object, otherwise: str) -> str:
    if value is None or value == "":
        raise UnreadableRow(otherwise)
    return str(value)


def _side(row: Row) -> OrderSide:
    side = {"buy": OrderSide.BUY, "sell": OrderSide.SELL}.get(str(row.get("side")))
    if side is None:
        raise UnreadableRow(f"side {row.get('side')!r} is neither buy nor sell")
    return side


def _updated_ms(row: Row) -> int:
    stated = row.get("lastUpdateTimestamp") or row.get("lastTradeTimestamp") or row.get("timestamp") or 0
    return int(stated)


def _stop_price(row: Row) -> Decimal | None:
    """Return what triggers the order; a stop that is attached to an entry is not the entry's trigger."""
    trigger = above_zero(row.get("triggerPrice")) or above_zero(row.get("stopPrice"))
    if trigger is not None or "tpslMode" in (row.get("info") or {}) or row.get("type") in {"market", "limit"}:
        return trigger
    return above_zero(row.get("stopLossPrice")) or above_zero(row.get("takeProfitPrice"))


def _order_type(row: Row) -> OrderType:
    is_limit = row.get("type") == "limit" and above_zero(row.get("price")) is not None
    if _stop_price(row) is None:
        return OrderType.LIMIT if is_limit else OrderType.MARKET
    if _takes_profit(row):
        return OrderType.TAKE_PROFIT
    return OrderType.STOP_LIMIT if is_limit else OrderType.STOP


def _takes_profit(row: Row) -> bool:
    """Tell by direction and side, or by what the venue calls it, whether a trigger lies on the good side."""
    info = row.get("info") or {}
    direction, side = str(info.get("triggerDirection") or ""), row.get("side")
    if direction in {_RISES, _FALLS}:
        return (direction == _RISES) == (side == "sell")
    called = " ".join(str(info.get(key) or "") for key in ("type", "origType", "orderType", "stopOrderType"))
    has_target = row.get("takeProfitPrice") is not None and row.get("stopLossPrice") is None
    return has_target or "take" in called.lower()


def _status(row: Row, size: Decimal, filled: Decimal) -> OrderStatus:
    said = str(row.get("status") or "").lower()
    if said == "closed":
        return OrderStatus.FILLED if filled >= size else _cut_short(row)
    if said in _ENDED:
        ended = _ENDED[said]
        return _cut_short(row) if ended is OrderStatus.CANCELED else ended
    return OrderStatus.PARTIALLY_FILLED if filled > ZERO else OrderStatus.OPEN


def _cut_short(row: Row) -> OrderStatus:
    """Name the end of an order that did not fill whole: one that may not rest expires by itself.

    A stop becomes such an order when it is touched; taken back before that, it was cancelled.
    """
    info = row.get("info") or {}
    if info.get("orderStatus") == "Deactivated" or info.get("cancelType") == "CancelByUser":
        return OrderStatus.CANCELED
    never_rests = str(row.get("timeInForce") or "").upper() in _NEVER_RESTS
    return OrderStatus.EXPIRED if never_rests else OrderStatus.CANCELED


def _reason(row: Row) -> str:
    info = row.get("info") or {}
    said = [str(info.get(key) or "") for key in ("rejectReason", "cancelSourceReason", "reason")]
    words = next((one for one in said if one not in _NO_REASON), "")
    known = {"open", "closed", "expired", "rejected", *_ENDED}
    status = str(row.get("status") or "").lower()
    return words if status in known else f"venue status {status or 'missing'} {words}".strip()
