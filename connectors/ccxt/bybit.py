"""Bybit v5, spot and linear perpetuals of a unified account, netted positions."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.ccxt.creation import rises_to
from connectors.ccxt.decimals import number, plain
from connectors.ccxt.dialect import MAY_WITHDRAW, Dialect, FillSpan, Named, listed
from connectors.ccxt.markets import Fees, Markets, Row, UnreadableRow
from connectors.ccxt.pacer import Pacer, PacingTerms
from connectors.ccxt.settings import ModeChoice
from connectors.ccxt.wire import Answer
from desk.contracts.market import ZERO
from desk.contracts.orders import AmendRequest, OrderRequest, OrderType

_RECEIVE_WINDOW_MS = 5000
_PAGE = 50
_FILLS_PAGE = 100
_MOST_PAGES = 400
_WEEK_MS = 7 * 24 * 3600 * 1000
_KEPT_MS = 104 * _WEEK_MS
_AHEAD_MS = 60_000
_WEEKS_AT_ONCE = 13
_FORBIDDEN_STATUS = 403
_BAN_MS = 600_000
_HEAD_OF_BODY = 200
_REFUSED = re.compile(r'"retCode"\s*:\s*"?10006\b')
_ORDER_PATHS = ("v5/order/create", "v5/order/amend", "v5/order/cancel")
_READ_PATHS = ("v5/order/realtime", "v5/order/history", "v5/execution/list", "v5/position/list")
_TRADED = frozenset(("Trade", "AdlTrade", "BustTrade", "BlockTrade", "MovePosition", "Delivery"))
"""What changes a position; funding and the settling of profits do not."""

_NOT_OPEN = frozenset(
    ("Filled", "Cancelled", "Rejected", "Deactivated", "PartiallyFilledCanceled", "Expired")
)


class BybitDialect(Dialect):
    """Speak Bybit's v5: look-ups by orderLinkId, stops on the order path, amends in place."""

    absence_proof_ms: int | None = 20_000
    amends_in_place = True
    looks_up_client_ids = True
    cancels_by_client_id = True

    @property
    def category(self) -> str:
        """The venue's word for the market."""
        return "linear" if self.is_perpetual else "spot"

    def options(self) -> dict[str, object]:
        """Preset what ccxt would ask the venue for: a unified account, one kind of market."""
        return super().options() | {
            "fetchMarkets": {"types": [self.category]},
            "enableUnifiedMargin": False,
            "enableUnifiedAccount": True,
            "unifiedMarginStatus": 6,
            "recvWindow": _RECEIVE_WINDOW_MS,
            "watchPositions": {"fetchPositionsSnapshot": False, "awaitPositionsSnapshot": False},
        }

    def pacing(self, rate_limit_ms: float) -> PacingTerms:
        """Return the budget by address, and by path until the venue's headers say better."""
        orders = 10 if self.is_perpetual else 20
        per_path = [(path, orders) for path in _ORDER_PATHS] + [(path, 50) for path in _READ_PATHS]
        return PacingTerms(limit=600, period_ms=5000, counts_requests=True, per_second=tuple(per_path))

    def on_answer(self, pacer: Pacer, answer: Answer) -> None:
        """Take the budget of a path from its headers, and a ban of the address from its words."""
        said = answer.headers.get("x-bapi-limit", "")
        limit = int(said) if said.isdigit() else 0
        if _REFUSED.search(answer.body, 0, _HEAD_OF_BODY):
            pacer.refused(answer.endpoint, limit)
        if limit > 0:
            pacer.learn(answer.endpoint, limit)
        if answer.headers.get("x-bapi-limit-status") == "0":
            pacer.exhausted(answer.endpoint)
        if answer.status == _FORBIDDEN_STATUS and "too frequent" in answer.body:
            pacer.bar(_BAN_MS)

    def stop_params(self, exchange: Any, request: OrderRequest) -> dict[str, object]:  # noqa: ANN401
        """Return a conditional order with its direction; on spot one that locks what it will sell."""
        price = plain(request.stop_price or ZERO)
        if self.is_perpetual:
            direction = "ascending" if rises_to(request) else "descending"
            return {"triggerPrice": price, "triggerDirection": direction}
        takes_profit = request.order_type is OrderType.TAKE_PROFIT
        return {"takeProfitPrice" if takes_profit else "stopLossPrice": price}

    async def cancel(self, exchange: Any, named: Named) -> Row:  # noqa: ANN401 - a ccxt exchange
        """Cancel by our own id; on spot the venue must be told where to look."""
        params: dict[str, object] = {}
        if named.by_venue_id is None:
            params["orderLinkId"] = named.name
        if not self.is_perpetual:
            params["orderFilter"] = "tpslOrder" if named.is_conditional else "Order"
        row: Row = await exchange.cancel_order(named.by_venue_id, named.symbol, params)
        return row

    def takes_market_buys(self, exchange: Any) -> bool:  # noqa: ANN401 - a ccxt exchange
        """In coins: a unified account is told `marketUnit`."""
        return True

    def can_aim(self, named: Named) -> bool:
        """Our own id is enough for a perpetual; on spot the kind of order must be known too."""
        return self.is_perpetual or named.is_conditional is not None

    async def amend(self, exchange: Any, named: Named, request: AmendRequest, markets: Markets) -> Row:  # noqa: ANN401
        """Change an order in place; ccxt lays our parameters over its own, so they are the venue's own words.

        It wants to be told side and type, and sends neither.
        """
        params: dict[str, object] = {}
        if named.by_venue_id is None:
            params["orderLinkId"] = named.name
        if request.stop_price is not None:
            params["triggerPrice"] = plain(request.stop_price)
        size = None if request.size_base is None else markets.amount_of(named.symbol, request.size_base)
        row: Row = await exchange.edit_order(
            named.by_venue_id,
            named.symbol,
            "limit",
            "buy",
            None if size is None else plain(size),
            None if request.limit_price is None else plain(request.limit_price),
            params,
        )
        return row

    async def find(self, exchange: Any, named: Named) -> Row | None:  # noqa: ANN401 - a ccxt exchange
        """Ask for the order among the open, then the ended, then by its fills; all must answer."""
        market = exchange.market(named.symbol)
        key = {"orderId": named.by_venue_id} if named.by_venue_id else {"orderLinkId": named.name}
        asked = {"category": self.category, "symbol": market["id"], **key}
        field, value = next(iter(key.items()))
        for path in (exchange.privateGetV5OrderRealtime, exchange.privateGetV5OrderHistory):
            rows = [one for one in listed(await path(dict(asked))) if one.get(field) == value]
            if rows:
                newest = max(rows, key=lambda one: int(one.get("updatedTime") or 0))
                return dict(exchange.parse_order(newest, market))
        rows = [
            one for one in listed(await exchange.privateGetV5ExecutionList(asked)) if one.get(field) == value
        ]
        return dict(exchange.parse_order(_as_order(rows), market)) if rows else None

    async def open_orders(self, exchange: Any, markets: Markets) -> Sequence[Row]:  # noqa: ANN401
        """Read the open orders of every symbol, page by page, conditional ones among them."""
        found: list[Row] = []
        for scope in self._scopes(markets):
            pages = await self._pages(exchange.privateGetV5OrderRealtime, scope | {"limit": _PAGE})
            found += [one for one in pages if one.get("orderStatus") not in _NOT_OPEN]
        return [exchange.parse_order(one, self._market(exchange, markets, one)) for one in found]

    async def fills(self, exchange: Any, span: FillSpan, markets: Markets) -> Sequence[Row]:  # noqa: ANN401
        """Read fills week by week, as the venue gives them, liquidations among them; not the funding."""
        weeks = range(max(span.since_ms, span.now_ms - _KEPT_MS), span.now_ms + _AHEAD_MS, _WEEK_MS)
        found: list[Row] = []
        for batch in range(0, len(weeks), _WEEKS_AT_ONCE):
            pages = await asyncio.gather(
                *(
                    self._fills_of_week(exchange, start_ms)
                    for start_ms in weeks[batch : batch + _WEEKS_AT_ONCE]
                )
            )
            found += [one for page in pages for one in page]
        traded = [one for one in found if one.get("execType") in _TRADED]
        return [exchange.parse_trade(one, self._market(exchange, markets, one)) for one in traded]

    async def _fills_of_week(self, exchange: Any, start_ms: int) -> list[Row]:  # noqa: ANN401
        asked = {
            "category": self.category,
            "limit": _FILLS_PAGE,
            "startTime": start_ms,
            "endTime": start_ms + _WEEK_MS - 1,
        }
        return await self._pages(exchange.privateGetV5ExecutionList, asked)

    async def positions(self, exchange: Any, markets: Markets) -> Sequence[Row]:  # noqa: ANN401
        """Read the positions of every symbol; raises UnreadableRow for an account in hedge mode."""
        found: list[Row] = []
        for scope in self._scopes(markets):
            found += await self._pages(exchange.privateGetV5PositionList, scope | {"limit": 200})
        held = [one for one in found if number(one.get("size")) != ZERO]
        if any(str(one.get("positionIdx", 0)) != "0" for one in held):
            raise UnreadableRow("the account is in hedge mode: set it to one-way mode at the venue")
        return [exchange.parse_position(one, self._market(exchange, markets, one)) for one in held]

    async def balances(self, exchange: Any) -> Row:  # noqa: ANN401 - a ccxt exchange
        """Read every balance of the unified account."""
        row = await super().balances(exchange)
        listed(row.get("info"))
        return row

    async def key_problem(self, exchange: Any) -> str | None:  # noqa: ANN401 - a ccxt exchange
        """Ask what the key may do: it must trade, and must not move money out of the account.

        A demo account does not tell.
        """
        if self.settings.mode is ModeChoice.DEMO:
            return None
        result = await self._key(exchange)
        rights = result.get("permissions") or {}
        wallet = [str(one) for one in rights.get("Wallet") or ()]
        if str(result.get("readOnly", "0")) == "1":
            return "the key may only read: make one that may trade"
        if str(result.get("uta", "1")) == "0" and str(result.get("unified", "0")) == "0":
            return "the account is no unified trading account: upgrade it at the venue"
        return MAY_WITHDRAW if any("withdraw" in one.lower() for one in wallet) else None

    async def account_id(self, exchange: Any) -> str | None:  # noqa: ANN401 - a ccxt exchange
        """Return the number of the user whose key it is; a demo account does not tell."""
        if self.settings.mode is ModeChoice.DEMO:
            return None
        told = (await self._key(exchange)).get("userID")
        return None if told is None else str(told)

    async def _key(self, exchange: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a ccxt exchange
        reply = await exchange.privateGetV5UserQueryApi()
        result = reply.get("result") if isinstance(reply, Mapping) else None
        if not isinstance(result, Mapping):
            raise UnreadableRow("the answer does not tell the key's rights")
        return result

    async def fees(self, exchange: Any) -> dict[str, Fees]:  # noqa: ANN401 - a ccxt exchange
        """Read what the account pays on each market."""
        rows = listed(await exchange.privateGetV5AccountFeeRate({"category": self.category}))
        paid = {
            str(one.get("symbol")): (number(one.get("makerFeeRate")), number(one.get("takerFeeRate")))
            for one in rows
        }
        return {
            name: (maker, taker)
            for name, (maker, taker) in paid.items()
            if maker is not None and taker is not None
        }

    def _scopes(self, markets: Markets) -> list[dict[str, object]]:
        if not self.is_perpetual:
            return [{"category": "spot"}]
        return [{"category": "linear", "settleCoin": one} for one in markets.settle_currencies]

    def _market(self, exchange: Any, markets: Markets, row: Row) -> Any:  # noqa: ANN401 - a ccxt market
        """Name the market by the row's symbol: ccxt's own guess takes a spot row for a perpetual."""
        return exchange.market(markets.symbol_of({"info": row}))

    async def _pages(self, path: Any, asked: dict[str, object]) -> list[Row]:  # noqa: ANN401 - a ccxt endpoint
        found: list[Row] = []
        for _ in range(_MOST_PAGES):
            reply = await path(dict(asked))
            found += listed(reply)
            cursor = reply["result"].get("nextPageCursor")
            if not cursor or not reply["result"]["list"]:
                return found
            asked["cursor"] = cursor
        raise UnreadableRow(f"more than {_MOST_PAGES} pages: what was read is not all there is")


def _as_order(rows: Sequence[Row]) -> dict[str, object]:
    """Tell the order that fills belong to, where the venue lists them but not it."""
    newest = max(rows, key=lambda one: int(one.get("execTime") or 0))
    filled = sum((number(one.get("execQty")) or ZERO for one in rows), ZERO)
    value = sum((number(one.get("execValue")) or ZERO for one in rows), ZERO)
    size = number(newest.get("orderQty")) or filled
    kept = ("symbol", "orderId", "orderLinkId", "side", "orderType", "stopOrderType")
    return {name: newest.get(name) for name in kept} | {
        "qty": plain(size),
        "price": newest.get("orderPrice"),
        "cumExecQty": plain(filled),
        "cumExecValue": plain(value),
        "leavesQty": plain(size - filled),
        "orderStatus": "Filled" if filled >= size else "PartiallyFilled",
        "marketUnit": "baseCoin",
        "updatedTime": newest.get("execTime"),
        "createdTime": newest.get("execTime"),
    }
