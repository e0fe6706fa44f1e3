"""Real streams of ccxt's bybit against the local exchange, and all that they told."""

import asyncio
import gc
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import SecretStr

from connectors.ccxt.bare_reads import BareReads
from connectors.ccxt.clients import stream_class
from connectors.ccxt.settings import CcxtSettings, MarketChoice
from connectors.ccxt.streams.account import AccountStreams
from connectors.ccxt.streams.exchange import Account
from connectors.ccxt.streams.market import MarketVenue, VenueMarket
from connectors.ccxt.streams.settings import StreamSettings
from desk.contracts.connection import StreamCondition
from desk.contracts.orders import OrderStatus, VenueEvent, VenueFill, VenueOrder
from desk.contracts.ports.market_source import MarketUpdate, QuoteUpdate, TradeUpdate
from desk.runtime.clock import WallClock
from desk.runtime.tasks import TaskSupervisor
from tests.builders.sandbox import KEY, PERP, SECRET, Sandbox

QUICK = StreamSettings(
    keep_alive_ms=4_000,
    look_every_ms=10,
    account_check_ms=300,
    grace_ms=100,
    overlap_ms=5_000,
    settle_ms=100,
    hold_ms=3_000,
    quote_silence_ms=300,
    trade_silence_ms=300,
    answer_ms=300,
    first_pause_ms=10,
    longest_pause_ms=50,
    rewatch_ms=5,
)
"""As patient as a test, except where a stall of the machine would pass for the venue's."""

_SOON_S = 20.0


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, generously."""
    async with asyncio.timeout(_SOON_S):
        while not condition():
            await WallClock().sleep_ms(5)


@dataclass
class Told:
    """What streams told, in order, and how they stand."""

    box: Sandbox
    exchange: Any
    streams: AccountStreams | VenueMarket
    events: list[VenueEvent] = field(default_factory=list)
    updates: list[MarketUpdate] = field(default_factory=list)

    @property
    def fills(self) -> list[VenueFill]:
        return [one for one in self.events if isinstance(one, VenueFill)]

    @property
    def orders(self) -> list[VenueOrder]:
        return [one for one in self.events if isinstance(one, VenueOrder)]

    def filled(self) -> Decimal:
        """Return how much was told as filled."""
        return sum((one.size_base for one in self.fills), Decimal(0))

    def states(self, venue_order_id: str) -> list[OrderStatus]:
        return [one.status for one in self.orders if one.venue_order_id == venue_order_id]

    @property
    def source(self) -> VenueMarket:
        assert isinstance(self.streams, VenueMarket)
        return self.streams

    @property
    def prices(self) -> list[Decimal]:
        """The prices of the trades that were told, in order."""
        return [one.price for one in self.updates if isinstance(one, TradeUpdate)]

    @property
    def quotes(self) -> list[tuple[Decimal, Decimal]]:
        return [(one.bid, one.ask) for one in self.updates if isinstance(one, QuoteUpdate)]

    def condition(self, name: str) -> StreamCondition:
        """Show the first stream whose name begins so."""
        return next(one for one in self.streams.conditions() if one.name.startswith(name))

    def gaps(self) -> int:
        return sum(one.gaps for one in self.streams.conditions())

    async def settled(self) -> None:
        """Wait until a read was made after now: what only reads find is told."""
        reads = self.box.venue.requests["GET /v5/execution/list"]
        await until(lambda: self.box.venue.requests["GET /v5/execution/list"] >= reads + 2)

    async def pause(self) -> None:
        """Let a moment pass that is short for a stream, and long for a machine."""
        await WallClock().sleep_ms(20)

    async def until_up(self, topics: int = 2) -> None:
        """Wait until the streams stand and the venue took so many subscriptions."""
        await until(
            lambda: (
                all(one.is_up for one in self.streams.conditions())
                and sum(len(one.topics) for one in self.box.server.streams) == topics
            )
        )


@asynccontextmanager
async def bare_reads(box: Sandbox, market: MarketChoice) -> AsyncIterator[tuple[BareReads, TaskSupervisor]]:
    """Reach the local exchange as a connector does; nothing may fail unseen."""
    failures: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(f"{context}"))
    tasks = TaskSupervisor(lambda name, error: failures.append(f"{name}: {error!r}"))
    settings = CcxtSettings(
        exchange="bybit",
        market=market,
        base_url=box.base_url,
        api_key=SecretStr(KEY),
        secret=SecretStr(SECRET),
    )
    bare = BareReads.of(settings, WallClock(), tasks)
    try:
        await bare.load_markets()
        yield bare, tasks
    finally:
        await bare.close()
        await tasks.stop(1_000)
    gc.collect()  # what nobody looked at is told when it is dropped
    assert not failures, failures


def stream_exchange(bare: BareReads) -> Any:  # noqa: ANN401 - a ccxt exchange
    """Build the exchange that streams, its markets those of the reads."""
    found = stream_class("bybit")
    assert found is not None
    exchange = bare.workshop.stream(found)
    exchange.set_markets_from_exchange(bare.exchange)
    return exchange


@asynccontextmanager
async def told_account(
    box: Sandbox,
    settings: StreamSettings = QUICK,
    market: MarketChoice = MarketChoice.SWAP,
    venue_ahead_ms: int = 0,
) -> AsyncIterator[Told]:
    """Listen to the account of the local exchange."""
    async with bare_reads(box, market) as (bare, tasks):
        exchange = stream_exchange(bare)
        exchange.venue_ahead_ms = lambda: venue_ahead_ms
        bare.exchange.options["timeDifference"] = -venue_ahead_ms
        events: list[VenueEvent] = []
        streams = AccountStreams(
            exchange,
            Account(bare.reads.rows, bare.reads),
            events.append,
            WallClock(),
            tasks,
            random.Random(1),
            settings=settings,
        )
        streams.open()
        try:
            yield Told(box, exchange, streams, events=events)
        finally:
            await streams.close()


@asynccontextmanager
async def told_market(
    box: Sandbox,
    settings: StreamSettings = QUICK,
    market: MarketChoice = MarketChoice.SWAP,
    symbols: Sequence[str] = (PERP,),
) -> AsyncIterator[Told]:
    """Listen to the prices of the local exchange."""
    async with bare_reads(box, market) as (bare, tasks):
        exchange = stream_exchange(bare)
        updates: list[MarketUpdate] = []
        source = VenueMarket(WallClock(), tasks, random.Random(1), settings)
        source.subscribe(symbols, updates.append)
        venue = MarketVenue(bare.markets, exchange.timeframes, bare.reads.call)
        source.open(venue, exchange)
        try:
            yield Told(box, exchange, source, updates=updates)
        finally:
            await source.close()
