"""The connector's own prices as a feed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

from desk.contracts.market import Bar, Tick
from desk.contracts.ports.market_source import MarketSource, MarketUpdate
from desk.contracts.ports.time import Clock
from desk.feeds.fetched_bars import closed_bars
from desk.feeds.irregularities import Irregularity, IrregularityBook
from desk.feeds.market_queue import MarketQueue
from desk.feeds.symbol_tape import SymbolTape

_CAPACITY: Final = 50_000
"""Updates that may wait for the core: seconds of a wild market, and some ten megabytes."""

_BREATHE_EVERY: Final = 256
"""Ticks in one go, some ten milliseconds: then the answers to orders have their turn."""


class ConnectorFeed:
    """Bring what a connector's venue quotes and trades.

    It listens from its making on, so that nothing is missing between the history and the first tick. A
    symbol that is silent brings nothing: its last price grows old. What is wrong with the data is counted in
    `irregularities`, and `on_trouble` is told. Sequences count up from `first_sequence`.
    """

    def __init__(
        self,
        source: MarketSource,
        symbols: Sequence[str],
        clock: Clock,
        *,
        max_quote_age_ms: int,
        on_trouble: Callable[[str], None],
        first_sequence: int = 1,
        capacity: int = _CAPACITY,
    ) -> None:
        self._source = source
        self._clock = clock
        self._max_quote_age_ms = max_quote_age_ms
        self._sequence = first_sequence
        self._is_closed = False
        self._arrived = asyncio.Event()
        self.irregularities = IrregularityBook(on_trouble)
        self._queue = MarketQueue(capacity, self.irregularities)
        self._tapes = {
            symbol: SymbolTape(symbol, max_quote_age_ms, self.irregularities) for symbol in symbols
        }
        source.subscribe(self.symbols, self._on_update)

    @property
    def symbols(self) -> Sequence[str]:
        """The symbols it brings."""
        return tuple(self._tapes)

    def watch(self, symbol: str) -> bool:
        """Bring one symbol more, from the venue's next price of it on."""
        if symbol not in self._tapes:
            self._tapes[symbol] = SymbolTape(symbol, self._max_quote_age_ms, self.irregularities)
            self._source.watch((symbol,))
        return True

    async def ticks(self) -> AsyncIterator[Tick]:
        """Yield a tick for every quote and trade, as they come, until the feed is closed."""
        in_one_go = 0
        while not self._is_closed:
            if not self._queue:
                in_one_go = 0
                self._arrived.clear()
                await self._arrived.wait()
                continue
            tick = self._next()
            if tick is not None:
                yield tick
            in_one_go += 1
            if in_one_go >= _BREATHE_EVERY:
                in_one_go = 0
                await self._clock.sleep_ms(0)

    async def history(self, symbol: str, interval_ms: int, count: int) -> Sequence[Bar]:
        """Return up to `count` closed bars as the venue has them.

        Raises ReadFailed where they cannot be read or are no bars, KeyError for a symbol it does not bring.
        """
        if symbol not in self._tapes:
            raise KeyError(symbol)
        fetched = await self._source.fetch_bars(symbol, interval_ms, count + 1)
        closed = closed_bars(fetched, symbol, interval_ms, self._clock.now_ms())
        return closed[-count:]

    async def close(self) -> None:
        """End the iteration at once; what has not been taken yet is left."""
        self._is_closed = True
        self._arrived.set()

    def _on_update(self, update: MarketUpdate) -> None:
        if self._is_closed:
            return
        if update.symbol not in self._tapes:
            self.irregularities.note(Irregularity.UNASKED, update.symbol, "prices that nobody asked for came")
            return
        self._queue.put(update)
        self._arrived.set()

    def _next(self) -> Tick | None:
        """Make the tick of the oldest update that waits."""
        update = self._queue.take()
        tick = self._tapes[update.symbol].tick(update, self._clock.now_ms(), self._sequence)
        if tick is not None:
            self._sequence += 1
        return tick
