"""Settings of ccxt's that its streams need, before the first of them is opened."""

from collections.abc import Mapping
from typing import Final

from connectors.ccxt.streams.exchange import StreamExchange
from connectors.ccxt.streams.settings import StreamSettings

TRADES_PARAMETERS: Final[Mapping[str, Mapping[str, str]]] = {
    "binance": {"fetchTradesMethod": "publicGetTrades"},
    "binanceusdm": {"fetchTradesMethod": "fapiPublicGetTrades"},
}
"""What a read of public trades must ask for, so that its ids are those of the stream."""

_MOST_TRADES: Final[Mapping[tuple[str, bool], int]] = {("bybit", True): 1_000, ("bybit", False): 60}
"""How many public trades a read may ask for where the usual is fewer; by venue, and perpetual or not."""


def most_trades(exchange_id: str, symbol: str) -> int | None:
    """Return how many public trades to ask for at once; None for what the venue usually gives."""
    return _MOST_TRADES.get((exchange_id, ":" in symbol))


def prepare(exchange: StreamExchange, settings: StreamSettings) -> None:
    """Ping often, remember enough, print nothing."""
    exchange.streaming = {**exchange.streaming, "keepAlive": settings.keep_alive_ms}
    exchange.options = {
        **exchange.options,
        "tradesLimit": settings.trades_kept,
        "ordersLimit": settings.trades_kept,
    }
