"""The best bid and ask of a venue."""

from collections.abc import Iterable, Sequence

from connectors.ccxt.markets import Row
from connectors.ccxt.streams.market_parts import MarketParts
from connectors.ccxt.streams.market_rows import quote_of
from connectors.ccxt.streams.public_streams import PublicStreams
from connectors.ccxt.streams.pump import Pump
from connectors.ccxt.streams.watch_calls import quote_watches
from desk.contracts.ports.market_source import QuoteUpdate


class QuoteStreams:
    """Tell the quotes of the symbols it was started for, as they change."""

    def __init__(self, parts: MarketParts) -> None:
        self._parts = parts
        self._symbols: tuple[str, ...] = ()
        self._rows: dict[str, Row] = {}
        self._told: dict[str, QuoteUpdate] = {}
        self._streams = PublicStreams(parts, "quotes", parts.settings.quote_silence_ms, self)
        self._has_best = bool(parts.exchange.has.get("watchBidsAsks"))

    def start(self, symbols: Sequence[str]) -> None:
        """Begin a stream for each portion of symbols that are new to it."""
        self._symbols = (*self._symbols, *symbols)
        for watch in quote_watches(self._parts.exchange, symbols, self._parts.settings.symbols_per_watch):
            self._streams.start(watch, self)

    def woke(self) -> None:
        """Take what came, wherever it is."""
        self.take(self._symbols)

    def take(self, symbols: Iterable[str]) -> None:
        """Take what came of some symbols: ccxt puts a new row in the place of the old one."""
        exchange = self._parts.exchange
        memory = exchange.bidsasks if self._has_best else exchange.tickers
        for symbol in symbols:
            row = memory.get(symbol)
            if row is None or row is self._rows.get(symbol):
                continue
            self._rows[symbol] = row
            quote = quote_of(row, symbol, self._parts.venue_ms())
            if quote is not None:
                self._streams.came(symbol, quote.time_ms)
                self._told[symbol] = quote
                self._parts.listener(quote)

    def resumed(self, pump: Pump, *, is_first: bool) -> None:
        """Count silence from now; the venue tells the quotes of now by itself."""
        self._streams.stands(pump)

    def look(self) -> None:
        """Look at what is silent."""
        self.woke()
        self._streams.look()

    async def is_behind(self, symbol: str) -> bool:
        """Tell whether the venue's quote is another than the one told; raises ReadFailed."""
        row = await self._parts.read("fetch_ticker", symbol)
        now, told = quote_of(row, symbol, self._parts.venue_ms()), self._told.get(symbol)
        return now is not None and (told is None or (now.bid, now.ask) != (told.bid, told.ask))
