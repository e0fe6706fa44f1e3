"""What the streams remember of what is over stands still: a desk may trade for months."""

import tracemalloc
from collections.abc import Callable
from decimal import Decimal

from connectors.ccxt.memory import OrderMemory
from connectors.ccxt.streams.settings import StreamSettings
from connectors.ccxt.streams.told import ToldOrders
from connectors.ccxt.streams.trade_line import TradeLine
from desk.contracts.orders import OrderStatus
from desk.contracts.ports.market_source import TradeUpdate
from tests.builders.ccxt_streams import HandStreams, fill, order, stream_by_hand
from tests.builders.market import BTC, START_MS

MOST_GROWN_BYTES = 200_000


def grown_bytes(take: Callable[[int], object], count: int) -> int:
    """Return what a second `count` adds to what the first left behind."""
    tracemalloc.start()
    try:
        for number in range(count):
            take(number)
        before, _ = tracemalloc.get_traced_memory()
        for number in range(count, 2 * count):
            take(number)
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


def test_trades_of_the_market() -> None:
    line = TradeLine(lambda _: None, START_MS)

    def take(number: int) -> None:
        line.take(TradeUpdate(BTC, START_MS + number, Decimal(1), Decimal(1), f"trade {number}"))

    assert grown_bytes(take, 10_000) < MOST_GROWN_BYTES


def test_orders_that_ended() -> None:
    told = ToldOrders()

    def take(number: int) -> None:
        told.add(order(name=f"order {number}"))
        told.add(order(OrderStatus.FILLED, "2", START_MS + 1, f"order {number}"))

    assert grown_bytes(take, 2_000) < MOST_GROWN_BYTES


def test_where_orders_are_kept_at_the_venue() -> None:
    memory = OrderMemory()
    assert grown_bytes(lambda number: memory.saw(order(name=f"order {number}")), 2_000) < MOST_GROWN_BYTES


def test_fills_that_no_read_brings_again() -> None:
    traced: list[int] = []

    async def script(room: HandStreams) -> None:
        for number in range(6_000):
            room.exchange.say(fill(f"fill {number}", f"order {number}", time_ms=room.clock.now_ms()))
            if number % 100 == 0:
                await room.pass_ms(StreamSettings().account_check_ms)
                room.exchange.myTrades.clear()
                room.told.clear()
            if number in {3_000, 5_900}:
                traced.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        stream_by_hand(script)
    finally:
        tracemalloc.stop()
    assert traced[1] - traced[0] < MOST_GROWN_BYTES
