"""Venues that look up and cancel by our own ids through ccxt's unified parameter: Binance and OKX."""

from typing import Any

from connectors.ccxt.creation import Creation, is_conditional
from connectors.ccxt.dialect import MAY_WITHDRAW, Dialect, Named
from connectors.ccxt.markets import Markets, Row
from connectors.ccxt.settings import MarketChoice, ModeChoice
from desk.contracts.orders import OrderRequest


class ClientIdDialect(Dialect):
    """Name orders by our own ids; those that wait for a price may lie in a book of their own."""

    looks_up_client_ids = True
    cancels_by_client_id = True

    async def find(self, exchange: Any, named: Named) -> Row | None:  # noqa: ANN401 - a ccxt exchange
        """Ask each book; the venue's own word for an unknown order is the only proof that there is none."""
        books: list[dict[str, object]] = [{}]
        if self.has_trigger_book(exchange):
            books.append({"trigger": True})
        if named.is_conditional:
            books.reverse()
        for book in books:
            try:
                row: Row = await exchange.fetch_order(named.by_venue_id, named.symbol, _key(named) | book)
            except Exception as error:
                if type(error).__name__ != "OrderNotFound":
                    raise
            else:
                return row
        return None

    def can_aim(self, named: Named) -> bool:
        """Our own id is enough once it is known in which book the order lies."""
        return named.is_conditional is not None

    async def cancel(self, exchange: Any, named: Named) -> Row:  # noqa: ANN401 - a ccxt exchange
        """Cancel by our own id, in the book the order lies in."""
        params = _key(named)
        if named.is_conditional and self.has_trigger_book(exchange):
            params["trigger"] = True
        row: Row = await exchange.cancel_order(named.by_venue_id, named.symbol, params)
        return row


class BinanceDialect(ClientIdDialect):
    """Binance, spot and linear perpetuals: its gateway refuses what is older than the receive window."""

    absence_proof_ms: int | None = 25_000

    def options(self) -> dict[str, object]:
        """Load one kind of market, in one request, and none of what only a margin account has."""
        kind = "linear" if self.is_perpetual else "spot"
        return super().options() | {
            "fetchMarkets": {"types": [kind]},
            "fetchMargins": False,
            "recvWindow": 10_000,
            "watchPositions": {"fetchPositionsSnapshot": False, "awaitPositionsSnapshot": False},
        }

    async def key_problem(self, exchange: Any) -> str | None:  # noqa: ANN401 - a ccxt exchange
        """Ask what the key may do; the test worlds do not tell."""
        if self.settings.mode is not ModeChoice.LIVE:
            return None
        rights = await exchange.sapiGetAccountApiRestrictions()
        right = "enableFutures" if self.is_perpetual else "enableSpotAndMarginTrading"
        if not _is_yes(rights.get(right)):
            return _MAY_NOT_TRADE
        return MAY_WITHDRAW if _is_yes(rights.get("enableWithdrawals")) else None


class OkxDialect(ClientIdDialect):
    """OKX: a request never expires there, so nothing proves that an order will not still arrive."""

    def options(self) -> dict[str, object]:
        """Load one kind of market."""
        kind = "swap" if self.settings.market is MarketChoice.SWAP else "spot"
        return super().options() | {"fetchMarkets": {"types": [kind]}}

    async def key_problem(self, exchange: Any) -> str | None:  # noqa: ANN401 - a ccxt exchange
        """Ask what the key may do."""
        reply = await exchange.privateGetAccountConfig()
        rights = str(reply["data"][0]["perm"]).split(",")
        if "trade" not in rights:
            return _MAY_NOT_TRADE
        return MAY_WITHDRAW if "withdraw" in rights else None

    async def account_id(self, exchange: Any) -> str | None:  # noqa: ANN401 - a ccxt exchange
        """Return the number of the account, which each subaccount has for itself."""
        told = (await exchange.privateGetAccountConfig())["data"][0].get("uid")
        return None if told is None else str(told)

    def creation(self, exchange: Any, request: OrderRequest, markets: Markets) -> Creation:  # noqa: ANN401
        """Count a market order in coins, and name one that waits in the book it will lie in too."""
        asked = super().creation(exchange, request, markets)
        if is_conditional(request.order_type):
            asked.params["algoClOrdId"] = request.client_order_id
        if not self.is_perpetual and asked.type == "market":
            asked.params["tgtCcy"] = "base_ccy"
        return asked

    def takes_market_buys(self, exchange: Any) -> bool:  # noqa: ANN401 - a ccxt exchange
        """In coins, where the venue is told so."""
        return True


_MAY_NOT_TRADE = "the key may not trade here: make one that may"


def _is_yes(right: object) -> bool:
    return str(right).lower() == "true"


def _key(named: Named) -> dict[str, object]:
    return {} if named.by_venue_id is not None else {"clientOrderId": named.name}
