"""A venue's own prices by hand, behind the port, and a feed that hears them under a virtual clock."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.paper.connector import PaperConnector
from desk.contracts.market import Bar, Tick
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.market_source import MarketListener, QuoteUpdate, TradeUpdate
from desk.contracts.problems import ReadFailed
from desk.feeds.connector_feed import ConnectorFeed
from desk.runtime.clock import VirtualClock
from desk.runtime.tasks import TaskSupervisor
from desk.runtime.virtual_loop import VirtualLoop, run_virtual
from tests.builders.market import BTC, ETH, START_MS

MAX_QUOTE_AGE_MS = 5_000


class HandSource:
    """A market source whose market is the test's hand; `bars` None is a venue that does not answer."""

    def __init__(self, bars: Sequence[Bar] | None = ()) -> None:
        self.bars = bars
        self.asked: list[tuple[str, int, int]] = []
        self.subscribed: tuple[str, ...] = ()
        self._listener: MarketListener | None = None

    def subscribe(self, symbols: Sequence[str], listener: MarketListener) -> None:
        self.subscribed, self._listener = tuple(symbols), listener

    def watch(self, symbols: Sequence[str]) -> None:
        self.subscribed = (*self.subscribed, *symbols)

    async def fetch_bars(self, symbol: str, interval_ms: int, count: int) -> Sequence[Bar]:
        self.asked.append((symbol, interval_ms, count))
        if self.bars is None:
            raise ReadFailed("the venue does not answer")
        return self.bars

    def quote(self, time_ms: int, bid: str, ask: str, symbol: str = BTC) -> None:
        self._tell(QuoteUpdate(symbol, time_ms, Decimal(bid), Decimal(ask)))

    def trade(
        self, time_ms: int, price: str, size: str = "1", symbol: str = BTC, trade_id: str | None = None
    ) -> None:
        self._tell(TradeUpdate(symbol, time_ms, Decimal(price), Decimal(size), trade_id))

    def _tell(self, update: QuoteUpdate | TradeUpdate) -> None:
        assert self._listener is not None, "nobody listens yet"
        self._listener(update)


def with_prices(connector: IAPIConnector, source: HandSource) -> IAPIConnector:
    """Give a paper exchange prices of its own, as an exchange has them."""
    assert isinstance(connector, PaperConnector)
    connector.market = source
    return connector


@dataclass
class HeardFeed:
    """A connector feed, the hand on its source, and what came of it."""

    clock: VirtualClock
    source: HandSource
    feed: ConnectorFeed
    ticks: list[Tick] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    has_ended: bool = False

    @property
    def now_ms(self) -> int:
        return self.clock.now_ms()

    async def take(self) -> None:
        """Take ticks as the core does."""
        async for tick in self.feed.ticks():
            self.ticks.append(tick)
        self.has_ended = True

    async def settle(self) -> None:
        """Let what has come in be taken; a millisecond passes."""
        await self.clock.sleep_ms(1)

    def shown(self) -> list[tuple[int, str, str, str, str]]:
        """Return each tick as milliseconds since the start, price, bid, ask, size."""
        return [
            (one.time_ms - START_MS, f"{one.price}", f"{one.bid}", f"{one.ask}", f"{one.size_base}")
            for one in self.ticks
        ]


def hear(
    script: Callable[[HeardFeed], Awaitable[None]],
    source: HandSource | None = None,
    *,
    capacity: int = 1_000,
    takes: bool = True,
) -> HeardFeed:
    """Run `script` beside a feed of two symbols that is being taken, unless not; then close the feed."""

    async def main(loop: VirtualLoop) -> HeardFeed:
        clock, troubles = VirtualClock(loop, START_MS), list[str]()
        failures: list[BaseException] = []
        tasks = TaskSupervisor(lambda _, error: failures.append(error))
        hand = source or HandSource()
        feed = ConnectorFeed(
            hand,
            [BTC, ETH],
            clock,
            max_quote_age_ms=MAX_QUOTE_AGE_MS,
            on_trouble=troubles.append,
            first_sequence=7,
            capacity=capacity,
        )
        heard = HeardFeed(clock, hand, feed, troubles=troubles)
        if takes:
            tasks.spawn("ticks", heard.take())
            await heard.settle()
        await script(heard)
        await heard.settle()
        await feed.close()
        await tasks.stop(1_000)
        assert not failures, failures
        return heard

    return run_virtual(main)
