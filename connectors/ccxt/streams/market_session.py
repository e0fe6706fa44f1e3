"""A venue's prices while connected."""

from collections.abc import Sequence

from connectors.ccxt.streams.market_parts import MarketParts
from connectors.ccxt.streams.preparing import prepare
from connectors.ccxt.streams.quote_streams import QuoteStreams
from connectors.ccxt.streams.touched_symbols import TouchedSymbols
from connectors.ccxt.streams.trade_streams import TradeStreams
from desk.contracts.connection import StreamCondition


class MarketSession:
    """Run the trade and quote streams of symbols over one exchange, which is closed here."""

    def __init__(self, parts: MarketParts) -> None:
        prepare(parts.exchange, parts.settings)
        self._parts = parts
        self._unknown: tuple[str, ...] = ()
        self._touched = TouchedSymbols()
        self._trades = TradeStreams(parts)
        self._quotes = QuoteStreams(parts)
        parts.pumps.listen(self._heard)

    def open(self, symbols: Sequence[str], later: Sequence[str]) -> None:
        """Begin, with symbols that share streams and with those that were watched `later`."""
        self._start(symbols)
        self.watch(later)
        self._parts.tasks.start("ccxt market watch", self._look())

    def watch(self, symbols: Sequence[str]) -> None:
        """Open streams of symbols that have none yet; those that stand are left as they are."""
        for symbol in symbols:
            self._start((symbol,))  # alone: one that the venue refuses takes no other with it

    async def close(self) -> None:
        """End the streams and the exchange's connections."""
        await self._parts.tasks.stop()
        await self._parts.exchange.close()

    def conditions(self) -> tuple[StreamCondition, ...]:
        """Show each stream, and each symbol that the venue does not have."""
        unknown = (
            StreamCondition(f"{symbol}: unknown to the venue", is_up=False, is_stale=False, symbols=(symbol,))
            for symbol in self._unknown
        )
        return (*self._parts.pumps.conditions(), *unknown)

    def _start(self, symbols: Sequence[str]) -> None:
        known = tuple(symbol for symbol in symbols if symbol in self._parts.markets)
        self._unknown = (*self._unknown, *(symbol for symbol in symbols if symbol not in known))
        self._touched.add(known)
        self._trades.start(known)
        self._quotes.start(known)

    def _heard(self, woken: Sequence[str]) -> None:
        symbols = self._touched.of(woken)
        self._trades.take(symbols)
        self._quotes.take(symbols)

    async def _look(self) -> None:
        while True:
            self._trades.look()
            self._quotes.look()
            await self._parts.clock.sleep_ms(self._parts.settings.look_every_ms)
