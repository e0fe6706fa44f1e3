"""Settings of ccxt's that its streams need, before the first of them is opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connectors.ccxt.streams.exchange import StreamExchange
from connectors.ccxt.streams.settings import StreamSettings

CONDITIONAL_APART: Final = frozenset({"okx", "bitget"})
"""Where conditional orders have a stream of their own."""

_TRADES_METHOD: Final[Mapping[tuple[str, bool], str]] = {
    ("binance", False): "publicGetTrades",
    ("binance", True): "fapiPublicGetTrades",
    ("binanceusdm", True): "fapiPublicGetTrades",
}
"""By venue, and perpetual or not: ccxt's usual call reads trades under other ids than the stream's."""

_MOST_TRADES: Final[Mapping[tuple[str, bool], int]] = {
    ("bybit", False): 60,
    ("bybit", True): 1_000,
    ("binance", False): 1_000,
    ("binance", True): 1_000,
    ("binanceusdm", True): 1_000,
    ("okx", False): 500,
    ("okx", True): 500,
}
"""How many public trades a read may ask for, where the usual is fewer."""


@dataclass(frozen=True, slots=True)
class TradesRead:
    """Say how the public trades of a symbol are read; `most` None asks for what the venue usually gives."""

    most: int | None
    parameters: Mapping[str, str]


def trades_read(exchange_id: str, symbol: str) -> TradesRead:
    """Return how to read the trades of a symbol so that they have the stream's ids, as many as there are."""
    kind = (exchange_id, ":" in symbol)
    method = _TRADES_METHOD.get(kind)
    return TradesRead(_MOST_TRADES.get(kind), {} if method is None else {"fetchTradesMethod": method})


def prepare(exchange: StreamExchange, settings: StreamSettings) -> None:
    """Ping often, remember enough, print nothing."""
    exchange.streaming = {**exchange.streaming, "keepAlive": settings.keep_alive_ms}
    exchange.options = {
        **exchange.options,
        "tradesLimit": settings.trades_kept,
        "ordersLimit": settings.orders_kept,
    }
