"""How one venue is spoken to through ccxt; this one by what it declares, better known ones override it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.ccxt.codes import VenueCodes, codes_of
from connectors.ccxt.creation import Creation, creation, declared_stop, is_conditional
from connectors.ccxt.markets import Fees, Markets, Row, UnreadableRow
from connectors.ccxt.pacer import Pacer, PacingTerms
from connectors.ccxt.settings import CcxtSettings, MarketChoice
from connectors.ccxt.wire import Answer
from desk.contracts.orders import AmendRequest, OrderRequest, OrderType
from desk.contracts.sides import OrderSide

MAY_WITHDRAW = "the key may withdraw: make one without that right"

_SECOND_MS = 1000
_ID_PARAMETERS = {"deribit": "label", "coinbase": "client_order_id"}
"""Where ccxt does not pass the unified client id on."""

_IDS_OF_THEIR_OWN = frozenset(("hyperliquid",))
_PAGE = 100
_MOST_PAGES = 200


class NotSupported(Exception):
    """The venue, or ccxt for it, cannot do this in a way that can be trusted: nothing was sent."""


@dataclass(frozen=True, slots=True)
class Named:
    """Say which order is meant: its client id, or its venue's where it has none; and what was kept of it."""

    symbol: str
    name: str
    venue_id: str | None = None
    is_conditional: bool | None = None

    @property
    def by_venue_id(self) -> str | None:
        """The venue's id, where the order is named by it."""
        return self.name[1:] if self.name.startswith("#") else None


@dataclass(frozen=True, slots=True)
class FillSpan:
    """Say which fills are asked for; `symbols` are those the account is known to trade."""

    since_ms: int
    now_ms: int
    symbols: tuple[str, ...] = ()


class Dialect:
    """Speak to a venue by ccxt's unified calls and the venue's declared features alone."""

    id_prefix = ""
    absence_proof_ms: int | None = None
    amends_in_place = False
    looks_up_client_ids = False
    """Whether a look-up by client id can prove that there is no such order."""
    cancels_by_client_id = False
    """Whether an order can be cancelled without the id the venue gave it."""

    def __init__(self, settings: CcxtSettings) -> None:
        self.settings = settings
        self.codes: VenueCodes = codes_of(settings.exchange)

    @property
    def is_perpetual(self) -> bool:
        """Whether contracts are traded rather than coins."""
        return self.settings.market is MarketChoice.SWAP

    def options(self) -> dict[str, object]:
        """Return ccxt's options for this venue and market."""
        return {"defaultType": self.settings.market.value, "warnOnFetchOpenOrdersWithoutSymbol": False}

    def pacing(self, rate_limit_ms: float) -> PacingTerms:
        """Return the venue's budget, by ccxt's spacing where nothing better is known."""
        return PacingTerms(
            limit=_SECOND_MS / rate_limit_ms if rate_limit_ms > 0 else 10, period_ms=_SECOND_MS
        )

    def on_answer(self, pacer: Pacer, answer: Answer) -> None:
        """Learn what an answer says of the budget; most venues say nothing."""

    def feature(self, exchange: Any, method: str, name: str) -> object:  # noqa: ANN401 - a ccxt exchange
        """Return what the venue's features say of a method for this kind of market."""
        kind, sub_kind = ("swap", "linear") if self.is_perpetual else ("spot", None)
        return exchange.feature_value_by_type(kind, sub_kind, method, name)

    def declares(self, exchange: Any, parameter: str) -> object:  # noqa: ANN401 - a ccxt exchange
        """Return what the venue's features say of a parameter of createOrder."""
        return self.feature(exchange, "createOrder", parameter)

    def order_types(self, exchange: Any) -> frozenset[OrderType]:  # noqa: ANN401 - a ccxt exchange
        """Return the order types that the venue declares in a form that can be trusted."""
        types = {OrderType.MARKET, OrderType.LIMIT}
        if self.declares(exchange, "stopLossPrice"):
            types.add(OrderType.STOP)
        if self.declares(exchange, "takeProfitPrice"):
            types.add(OrderType.TAKE_PROFIT)
        if self.declares(exchange, "triggerPrice"):
            types.add(OrderType.STOP_LIMIT)
        return frozenset(types)

    def creation(self, exchange: Any, request: OrderRequest, markets: Markets) -> Creation:  # noqa: ANN401
        """Return the arguments of `create_order`; raises NotSupported for a stop that is not declared."""
        is_market_buy = request.limit_price is None and request.side is OrderSide.BUY
        if is_market_buy and not self.is_perpetual and not self.takes_market_buys(exchange):
            raise NotSupported(f"{self.settings.exchange} takes market buys by what they cost, not by size")
        amount = markets.amount_of(request.symbol, request.size_base)
        waits = is_conditional(request.order_type)
        asked = creation(request, amount, self.stop_params(exchange, request) if waits else {})
        self._name(asked)
        return asked

    def _name(self, asked: Creation) -> None:
        """Put our own id where the venue reads it: an order that nobody can find again is not sent."""
        exchange = self.settings.exchange
        if exchange in _IDS_OF_THEIR_OWN:
            raise NotSupported(f"{exchange} takes no client id of ours, so an order could not be found again")
        parameter = _ID_PARAMETERS.get(exchange)
        if parameter is not None:
            asked.params[parameter] = asked.params.pop("clientOrderId")

    def takes_market_buys(self, exchange: Any) -> bool:  # noqa: ANN401 - a ccxt exchange
        """Tell whether coins are bought at the market by size."""
        return not self.declares(exchange, "marketBuyRequiresPrice")

    def stop_params(self, exchange: Any, request: OrderRequest) -> dict[str, object]:  # noqa: ANN401
        """Return the parameters that make an order wait; raises NotSupported where none is declared."""
        params = declared_stop(
            request, lambda name: self.declares(exchange, name), is_perpetual=self.is_perpetual
        )
        if params is None:
            raise NotSupported(f"{self.settings.exchange} declares no {request.order_type} for this order")
        return params

    async def create(self, exchange: Any, asked: Creation) -> Row:  # noqa: ANN401 - a ccxt exchange
        """Send an order."""
        row: Row = await exchange.create_order(
            asked.symbol, asked.type, asked.side, asked.amount, asked.price, asked.params
        )
        return row

    async def cancel(self, exchange: Any, named: Named) -> Row:  # noqa: ANN401 - a ccxt exchange
        """Cancel an order by the id the venue gave it."""
        if named.venue_id is None:
            raise NotSupported(f"{self.settings.exchange} cancels by its own order ids alone")
        params = {"trigger": True} if named.is_conditional else {}
        row: Row = await exchange.cancel_order(named.venue_id, named.symbol, params)
        return row

    def can_aim(self, named: Named) -> bool:
        """Tell whether enough is known of an order to cancel it without looking it up."""
        return named.venue_id is not None and named.is_conditional is not None

    async def amend(self, exchange: Any, named: Named, request: AmendRequest, markets: Markets) -> Row:  # noqa: ANN401
        """Change an order in place; raises NotSupported: a cancel and a create are no amend."""
        raise NotSupported(f"orders of {self.settings.exchange} are replaced, not amended")

    async def find(self, exchange: Any, named: Named) -> Row | None:  # noqa: ANN401 - a ccxt exchange
        """Look an order up; None is the venue's word. Raises UnreadableRow where it proves nothing."""
        if named.by_venue_id is not None:
            row: Row = await exchange.fetch_order(named.by_venue_id, named.symbol)
            return row
        rows = await exchange.fetch_open_orders(named.symbol)
        if exchange.has.get("fetchClosedOrders") is True:
            rows = [*rows, *await exchange.fetch_closed_orders(named.symbol)]
        found = next((one for one in rows if one.get("clientOrderId") == self.id_prefix + named.name), None)
        if found is None:
            raise UnreadableRow(f"{self.settings.exchange} proves no order's absence by its client id")
        return dict(found)

    def has_trigger_book(self, exchange: Any) -> bool:  # noqa: ANN401 - a ccxt exchange
        """Tell whether orders that wait for a price are kept, and asked for, apart from the others."""
        return bool(self.feature(exchange, "fetchOpenOrders", "trigger"))

    async def open_orders(self, exchange: Any, markets: Markets) -> Sequence[Row]:  # noqa: ANN401
        """Read every resting order of the account, conditional ones included."""
        rows = list(await exchange.fetch_open_orders())
        if self.has_trigger_book(exchange):
            rows += await exchange.fetch_open_orders(None, None, None, {"trigger": True})
        return rows

    async def fills(self, exchange: Any, span: FillSpan, markets: Markets) -> Sequence[Row]:  # noqa: ANN401
        """Read every fill of a span; raises UnreadableRow where a symbol is wanted and none is known."""
        if not self.feature(exchange, "fetchMyTrades", "symbolRequired"):
            return await self._fills_of(exchange, None, span.since_ms)
        if not span.symbols:
            raise UnreadableRow(
                f"{self.settings.exchange} tells fills symbol by symbol, and none is known yet"
            )
        found: list[Row] = []
        for symbol in span.symbols:
            found += await self._fills_of(exchange, symbol, span.since_ms)
        return found

    async def _fills_of(self, exchange: Any, symbol: str | None, since_ms: int) -> list[Row]:  # noqa: ANN401
        found: dict[tuple[str, str], Row] = {}
        start_ms = since_ms
        for _ in range(_MOST_PAGES):
            page = await exchange.fetch_my_trades(symbol, start_ms, _PAGE)
            fresh = {(str(one["symbol"]), str(one["id"])): one for one in page}
            newest_ms = max((int(one["timestamp"]) for one in page), default=start_ms)
            is_new = bool(fresh.keys() - found.keys())
            found |= fresh
            if not is_new or len(page) < _PAGE:
                return list(found.values())
            start_ms = newest_ms if newest_ms > start_ms else start_ms + 1
        raise UnreadableRow(f"more than {_MOST_PAGES} pages of fills: what was read is not all there is")

    async def positions(self, exchange: Any, markets: Markets) -> Sequence[Row]:  # noqa: ANN401
        """Read every position."""
        return list(await exchange.fetch_positions())

    async def balances(self, exchange: Any) -> Row:  # noqa: ANN401 - a ccxt exchange
        """Read every balance."""
        row: Row = await exchange.fetch_balance()
        return row

    async def fees(self, exchange: Any) -> dict[str, Fees]:  # noqa: ANN401 - a ccxt exchange
        """Read what the account pays, by the venue's name of a market; nothing where it does not tell."""
        return {}

    async def key_problem(self, exchange: Any) -> str | None:  # noqa: ANN401 - a ccxt exchange
        """Name what is wrong with the key's rights; None where nothing is, or the venue does not tell.

        MAY_WITHDRAW is named last: a key of which that is said can trade.
        """
        return None

    async def account_id(self, exchange: Any) -> str | None:  # noqa: ANN401 - a ccxt exchange
        """Return the venue's own number of the account; None where it is not known how it tells one."""
        return None


def listed(reply: object) -> list[Mapping[str, Any]]:
    """Return the rows of an answer of Bybit's form; raises UnreadableRow where it has none."""
    result = reply.get("result") if isinstance(reply, Mapping) else None
    rows = result.get("list") if isinstance(result, Mapping) else None
    if not isinstance(rows, list):
        raise UnreadableRow("the answer holds no list")
    return rows
