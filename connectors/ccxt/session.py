"""What lives from the opening to the close: clients, markets, the clock's watch and the account's streams."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from connectors.ccxt.clients import Workshop, stream_class
from connectors.ccxt.clock_watch import ClockWatch
from connectors.ccxt.dialect import MAY_WITHDRAW, Dialect
from connectors.ccxt.dispatch import Dispatch
from connectors.ccxt.markets import Markets
from connectors.ccxt.memory import OrderMemory
from connectors.ccxt.reads import Reads
from connectors.ccxt.streams.account import AccountStreams
from connectors.ccxt.streams.exchange import Account
from connectors.ccxt.streams.market import MarketVenue, VenueMarket
from connectors.ccxt.streams.own_tasks import OwnTasks
from connectors.ccxt.streams.settings import StreamSettings
from desk.contracts.connection import StreamCondition
from desk.contracts.market import Instrument
from desk.contracts.orders import VenueEvent, VenueOrder
from desk.contracts.ports.connector import VenueListener
from desk.contracts.ports.time import Clock, Rng, Spawner
from desk.contracts.problems import ReadFailed, RefusedByState

_MARKETS_AGE_MS = 30_000
_MARKETS_MS = 30_000
"""A venue's list of markets is megabytes long."""


@dataclass(frozen=True, slots=True)
class Told:
    """Say who is told: of the account's orders and fills, and of prices; and how patient the streams are.

    `on_broad_key` hears of a key that may withdraw, which is refused where nobody does.
    """

    listeners: Sequence[VenueListener]
    market: VenueMarket
    streams: StreamSettings | None = None
    on_broad_key: Callable[[str], None] | None = None


class Session:
    """Hold everything that talks to the venue; made anew at each opening."""

    def __init__(  # noqa: PLR0917 - everything a session meets
        self,
        workshop: Workshop,
        dialect: Dialect,
        clock: Clock,
        spawner: Spawner,
        rng: Rng,
        secrets: tuple[str, ...],
        told: Told,
    ) -> None:
        self._workshop = workshop
        self._dialect = dialect
        self._clock = clock
        self._spawner = spawner
        self._rng = rng
        self._told = told
        self._for_orders = workshop.rest()
        self._for_reads = workshop.rest()
        self._streams: AccountStreams | None = None
        self._tasks = OwnTasks(spawner)
        self._markets_read_ms = 0
        self.markets = Markets(dialect.settings.market, self._for_reads.precisionMode)
        self._memory = memory = OrderMemory()
        self.reads = Reads(self._for_reads, dialect, self.markets, memory, clock, secrets)
        self._watch = ClockWatch(self.reads, [self._for_reads, self._for_orders], clock)
        self.orders = Dispatch(
            self._for_orders, dialect, self.markets, memory, self.reads, spawner, secrets, self._watch.want
        )

    @property
    def clock_skew_ms(self) -> int | None:
        """The venue's clock minus ours."""
        return self._watch.skew_ms

    def conditions(self) -> tuple[StreamCondition, ...]:
        """Show each stream."""
        account = () if self._streams is None else self._streams.conditions()
        return (*account, *self._told.market.conditions())

    async def open(self) -> None:
        """Read clock and markets, and of an account that may be read also the key's rights.

        Raises ReadFailed where the venue does not answer, RefusedByState for a key that may do too much or
        too little.
        """
        for symbol in self._told.market.symbols:
            self._memory.trades(symbol)
        await self._watch.open()
        await self._read_markets()
        self._tasks.start("ccxt clock", self._watch.run())
        if self._workshop.may_sign:
            await self._check_key()
            await self.reads.fetch_balances()
            self._open_account_streams()
        self._open_market_streams()

    async def close(self) -> None:
        """End every task and connection."""
        await self._tasks.stop()
        await self._told.market.close()
        if self._streams is not None:
            await self._streams.close()
        await asyncio.gather(self._for_orders.close(), self._for_reads.close())

    async def instruments(self) -> list[Instrument]:
        """Return the filters of every symbol, read again where they are not fresh."""
        if self._clock.monotonic_ms() - self._markets_read_ms > _MARKETS_AGE_MS:
            await self._read_markets()
        return self.markets.instruments()

    async def _read_markets(self) -> None:
        self._for_reads.timeout = max(self._workshop.request_ms, _MARKETS_MS)
        try:
            rows = await self.reads.call("load_markets", reload=True)
        finally:
            self._for_reads.timeout = self._workshop.request_ms
        if not rows:
            raise ReadFailed(f"{self._for_reads.id} lists no market")
        self._markets_read_ms = self._clock.monotonic_ms()
        self.markets.replace(rows.values())
        if self._workshop.may_sign:
            await self._read_fees()
        self._for_orders.set_markets_from_exchange(self._for_reads)

    async def _read_fees(self) -> None:
        """Read what the account pays; the venue's list price stands where it does not tell."""
        with suppress(ReadFailed):
            self.markets.charge(await self.reads.read("fees", lambda: self._dialect.fees(self._for_reads)))

    async def _check_key(self) -> None:
        problem = await self.reads.read(
            "the key's rights", lambda: self._dialect.key_problem(self._for_reads)
        )
        if problem is None:
            return
        what = f"{self._for_reads.id}: {problem}"
        if problem != MAY_WITHDRAW or self._told.on_broad_key is None:
            raise RefusedByState(what)
        self._told.on_broad_key(what)

    def _open_account_streams(self) -> None:
        exchange = self._stream_client()
        if exchange is None:
            return
        account = Account(self.reads.rows, self.reads)
        self._streams = AccountStreams(
            exchange,
            account,
            self._hear,
            self._clock,
            self._spawner,
            self._rng,
            settings=self._told.streams,
        )
        self._streams.open()

    def _hear(self, event: VenueEvent) -> None:
        """Pass an event of the account on; an order that was seen can be cancelled without looking it up."""
        if isinstance(event, VenueOrder):
            self._memory.saw(event)
        for listener in self._told.listeners:
            listener(event)

    def _open_market_streams(self) -> None:
        market = self._told.market
        venue = MarketVenue(self.markets, self._for_reads.timeframes or {}, self.reads.call)
        market.open(venue, self._stream_client() if market.is_wanted else None)

    def _stream_client(self) -> Any:  # noqa: ANN401 - a ccxt exchange
        """Build the client for the account's streams; None where ccxt has none for the exchange."""
        found = stream_class(self._dialect.settings.exchange)
        if found is None:
            return None
        exchange = self._workshop.stream(found)
        exchange.set_markets_from_exchange(self._for_reads)
        exchange.venue_ahead_ms = lambda: self.clock_skew_ms or 0
        return exchange
