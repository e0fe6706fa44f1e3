"""An exchange of ccxt's pro kind by hand, under a virtual clock: streams that break when the test says so."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.ccxt.markets import Row, UnreadableRow
from connectors.ccxt.streams.account import AccountStreams
from connectors.ccxt.streams.exchange import Account
from connectors.ccxt.streams.settings import StreamSettings
from connectors.ccxt.streams.wire import Wire
from desk.contracts.orders import OrderStatus, OrderType, VenueEvent, VenueFill, VenueOrder
from desk.contracts.problems import ReadFailed
from desk.contracts.sides import OrderSide
from desk.runtime.clock import VirtualClock
from desk.runtime.tasks import TaskSupervisor
from desk.runtime.virtual_loop import VirtualLoop, run_virtual
from tests.builders.market import BTC, START_MS

URL = "wss://venue/private"


def fill(
    name: str = "t1", order: str = "o1", size: str = "1", time_ms: int = START_MS, symbol: str = BTC
) -> VenueFill:
    return VenueFill(
        venue_trade_id=name,
        venue_order_id=order,
        client_order_id=f"c{order}",
        symbol=symbol,
        side=OrderSide.BUY,
        size_base=Decimal(size),
        price=Decimal(100),
        fee=Decimal(0),
        fee_currency="USDT",
        time_ms=time_ms,
        is_maker=False,
    )


def order(
    status: OrderStatus = OrderStatus.OPEN, filled: str = "0", at_ms: int = START_MS, name: str = "o1"
) -> VenueOrder:
    return VenueOrder(
        client_order_id=f"c{name}",
        venue_order_id=name,
        symbol=BTC,
        side=OrderSide.BUY,
        order_type=OrderType.LIMIT,
        status=status,
        size_base=Decimal(2),
        filled_base=Decimal(filled),
        updated_at_ms=at_ms,
    )


class HandMemory(list[Row]):
    """One of ccxt's memories."""

    fresh = 0

    def put(self, row: Row) -> None:
        self.append(row)
        self.fresh += 1

    def getLimit(self, symbol: str | None, limit: int | None) -> int | None:  # noqa: N802 - ccxt's name
        fresh, self.fresh = self.fresh, 0
        return fresh


class HandExchange:
    """Streams over one connection that stands when `is_reachable` and dialled; rows carry their event."""

    def __init__(self, name: str = "hand") -> None:
        self.id = name
        self.venue_ahead_ms: Callable[[], int] = int
        self.order_streams: list[Mapping[str, object]] = []
        self.wire: Wire | None = None
        self.has: Mapping[str, object] = {"watchOrders": True, "watchMyTrades": True}
        self.options: dict[str, Any] = {}
        self.streaming: dict[str, Any] = {}
        self.orders = HandMemory()
        self.myTrades = HandMemory()
        self.trades: Mapping[str, HandMemory] = {}
        self.bidsasks: Mapping[str, Row] = {}
        self.tickers: Mapping[str, Row] = {}
        self.is_reachable = True
        self.dials = 0
        self.logins_unanswered: tuple[str, ...] = ()
        self.is_closed = False
        self.url = URL
        self._is_connected = False
        self._waiting: list[asyncio.Future[object]] = []

    def say(self, event: VenueEvent | str) -> None:
        """Let a message come; a text stands for a row that cannot be read."""
        row = {"id": f"{event}", "event": event}
        (self.myTrades if isinstance(event, VenueFill | str) else self.orders).put(row)
        assert self.wire is not None
        self.wire.heard(self.url, ("orders",))
        self._wake()

    def drop_stream(self, url: str, reason: str) -> None:
        if not self._is_connected:
            return
        self._is_connected = False
        assert self.wire is not None
        self.wire.lost(url, reason)
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_exception(ConnectionError(reason))

    def cancel_waiting(self) -> None:
        """Cancel what is awaited, as ccxt does to all when it closes a connection."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            future.cancel()

    def unanswered_logins(self) -> Iterator[str]:
        return iter(self.logins_unanswered)

    async def close(self) -> None:
        self.is_closed = True
        self.drop_stream(URL, "closed")

    async def watch_orders(self, *, params: Mapping[str, object]) -> object:
        if params not in self.order_streams:
            self.order_streams.append(params)
        return await self._next()

    async def watch_my_trades(self) -> object:
        return await self._next()

    def watch_trades(self, symbol: str) -> Awaitable[object]:
        return self._next()

    def watch_trades_for_symbols(self, symbols: Sequence[str]) -> Awaitable[object]:
        return self._next()

    def watch_bids_asks(self, symbols: Sequence[str]) -> Awaitable[object]:
        return self._next()

    def watch_tickers(self, symbols: Sequence[str]) -> Awaitable[object]:
        return self._next()

    def watch_ticker(self, symbol: str) -> Awaitable[object]:
        return self._next()

    async def _next(self) -> object:
        assert self.wire is not None
        self.wire.asked(self.url)
        if not self._is_connected:
            self.dials += 1
            if not self.is_reachable:
                raise ConnectionError("nobody answers")
            self._is_connected = True
            self.wire.connected(self.url)
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return await future

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)


class HandAccount:
    """What reads tell; `is_down` is a venue that answers none."""

    def __init__(self) -> None:
        self.is_down = False
        self.fills: list[VenueFill] = []
        self.open_orders: list[VenueOrder] = []
        self.known: dict[str, VenueOrder] = {}
        self.since_ms: list[int] = []
        self.looked_up: list[str] = []

    def concerns(self, row: Row) -> bool:
        return True

    def order(self, row: Row) -> VenueOrder:
        event = row["event"]
        assert isinstance(event, VenueOrder)
        return event

    def fill(self, row: Row) -> VenueFill:
        event = row["event"]
        if not isinstance(event, VenueFill):
            raise UnreadableRow("a row of nonsense")
        return event

    async def fetch_order(self, symbol: str, client_order_id: str) -> VenueOrder | None:
        self.looked_up.append(client_order_id)
        return self.known.get(client_order_id)

    async def fetch_open_orders(self) -> Sequence[VenueOrder]:
        if self.is_down:
            raise ReadFailed("the venue does not answer")
        return list(self.open_orders)

    async def fetch_fills(self, since_ms: int) -> Sequence[VenueFill]:
        if self.is_down:
            raise ReadFailed("the venue does not answer")
        self.since_ms.append(since_ms)
        return [one for one in self.fills if one.time_ms >= since_ms]


class _Listener:
    """Keep what is told; it refuses the next `refusals` as a desk whose disk is full."""

    def __init__(self, told: list[VenueEvent]) -> None:
        self.refusals = 0
        self._told = told

    def __call__(self, event: VenueEvent) -> None:
        if self.refusals:
            self.refusals -= 1
            raise OSError("no space left")
        self._told.append(event)


@dataclass
class HandStreams:
    """An account's streams in the test's hand, and what they told."""

    clock: VirtualClock
    exchange: HandExchange
    account: HandAccount
    streams: AccountStreams
    listener: "_Listener"
    told: list[VenueEvent]
    failures: list[str]

    @property
    def up(self) -> list[bool]:
        return [one.is_up for one in self.streams.conditions()]

    async def pass_ms(self, duration_ms: int = 1_000) -> None:
        await self.clock.sleep_ms(duration_ms)


def stream_by_hand(
    script: Callable[[HandStreams], Awaitable[None]],
    settings: StreamSettings | None = None,
    *,
    seed: int = 1,
    exchange_id: str = "hand",
) -> HandStreams:
    """Run `script` beside an account's streams, then close them."""

    async def main(loop: VirtualLoop) -> HandStreams:
        clock, exchange, account = VirtualClock(loop, START_MS), HandExchange(exchange_id), HandAccount()
        failures: list[str] = []
        tasks = TaskSupervisor(lambda name, error: failures.append(f"{name}: {error!r}"))
        heard: list[VenueEvent] = []
        listening = _Listener(heard)
        streams = AccountStreams(
            exchange,
            Account(account, account),
            listening,
            clock,
            tasks,
            random.Random(seed),
            settings=settings,
        )
        room = HandStreams(clock, exchange, account, streams, listening, heard, failures)
        streams.open()
        await room.pass_ms()
        await script(room)
        await streams.close()
        await room.pass_ms()
        assert not tasks.running
        return room

    return run_virtual(main)
