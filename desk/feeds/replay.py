"""Recorded files as a feed: merged in time order, each row at its time on the desk's clock.

The clock sets the speed: a virtual clock plays as fast as the machine can, a paced clock at the recorded
speed or a multiple of it; either begins at `ReplayFeed.first_ms`.
"""

import heapq
from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import chain, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Final

from desk.contracts.market import Bar, Instrument, Tick
from desk.contracts.ports.time import Clock
from desk.contracts.problems import InputRefused, Problem
from desk.contracts.sides import OrderSide
from desk.feeds.csv_reader import CsvReader
from desk.feeds.csv_rows import Trade
from desk.feeds.grid import Grid
from desk.feeds.ohlc_path import ohlc_path


@dataclass(frozen=True, slots=True)
class ReplaySource:
    """Name one recorded file and the instrument it is of; an instrument may have several files."""

    instrument: Instrument
    path: Path


@dataclass(frozen=True, slots=True)
class ReplayProgress:
    """How far a replay is, over all its files."""

    rows_done: int
    bytes_done: int
    bytes_total: int


_PRICES_REMEMBERED: Final = 1_024
"""The prices of neighbouring candles repeat: five of six are known already, at a tenth of their cost."""

_Point = tuple[int, str, Decimal, Decimal, Decimal, Decimal]
"""A tick without its sequence: time_ms, symbol, price, bid, ask, size_base. Plain, for there are millions."""


class ReplayFeed:
    """Play recorded candles and trades.

    `spread_fraction` of the price lies between bid and ask: around a candle's prices, and on the side away
    from the taker of a trade. Prices are rounded to the instrument's price step, a bid down, an ask up.
    Raises InputRefused where a file cannot be read, and while playing at a row that is at fault: survey the
    files first. Sequences count up from `first_sequence`.
    """

    def __init__(
        self,
        sources: Sequence[ReplaySource],
        clock: Clock,
        spread_fraction: Decimal = Decimal(0),
        first_sequence: int = 1,
    ) -> None:
        if not 0 <= spread_fraction < 1:
            message = f"the spread is a fraction from 0 to below 1, was {spread_fraction}"
            raise ValueError(message)
        self._clock = clock
        self._sequence = first_sequence
        self._is_closed = False
        self._players = [_Player(source, spread_fraction) for source in sources]

    @property
    def symbols(self) -> Sequence[str]:
        """The symbols it brings, in the order of the sources."""
        return tuple(dict.fromkeys(player.symbol for player in self._players))

    @property
    def progress(self) -> ReplayProgress:
        """How far it is."""
        readers = [player.reader for player in self._players]
        return ReplayProgress(
            sum(reader.rows_done for reader in readers),
            sum(reader.bytes_done for reader in readers),
            sum(reader.bytes_total for reader in readers),
        )

    def first_ms(self) -> int:
        """Return the time of the first row: where the clock of a replay begins."""
        return min(player.first_ms() for player in self._players)

    def recorded(self) -> Generator[Tick, None, None]:
        """Yield every recorded tick by time, waiting for none; equal times in the order of the sources."""
        playing = [player.points() for player in self._players]
        merged = heapq.merge(*playing, key=itemgetter(0)) if len(playing) > 1 else playing[0]
        try:
            for time_ms, symbol, price, bid, ask, size_base in merged:
                sequence = self._sequence
                self._sequence = sequence + 1
                yield Tick(symbol, time_ms, price, bid, ask, size_base, sequence)
        finally:
            for points in playing:
                points.close()

    def watch(self, symbol: str) -> bool:
        """Bring no more than was recorded."""
        return symbol in self.symbols

    async def ticks(self) -> AsyncIterator[Tick]:
        """Yield every recorded tick, each at its time on the desk's clock."""
        with closing(self.recorded()) as recorded:
            for tick in recorded:
                await self._clock.sleep_until_ms(tick.time_ms)
                if self._is_closed:
                    return
                yield tick

    async def history(self, symbol: str, interval_ms: int, count: int) -> Sequence[Bar]:
        """Return nothing: a recording knows nothing before its first row."""
        return ()

    async def close(self) -> None:
        """End the iteration at its next tick."""
        self._is_closed = True


class _Player:
    """Play one file."""

    def __init__(self, source: ReplaySource, spread_fraction: Decimal) -> None:
        self.symbol = source.instrument.symbol
        self.reader = CsvReader(source.path)
        self._grid = Grid(source.instrument.price_step)
        self._spread = spread_fraction
        self._quoted = lru_cache(_PRICES_REMEMBERED)(self._quote)

    def first_ms(self) -> int:
        """Return the time of the first row."""
        return next(CsvReader(self.reader.path).rows()).time_ms

    def points(self) -> Generator[_Point, None, None]:
        """Yield the ticks of the file, without sequence."""
        interval_ms = self.reader.interval_ms or 0
        for row, following in pairwise(chain(self.reader.rows(), (None,))):
            if isinstance(row, Trade):
                yield self._trade(row)
            elif row is not None:
                # A candle ends at the latest where the next begins, so that time never goes back.
                until_next_ms = interval_ms if following is None else following.time_ms - row.time_ms
                for time_ms, price, volume in ohlc_path(row, min(interval_ms, until_next_ms)):
                    yield (time_ms, self.symbol, *self._quoted(price), volume)

    def _quote(self, price: Decimal) -> tuple[Decimal, Decimal, Decimal]:
        """Put bid and ask around a candle's price: it does not say who took."""
        price = self._on_grid(price)
        if not self._spread:
            return price, price, price
        half = price * self._spread / 2
        return price, self._grid.floor(price - half), self._grid.ceil(price + half)

    def _trade(self, trade: Trade) -> _Point:
        """Put the price on the side the taker met, the spread on the other."""
        price = bid = ask = self._on_grid(trade.price)
        if trade.side is OrderSide.BUY:
            bid = self._grid.floor(price - price * self._spread)
        else:
            ask = self._grid.ceil(price + price * self._spread)
        return (trade.time_ms, self.symbol, price, bid, ask, trade.size)

    def _on_grid(self, price: Decimal) -> Decimal:
        rounded, step = self._grid.nearest(price), self._grid.step
        if rounded == step and price * 2 < step:
            what = f"the price {price} is below half the price step {step} of {self.symbol}"
            remedy = "write the venue's price step in the instrument's settings"
            raise InputRefused(Problem(str(self.reader.path), None, "", what, remedy))
        return rounded
