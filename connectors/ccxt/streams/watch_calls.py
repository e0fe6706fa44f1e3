"""Which of ccxt's calls bring a venue's trades and quotes, by what it declares."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial

from connectors.ccxt.streams.exchange import StreamExchange

Watch = tuple[tuple[str, ...], Callable[[], Awaitable[object]]]
"""A portion of the symbols, and the call that waits for their next news."""


def trade_watches(exchange: StreamExchange, symbols: Sequence[str], most: int) -> Iterator[Watch]:
    """Yield the calls for public trades, each of at most `most` symbols; nothing where there are none."""
    if exchange.has.get("watchTradesForSymbols"):
        for portion in _portions(symbols, most):
            yield portion, partial(exchange.watch_trades_for_symbols, list(portion))
    elif exchange.has.get("watchTrades"):
        for symbol in symbols:
            yield (symbol,), partial(exchange.watch_trades, symbol)


def quote_watches(exchange: StreamExchange, symbols: Sequence[str], most: int) -> Iterator[Watch]:
    """Yield the calls for best bid and ask: tickers only where there is nothing better, as many lack both."""
    if exchange.has.get("watchBidsAsks"):
        for portion in _portions(symbols, most):
            yield portion, partial(exchange.watch_bids_asks, list(portion))
    elif exchange.has.get("watchTickers"):
        for portion in _portions(symbols, most):
            yield portion, partial(exchange.watch_tickers, list(portion))
    elif exchange.has.get("watchTicker"):
        for symbol in symbols:
            yield (symbol,), partial(exchange.watch_ticker, symbol)


def _portions(symbols: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    for begin in range(0, len(symbols), most):
        yield tuple(symbols[begin : begin + most])
