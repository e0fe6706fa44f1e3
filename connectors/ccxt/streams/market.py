"""A venue's own prices: quotes and public trades as they come, and candles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.ccxt.markets import Markets
from connectors.ccxt.streams.bars import Candles
from connectors.ccxt.streams.exchange import ReadCall, StreamExchange
from connectors.ccxt.streams.market_parts import MarketParts
from connectors.ccxt.streams.market_rows import timeframe_of
from connectors.ccxt.streams.market_session import MarketSession
from connectors.ccxt.streams.own_tasks import OwnTasks
from connectors.ccxt.streams.pump_set import PumpSet
from connectors.ccxt.streams.settings import StreamSettings
from desk.contracts.connection import StreamCondition
from desk.contracts.market import Bar
from desk.contracts.ports.market_source import MarketListener
from desk.contracts.ports.time import Clock, Rng, Spawner
from desk.contracts.problems import ReadFailed


@dataclass(frozen=True, slots=True)
class MarketVenue:
    """Say how a venue's prices are reached: what it trades, its names of intervals, and how it is read."""

    markets: Markets
    timeframes: Mapping[str, object]
    read: ReadCall


class VenueMarket:
    """Bring the prices of a venue while it is open; before, it only notes who wants them."""

    def __init__(
        self, clock: Clock, spawner: Spawner, rng: Rng, settings: StreamSettings | None = None
    ) -> None:
        self._clock = clock
        self._spawner = spawner
        self._rng = rng
        self._settings = settings or StreamSettings()
        self._wanted: tuple[tuple[str, ...], MarketListener] | None = None
        self._later: tuple[str, ...] = ()
        self._venue: MarketVenue | None = None
        self._session: MarketSession | None = None

    @property
    def symbols(self) -> tuple[str, ...]:
        """What somebody subscribed to."""
        return () if self._wanted is None else (*self._wanted[0], *self._later)

    @property
    def is_wanted(self) -> bool:
        """Whether somebody subscribed, so that opening needs an exchange for streams."""
        return self._wanted is not None

    def subscribe(self, symbols: Sequence[str], listener: MarketListener) -> None:
        """Call `listener` with every quote and trade of `symbols` from the opening on."""
        self._wanted = tuple(symbols), listener

    def watch(self, symbols: Sequence[str]) -> None:
        """Tell the listener of more symbols, from now on and after every opening; raises RuntimeError."""
        if self._wanted is None:
            message = f"nobody listens to the prices of {', '.join(symbols)}: subscribe first"
            raise RuntimeError(message)
        watched = self.symbols
        fresh = tuple(symbol for symbol in dict.fromkeys(symbols) if symbol not in watched)
        self._later = (*self._later, *fresh)
        if self._session is not None:
            self._session.watch(fresh)

    def open(self, venue: MarketVenue, exchange: StreamExchange | None) -> None:
        """Begin; `exchange` is for these streams alone, and None where nothing is wanted or can be had."""
        self._venue = venue
        if self._wanted is None or exchange is None:
            return
        symbols, listener = self._wanted
        parts = MarketParts(
            exchange=exchange,
            markets=venue.markets,
            read=venue.read,
            listener=listener,
            clock=self._clock,
            rng=self._rng,
            settings=self._settings,
            tasks=OwnTasks(self._spawner),
            pumps=PumpSet(exchange),
        )
        self._session = MarketSession(parts)
        self._session.open(symbols, self._later)

    async def close(self) -> None:
        """End the streams and close their exchange; it may be opened again with another."""
        session, self._session, self._venue = self._session, None, None
        if session is not None:
            await session.close()

    def conditions(self) -> tuple[StreamCondition, ...]:
        """Show each stream."""
        return () if self._session is None else self._session.conditions()

    async def fetch_bars(self, symbol: str, interval_ms: int, count: int) -> Sequence[Bar]:
        """Read the newest `count` bars, volumes in base; raises ReadFailed."""
        if self._venue is None:
            raise ReadFailed("the exchange is not connected")
        timeframe = timeframe_of(self._venue.timeframes, interval_ms)
        if symbol not in self._venue.markets:
            raise ReadFailed(f"the exchange has no {symbol}")
        candles = Candles(symbol, timeframe, interval_ms)
        return await candles.newest(self._venue.read, self._venue.markets, count, self._clock.now_ms())
