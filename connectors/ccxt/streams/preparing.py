"""Settings of ccxt's that its streams need, before the first of them is opened."""

from collections.abc import Mapping
from typing import Any, Final

from connectors.ccxt.streams.exchange import StreamExchange
from connectors.ccxt.streams.settings import StreamSettings

_BY_VENUE: Final[Mapping[str, Mapping[str, Any]]] = {
    "binance": {"watchPositions": {"fetchPositionsSnapshot": False}},
    "binanceusdm": {"watchPositions": {"fetchPositionsSnapshot": False}},
    "bybit": {"watchPositions": {"fetchPositionsSnapshot": False}},
}

TRADES_PARAMETERS: Final[Mapping[str, Mapping[str, str]]] = {
    "binance": {"fetchTradesMethod": "publicGetTrades"},
    "binanceusdm": {"fetchTradesMethod": "fapiPublicGetTrades"},
}
"""What a read of public trades must ask for, so that its ids are those of the stream."""


def prepare(exchange: StreamExchange, settings: StreamSettings) -> None:
    """Ping often, remember enough, print nothing."""
    exchange.streaming = {**exchange.streaming, "keepAlive": settings.keep_alive_ms}
    exchange.options = {
        **exchange.options,
        "tradesLimit": settings.trades_kept,
        "ordersLimit": settings.trades_kept,
    }
