"""Made-up ticks on several symbols: the same seed and start make the same ones."""

import math
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from desk.contracts.market import Bar, Instrument, Tick
from desk.contracts.ports.time import Clock, Rng
from desk.feeds.grid import Grid
from desk.feeds.price_process import PriceProcess, ProcessShape

_STEPS_PER_HISTORY_BAR: Final = 12
_SIZE_SPREAD: Final = 1.0
"""The standard deviation of the logarithm of a tick's size."""
_MEDIAN_NOTIONAL: Final = 500.0
"""The median worth of a tick's size, in quote."""


@dataclass(frozen=True, slots=True)
class SyntheticSymbol:
    """Shape one symbol's prices: the yearly volatility, the jump size and the spread are fractions.

    `jump_probability` is a tick's chance to jump; `market_share`, from 0 to 1, the part of each move's
    variance that comes from the draw it has in common with the other symbols.
    """

    instrument: Instrument
    start_price: Decimal
    annual_volatility: Decimal = Decimal("0.8")
    jump_probability: Decimal = Decimal("0.001")
    jump_size: Decimal = Decimal("0.005")
    spread_fraction: Decimal = Decimal("0.0002")
    market_share: Decimal = Decimal(0)


class SyntheticFeed:
    """Make a tick of each symbol every `interval_ms`, the symbols spread over the interval.

    It never ends by itself. Where the clock has jumped ahead, the prices move on at once and no tick is
    made up for the time between. Sequences count up from `first_sequence`.
    """

    def __init__(
        self,
        symbols: Sequence[SyntheticSymbol],
        clock: Clock,
        seed: int,
        interval_ms: int,
        first_sequence: int = 1,
    ) -> None:
        if interval_ms <= 0:
            message = f"the interval must be above 0 ms, was {interval_ms}"
            raise ValueError(message)
        self._clock = clock
        self._seed = seed
        self._interval_ms = interval_ms
        self._sequence = first_sequence
        self._is_closed = False
        self._makers = {
            each.instrument.symbol: _TickMaker(
                each, random.Random(f"{seed}|{each.instrument.symbol}"), interval_ms
            )
            for each in symbols
        }

    @property
    def symbols(self) -> Sequence[str]:
        """The symbols it brings."""
        return tuple(self._makers)

    def watch(self, symbol: str) -> bool:
        """Bring no more than it was made with: nobody knows how another symbol should move."""
        return symbol in self._makers

    async def ticks(self) -> AsyncIterator[Tick]:
        """Yield ticks in time order until the feed is closed."""
        makers = list(self._makers.values())
        market = random.Random(f"{self._seed}|market")
        interval_ms = self._interval_ms
        offsets_ms = [place * interval_ms // len(makers) for place in range(len(makers))]
        step_ms = _next_multiple(self._clock.now_ms(), interval_ms)
        elapsed_ms = interval_ms
        while True:
            common = market.gauss(0.0, 1.0)
            for maker, offset_ms in zip(makers, offsets_ms, strict=True):
                await self._clock.sleep_until_ms(step_ms + offset_ms)
                if self._is_closed:
                    return
                tick = maker.tick(step_ms + offset_ms, elapsed_ms, common, self._sequence)
                self._sequence += 1
                yield tick
            next_ms = max(
                step_ms + interval_ms, _next_multiple(self._clock.now_ms() - interval_ms, interval_ms)
            )
            elapsed_ms, step_ms = next_ms - step_ms, next_ms

    async def history(self, symbol: str, interval_ms: int, count: int) -> Sequence[Bar]:
        """Return `count` closed bars made by the same process, the last of which closes at the start price.

        Every interval has a path of its own. Raises KeyError for a symbol it does not bring.
        """
        rng = random.Random(f"{self._seed}|{symbol}|history|{interval_ms}")
        begin_ms = self._clock.now_ms() // interval_ms * interval_ms - count * interval_ms
        return self._makers[symbol].history(rng, begin_ms, interval_ms, count)

    async def close(self) -> None:
        """End the iteration at its next tick."""
        self._is_closed = True


class _TickMaker:
    """Make the ticks of one symbol."""

    def __init__(self, symbol: SyntheticSymbol, rng: Rng, interval_ms: int) -> None:
        self._symbol = symbol.instrument.symbol
        self._rng = rng
        self._grid = Grid(symbol.instrument.price_step)
        self._lots = Grid(symbol.instrument.size_step)
        self._start = float(symbol.start_price)
        self._half_spread = float(symbol.spread_fraction) / 2
        self._shape = ProcessShape(
            annual_volatility=float(symbol.annual_volatility),
            jumps_per_ms=float(symbol.jump_probability) / interval_ms,
            jump_size=float(symbol.jump_size),
            market_share=float(symbol.market_share),
        )
        self._process = PriceProcess(self._shape, rng)

    def tick(self, time_ms: int, elapsed_ms: int, market: float, sequence: int) -> Tick:
        """Move the price on by `elapsed_ms` and show it."""
        self._process.step(elapsed_ms, market)
        middle = self._start * math.exp(self._process.log_price)
        half = middle * self._half_spread
        bid = self._grid.floor(Decimal(middle - half))
        ask = self._grid.ceil(Decimal(middle + half))
        price = self._grid.nearest(Decimal(middle))
        size_base = self._size(self._rng, middle)
        return Tick(self._symbol, time_ms, price, bid, max(ask, bid + self._grid.step), size_base, sequence)

    def history(self, rng: Rng, begin_ms: int, interval_ms: int, count: int) -> list[Bar]:
        """Return bars from `begin_ms` on that end at the start price."""
        process = PriceProcess(self._shape, rng)
        paths: list[list[float]] = []
        for _ in range(count):
            path = [process.log_price]
            for _ in range(_STEPS_PER_HISTORY_BAR):
                process.step(interval_ms / _STEPS_PER_HISTORY_BAR, rng.gauss(0.0, 1.0))
                path.append(process.log_price)
            paths.append(path)
        end = process.log_price
        return [
            self._bar(rng, begin_ms + place * interval_ms, interval_ms, [each - end for each in path])
            for place, path in enumerate(paths)
        ]

    def _bar(self, rng: Rng, open_time_ms: int, interval_ms: int, logs: list[float]) -> Bar:
        prices = [self._grid.nearest(Decimal(self._start * math.exp(each))) for each in logs]
        volume = sum((self._size(rng, self._start) for _ in logs), Decimal(0))
        return Bar(
            self._symbol, open_time_ms, interval_ms,
            prices[0], max(prices), min(prices), prices[-1], volume,
        )  # fmt: skip

    def _size(self, rng: Rng, price: float) -> Decimal:
        notional = _MEDIAN_NOTIONAL * math.exp(rng.gauss(0.0, _SIZE_SPREAD))
        return self._lots.floor(Decimal(notional / price))


def _next_multiple(time_ms: int, interval_ms: int) -> int:
    """Return the first multiple of the interval after `time_ms`."""
    return (time_ms // interval_ms + 1) * interval_ms
