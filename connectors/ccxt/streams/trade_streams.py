"""The public trades of a venue, all of them."""

from collections.abc import Iterable, Sequence

from connectors.ccxt.streams.caches import Appended
from connectors.ccxt.streams.market_parts import MarketParts
from connectors.ccxt.streams.market_rows import trade_of, trades_of
from connectors.ccxt.streams.preparing import trades_read
from connectors.ccxt.streams.public_streams import PublicStreams
from connectors.ccxt.streams.pump import Pump
from connectors.ccxt.streams.trade_line import TradeLine
from connectors.ccxt.streams.watch_calls import trade_watches
from desk.contracts.ports.market_source import TradeUpdate
from desk.contracts.problems import ReadFailed


class TradeStreams:
    """Tell every trade of its symbols once; after an interruption first those that were missed."""

    def __init__(self, parts: MarketParts) -> None:
        self._parts = parts
        self._memories: dict[str, Appended] = {}
        self._lines: dict[str, TradeLine] = {}
        self._streams = PublicStreams(parts, "trades", parts.settings.trade_silence_ms, self)
        self._held_since_ms: dict[str, int] = {}
        self._being_read: dict[str, None] = {}

    def start(self, symbols: Sequence[str]) -> None:
        """Begin a stream for each portion of symbols that are new to it; what happened before is not told."""
        opened_ms, most = self._parts.venue_ms(), self._parts.settings.symbols_per_watch
        for symbol in symbols:
            self._memories[symbol] = Appended()
            self._lines[symbol] = TradeLine(self._parts.listener, opened_ms)
        for watch in trade_watches(self._parts.exchange, symbols, most):
            self._streams.start(watch, self)

    def woke(self) -> None:
        """Take what came, wherever it is."""
        self.take(self._memories)

    def take(self, symbols: Iterable[str]) -> None:
        """Take what came of some symbols."""
        for symbol in symbols:
            rows, has_overflowed = self._memories[symbol].new(self._parts.exchange.trades.get(symbol))
            if not rows:
                continue
            trades = [trade_of(row, symbol, self._parts.markets) for row in rows]
            read = [trade for trade in trades if trade is not None]
            newest_ms = max((trade.time_ms for trade in read), default=0)
            pump = self._streams.came(symbol, newest_ms)
            if has_overflowed:
                pump.gaps += 1
                self._hold(symbol)
            for trade in read:
                self._lines[symbol].take(trade)

    def resumed(self, pump: Pump, *, is_first: bool) -> None:
        """Hold what comes until what was missed is read."""
        self._streams.stands(pump)
        if not is_first:
            for symbol in pump.symbols:
                self._hold(symbol)

    def look(self) -> None:
        """Read what was missed as soon as the stream tells again, and look at what is silent."""
        self.woke()
        now_ms, settings = self._parts.clock.monotonic_ms(), self._parts.settings
        for symbol, since_ms in list(self._held_since_ms.items()):
            line, held_ms = self._lines[symbol], now_ms - since_ms
            if held_ms >= settings.hold_ms:
                self._release(symbol)
            elif symbol not in self._being_read and (line.has_waiting or held_ms >= settings.settle_ms):
                self._being_read[symbol] = None
                self._parts.tasks.start(f"ccxt trades {symbol} catch-up", self._complete(symbol, since_ms))
        self._streams.look()

    async def is_behind(self, symbol: str) -> bool:
        """Tell whether trades happened that were not told; raises ReadFailed."""
        line = self._lines[symbol]
        read = await self._read(symbol)
        return not line.is_held and bool(line.missed(read))  # what is held is being completed anyway

    def _hold(self, symbol: str) -> None:
        self._lines[symbol].hold()
        self._held_since_ms[symbol] = self._parts.clock.monotonic_ms()

    def _release(self, symbol: str, missed: Sequence[TradeUpdate] = ()) -> None:
        self._held_since_ms.pop(symbol, None)
        self._lines[symbol].release(missed)

    async def _complete(self, symbol: str, since_ms: int) -> None:
        """Read what was missed; where that fails it is tried again while the line is held."""
        try:
            read = await self._read(symbol)
        except ReadFailed:
            return
        finally:
            del self._being_read[symbol]
        if self._held_since_ms.get(symbol) == since_ms:
            self._release(symbol, self._lines[symbol].missed(read))

    async def _read(self, symbol: str) -> list[TradeUpdate]:
        asked, since_ms = trades_read(self._parts.exchange.id, symbol), self._lines[symbol].newest_ms
        rows = await self._parts.read("fetch_trades", symbol, since_ms, asked.most, dict(asked.parameters))
        return trades_of(rows, symbol, self._parts.markets)
