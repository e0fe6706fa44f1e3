"""The candles of every symbol, with the feed's own past before them."""

from collections.abc import Sequence

from desk.contracts.market import Bar, Tick
from desk.contracts.ports.feed import Feed
from desk.contracts.ports.time import Spawner
from desk.contracts.problems import ReadFailed
from desk.runtime.chart_series import BARS_KEPT, FOLDED_MS, ChartSeries

_WARMED_AT_START = 8
"""Symbols whose past is asked for at once; that of more is asked for when somebody looks."""


class ChartBook:
    """Build candles from ticks; what was before the first tick is asked of the feed once."""

    def __init__(self, feed: Feed, spawner: Spawner) -> None:
        self._feed = feed
        self._spawner = spawner
        self._series: dict[str, ChartSeries] = {}
        self._asked: set[tuple[str, int]] = set()

    def begin(self) -> None:
        """Ask for the past of a few symbols, so that it is there before the first look."""
        if len(self._feed.symbols) <= _WARMED_AT_START:
            wanted = [(symbol, interval_ms) for symbol in self._feed.symbols for interval_ms in FOLDED_MS]
            self._ask(wanted)

    def add(self, tick: Tick) -> None:
        """Take a tick."""
        series = self._series.get(tick.symbol)
        if series is None:
            series = self._series[tick.symbol] = ChartSeries(tick.symbol)
        series.add(tick)

    def total_ticks(self) -> int:
        """Count the ticks of all symbols in this run."""
        return sum(series.ticks for series in self._series.values())

    def ticks(self, symbol: str) -> int:
        """Count the ticks of a symbol in this run."""
        series = self._series.get(symbol)
        return 0 if series is None else series.ticks

    def bars(self, symbol: str, interval_ms: int, count: int) -> tuple[Bar, ...]:
        """Return the newest `count` bars, the last still open; none of what is not kept.

        The first look asks the feed for what was before; it is there at a later one.
        """
        if symbol not in self._feed.symbols or count <= 0:
            return ()
        self._ask([(symbol, interval_ms)])
        series = self._series.get(symbol)
        return () if series is None else tuple(series.bars(interval_ms)[-count:])

    def _ask(self, wanted: Sequence[tuple[str, int]]) -> None:
        fresh = [one for one in wanted if one not in self._asked and one[1] in FOLDED_MS]
        if fresh:
            self._asked.update(fresh)
            self._spawner.spawn("chart history", self._read(fresh))

    async def _read(self, wanted: Sequence[tuple[str, int]]) -> None:
        for symbol, interval_ms in wanted:
            try:
                history = await self._feed.history(symbol, interval_ms, BARS_KEPT)
            except ReadFailed:
                continue
            if symbol not in self._series:
                self._series[symbol] = ChartSeries(symbol)
            self._series[symbol].precede(interval_ms, history)
