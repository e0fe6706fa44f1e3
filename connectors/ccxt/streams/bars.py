"""Candles by pages, as many as were asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connectors.ccxt.markets import Markets
from connectors.ccxt.streams.exchange import ReadCall
from connectors.ccxt.streams.market_rows import bar_of
from desk.contracts.market import Bar

_PAGE: Final = 200
"""What every venue answers at once."""


@dataclass(frozen=True, slots=True)
class Candles:
    """Name the candles of one symbol; `timeframe` is what the venue calls `interval_ms`."""

    symbol: str
    timeframe: str
    interval_ms: int

    async def newest(self, read: ReadCall, markets: Markets, count: int, now_ms: int) -> Sequence[Bar]:
        """Return up to `count` bars up to now, the open one among them, oldest first; raises ReadFailed."""
        begin_ms = now_ms - now_ms % self.interval_ms - (count - 1) * self.interval_ms
        bars: dict[int, Bar] = {}
        while begin_ms <= now_ms:
            limit = min(_PAGE, count)
            for candle in await read("fetch_ohlcv", self.symbol, self.timeframe, begin_ms, limit):
                bar = bar_of(candle, self.symbol, self.interval_ms, markets)
                bars[bar.open_time_ms] = bar
            begin_ms += limit * self.interval_ms  # a page without trades is empty, and is passed over
        return [bars[at_ms] for at_ms in sorted(bars)][-count:]
