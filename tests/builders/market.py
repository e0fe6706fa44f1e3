"""Market data to test with: instruments, ticks, bars, candles, recorded files, and a feed played out."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from desk.contracts.assets import currencies_of
from desk.contracts.market import Bar, Instrument, InstrumentKind, Tick
from desk.contracts.ports.feed import Feed
from desk.feeds.csv_rows import Candle
from desk.runtime.clock import VirtualClock
from desk.runtime.virtual_loop import VirtualLoop, run_virtual

AnyFeed = TypeVar("AnyFeed", bound=Feed)

BTC = "BTC/USDT"
ETH = "ETH/USDT"
MINUTE_MS = 60_000
START_MS = 1_700_000_040_000
"""A whole minute: 2023-11-14 22:14 UTC."""

CANDLES_HEADER = "time_ms,open,high,low,close,volume"
TRADES_HEADER = "time_ms,price,size,side"


def instrument(symbol: str = BTC, price_step: str = "0.01", size_step: str = "0.001") -> Instrument:
    base, quote = currencies_of(symbol)
    return Instrument(
        symbol=symbol,
        kind=InstrumentKind.PERPETUAL if ":" in symbol else InstrumentKind.SPOT,
        base=base,
        quote=quote,
        price_step=Decimal(price_step),
        size_step=Decimal(size_step),
        min_size_base=Decimal(size_step),
        min_notional_quote=Decimal(5),
        maker_fee=Decimal("0.0002"),
        taker_fee=Decimal("0.0005"),
    )


def tick(
    price: str = "100", after_ms: int = 0, symbol: str = BTC, size: str = "1", sequence: int = 1
) -> Tick:
    at = Decimal(price)
    return Tick(symbol, START_MS + after_ms, at, at, at, Decimal(size), sequence)


def bar(close: str = "100", number: int = 0, symbol: str = BTC, interval_ms: int = MINUTE_MS) -> Bar:
    at = Decimal(close)
    return Bar(symbol, START_MS + number * interval_ms, interval_ms, at, at, at, at, Decimal(1))


def candle(prices: str = "100 110 90 105", number: int = 0, volume: str = "4") -> Candle:
    """Build a one-minute candle from "open high low close"."""
    opened, high, low, close = (Decimal(each) for each in prices.split())
    return Candle(START_MS + number * MINUTE_MS, opened, high, low, close, Decimal(volume))


def candle_line(prices: str = "100 110 90 105", number: int = 0, volume: str = "4") -> str:
    return f"{START_MS + number * MINUTE_MS},{prices.replace(' ', ',')},{volume}"


def write_csv(path: Path, header: str, lines: Iterable[str]) -> Path:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="ascii")
    return path


def play(
    make_feed: Callable[[VirtualClock], AnyFeed], start_ms: int = START_MS, most: int = 1_000_000
) -> tuple[list[Tick], list[int], AnyFeed]:
    """Play a feed under a virtual clock; return its ticks, the times they came at, and the feed."""

    async def main(loop: VirtualLoop) -> tuple[list[Tick], list[int], AnyFeed]:
        clock = VirtualClock(loop, start_ms)
        feed = make_feed(clock)
        ticks: list[Tick] = []
        times: list[int] = []
        async for each in feed.ticks():
            ticks.append(each)
            times.append(clock.now_ms())
            if len(ticks) == most:
                await feed.close()
        return ticks, times, feed

    return run_virtual(main)
