"""What the owner of an account may read of it."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Final

from connectors.sandbox.account import TradingAccount
from connectors.sandbox.codes import BAD_PARAMETER, VenueRefusal
from connectors.sandbox.executions import Execution
from connectors.sandbox.listings import Category, Listings, category_of
from connectors.sandbox.order_card import OrderCard
from connectors.sandbox.signature import ApiKey
from connectors.sandbox.wire import Json, Row, integer_of

Query = Mapping[str, str]
PrivateRead = Callable[["Asking"], Row]

_MOST_ROWS: Final = 50
_MOST_EXECUTIONS: Final = 100
_MOST_POSITIONS: Final = 200
_WEEK_MS: Final = 7 * 86_400_000
_NOT_TRADED: Final = ("inverse", "option")
_OPEN: Final = ("Created", "New", "PartiallyFilled", "Untriggered", "Triggered")
_EXECUTION_FILTERS: Final = ("symbol", "execType", "orderId", "orderLinkId")
_SHOWN_CLOSED: Final = 500


class Asking:
    """Hold one read: who asks, what, and as of when the answer shall be true."""

    def __init__(
        self, account: TradingAccount, key: ApiKey, query: Query, now_ms: int, as_of_ms: int | None = None
    ) -> None:
        self.account = account
        self.key = key
        self.query = query
        self.now_ms = now_ms
        self.as_of_ms = as_of_ms

    @property
    def listings(self) -> Listings:
        """What is traded."""
        return self.account.listings

    def row_of(self, card: OrderCard) -> Row | None:
        """Return an order's row as it was then, None where it was not yet."""
        if self.as_of_ms is None:
            return card.row()
        return card.row_at(self.as_of_ms)


def _realtime(asking: Asking) -> Row:
    """Return open orders, or the newest ones of any status where ids are asked for."""
    if _is_elsewhere(asking):
        return _page(asking, [], _MOST_ROWS)
    is_bounded = asking.query.get("symbol") or asking.query.get("settleCoin") or asking.query.get("baseCoin")
    if asking.query.get("category") == Category.LINEAR and not (is_bounded or _is_named(asking)):
        raise VenueRefusal(BAD_PARAMETER, "params error: symbol, settleCoin or baseCoin is needed")
    rows = _order_rows(asking, _candidates(asking, only_open=True))
    kept = rows if _is_named(asking) else [one for one in rows if one["orderStatus"] in _OPEN]
    return _page(asking, kept[::-1], _MOST_ROWS)


def _is_named(asking: Asking) -> bool:
    return bool(asking.query.get("orderId") or asking.query.get("orderLinkId"))


def _candidates(asking: Asking, *, only_open: bool) -> list[OrderCard]:
    """Return the orders an answer can be about, oldest first."""
    account, query = asking.account, asking.query
    if _is_named(asking):
        by_id, by_link = query.get("orderId"), query.get("orderLinkId", "")
        card = account.by_order_id.get(by_id) if by_id else account.by_link_id.get(by_link)
        return [] if card is None else [card]
    if only_open and asking.as_of_ms is None:
        return account.open_cards()
    cards = list(account.cards.values())
    if not only_open:
        return cards
    older = [one for one in cards[:-_SHOWN_CLOSED] if one.is_open]
    return [*older, *cards[-_SHOWN_CLOSED:]]


def _history(asking: Asking) -> Row:
    """Return orders that ended, newest first."""
    if _is_elsewhere(asking):
        return _page(asking, [], _MOST_ROWS)
    wanted = asking.query.get("orderStatus")
    start_ms, end_ms = _bounds(asking)
    rows = [
        one
        for one in _order_rows(asking, _candidates(asking, only_open=False))
        if one["orderStatus"] not in _OPEN
        and (not wanted or one["orderStatus"] == wanted)
        and start_ms <= int(str(one["createdTime"])) <= end_ms
    ]
    return _page(asking, rows[::-1], _MOST_ROWS)


def _order_rows(asking: Asking, cards: Sequence[OrderCard]) -> list[Row]:
    query, found = asking.query, []
    category = category_of(query.get("category", ""))
    for card in cards:
        is_asked = (
            card.listing.category is category
            and (not query.get("symbol") or card.listing.venue_symbol == query["symbol"])
            and (not query.get("orderId") or card.order_id == query["orderId"])
            and (not query.get("orderLinkId") or card.link_id == query["orderLinkId"])
            and query.get("settleCoin") in {None, "", card.listing.instrument.quote}
            and _passes_filter(card, query.get("orderFilter"))
        )
        row = asking.row_of(card) if is_asked else None
        if row is not None:
            found.append(row)
    return found


def _passes_filter(card: OrderCard, wanted: str | None) -> bool:
    if wanted is None or wanted == "":
        return True
    if wanted == "Order":
        return not card.stop_order_type
    if wanted == "tpslOrder":
        return card.stop_order_type in {"tpslOrder", "StopLoss", "TakeProfit"}
    return bool(card.stop_order_type)


def _executions(asking: Asking) -> Row:
    if _is_elsewhere(asking):
        return _page(asking, [], _MOST_EXECUTIONS)
    query = asking.query
    category = category_of(query.get("category", ""))
    start_ms, end_ms = _bounds(asking)
    if asking.as_of_ms is not None:
        end_ms = min(end_ms, asking.as_of_ms)

    def is_asked(one: Execution) -> bool:
        return (
            one.category == category.value
            and start_ms <= one.time_ms <= end_ms
            and all(one.row[name] == query[name] for name in _EXECUTION_FILTERS if query.get(name))
        )

    rows = [one.row for one in asking.account.executions if is_asked(one)]
    return _page(asking, rows[::-1], _MOST_EXECUTIONS, 50)


def _positions(asking: Asking) -> Row:
    if _is_elsewhere(asking):
        return _page(asking, [], _MOST_POSITIONS)
    query, account = asking.query, asking.account
    if category_of(query.get("category", "")) is not Category.LINEAR:
        raise VenueRefusal(BAD_PARAMETER, "params error: category invalid")
    symbol = query.get("symbol")
    if symbol:
        listings = [asking.listings.find(Category.LINEAR, symbol)]
    elif query.get("settleCoin"):
        settled = asking.listings.of(Category.LINEAR)
        listings = [one for one in settled if one.instrument.quote == query["settleCoin"]]
    else:
        raise VenueRefusal(BAD_PARAMETER, "params error: symbol or settleCoin is needed")
    rows = []
    for one in listings:
        row = account.position_row(one)
        if asking.as_of_ms is not None:
            versions = account.position_versions.get(one.symbol, ())
            flat = {**row, "side": "", "size": "0", "avgPrice": "0", "positionValue": ""}
            row = next((old for at_ms, old in reversed(versions) if at_ms <= asking.as_of_ms), flat)
        if symbol or row["size"] != "0":
            rows.append(row)
    return _page(asking, rows, _MOST_POSITIONS)


def _wallet(asking: Asking) -> Row:
    versions = asking.account.wallet_versions
    row = asking.account.wallet_row()
    if asking.as_of_ms is not None:
        row = next((old for at_ms, old in reversed(versions) if at_ms <= asking.as_of_ms), row)
    wanted = asking.query.get("coin")
    if wanted:
        coins = row["coin"]
        assert isinstance(coins, list)  # noqa: S101 - the wallet row has a list of coins
        row = {**row, "coin": [one for one in coins if one["coin"] in wanted.split(",")]}
    return {"list": [row]}


def _fee_rates(asking: Asking) -> Row:
    category = category_of(asking.query.get("category", ""))
    symbol = asking.query.get("symbol")
    listings = asking.listings.of(category)
    rows: list[Json] = [
        {
            "symbol": one.venue_symbol,
            "baseCoin": one.instrument.base if one.is_spot else "",
            "takerFeeRate": str(one.instrument.taker_fee),
            "makerFeeRate": str(one.instrument.maker_fee),
        }
        for one in listings
        if not symbol or one.venue_symbol == symbol
    ]
    return {"category": category.value, "list": rows}


def _key(asking: Asking) -> Row:
    key = asking.key
    trades: list[Json] = ["SpotTrade"] if key.may_trade else []
    contracts: list[Json] = ["Order", "Position"] if key.may_trade else []
    wallet: list[Json] = ["AccountTransfer", "Withdraw"] if key.may_withdraw else []
    permissions: Row = {
        "ContractTrade": contracts,
        "Spot": trades,
        "Wallet": wallet,
        "Options": [],
        "Derivatives": [],
        "CopyTrading": [],
        "BlockTrade": [],
        "Exchange": [],
        "NFT": [],
        "Affiliate": [],
        "Earn": [],
    }
    return {
        "id": "1",
        "note": "sandbox",
        "apiKey": key.key,
        "readOnly": 0 if key.may_trade else 1,
        "secret": "",
        "permissions": permissions,
        "ips": ["*"],
        "type": 1,
        "deadlineDay": 90,
        "expiredAt": "2099-01-01T00:00:00Z",
        "createdAt": "2020-01-01T00:00:00Z",
        "unified": 0,
        "uta": 1,
        "userID": _user_of(key.key),
        "inviterID": 0,
        "vipLevel": "No VIP",
        "isMaster": True,
        "parentUid": "0",
        "kycLevel": "LEVEL_DEFAULT",
        "kycRegion": "",
    }


def _account_info(asking: Asking) -> Row:
    return {
        "unifiedMarginStatus": 6,
        "marginMode": "REGULAR_MARGIN",
        "isMasterTrader": False,
        "spotHedgingStatus": "OFF",
        "updatedTime": str(asking.now_ms),
        "dcpStatus": "OFF",
        "timeWindow": 0,
        "smpGroup": 0,
    }


def _is_elsewhere(asking: Asking) -> bool:
    return asking.query.get("category") in _NOT_TRADED


def _bounds(asking: Asking) -> tuple[int, int]:
    """Return the time a list covers: a week from its start, or the last week; for one order all time."""
    query = asking.query
    start, end = query.get("startTime"), query.get("endTime")
    if not start and not end and (query.get("orderId") or query.get("orderLinkId")):
        return 0, asking.now_ms
    end_ms = integer_of("endTime", end, asking.now_ms)
    if start:
        start_ms = integer_of("startTime", start, 0)
        end_ms = min(start_ms + _WEEK_MS, end_ms) if not end else end_ms
        if end_ms - start_ms > _WEEK_MS:
            raise VenueRefusal(
                BAD_PARAMETER, "The time range between startTime and endTime cannot exceed 7 days"
            )
        return start_ms, end_ms
    return end_ms - _WEEK_MS, end_ms


def _page(asking: Asking, rows: Sequence[Row], most: int, usual: int = 20) -> Row:
    limit = min(max(integer_of("limit", asking.query.get("limit"), usual), 1), most)
    cursor = asking.query.get("cursor", "").partition(":")[2] or "0"
    start = integer_of("cursor", cursor, 0)
    shown = list(rows[start : start + limit])
    more = f"page:{start + limit}" if start + limit < len(rows) else ""
    found: list[Json] = list(shown)
    return {"category": asking.query.get("category", ""), "list": found, "nextPageCursor": more}


READS: Final[Mapping[str, PrivateRead]] = {
    "/v5/user/query-api": _key,
    "/v5/account/info": _account_info,
    "/v5/asset/coin/query-info": lambda _: {"rows": []},
    "/v5/account/wallet-balance": _wallet,
    "/v5/account/fee-rate": _fee_rates,
    "/v5/order/realtime": _realtime,
    "/v5/order/history": _history,
    "/v5/execution/list": _executions,
    "/v5/position/list": _positions,
}


def _user_of(key: str) -> int:
    """Return the number of an account's owner: here each key opens one of its own."""
    return int.from_bytes(sha256(key.encode()).digest()[:4], "big")
