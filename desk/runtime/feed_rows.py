"""The market data of every symbol as rows."""

from decimal import Decimal

from desk.contracts.ports.feed import Feed
from desk.contracts.snapshot import UNKNOWN_FIGURE, FeedRow, Figure, Source, aged_ms
from desk.runtime.chart_book import ChartBook
from desk.runtime.mark_trends import MarkTrends
from desk.runtime.market_board import MarketBoard
from desk.runtime.steps import Steps, rows_in_steps

_NO_PRICE = Figure(None, Source.FEED, None)


class FeedRows:
    """Build the rows."""

    def __init__(
        self, feed: Feed, board: MarketBoard, charts: ChartBook, trends: MarkTrends, max_price_age_ms: int
    ) -> None:
        self._feed = feed
        self._board = board
        self._charts = charts
        self._trends = trends
        self._max_price_age_ms = max_price_age_ms

    def rows(self, now_ms: int) -> Steps[tuple[FeedRow, ...]]:
        """Return the symbols in the order of the feed."""
        return rows_in_steps(self._feed.symbols, lambda symbol: self._row(symbol, now_ms))

    def _row(self, symbol: str, now_ms: int) -> FeedRow:
        tick = self._board.newest(symbol)
        if tick is None:
            return FeedRow(symbol, _NO_PRICE, _NO_PRICE, _NO_PRICE, is_stale=True)
        age_ms = aged_ms(now_ms, tick.time_ms)
        trend = self._trends.trend(symbol)
        mark = (tick.bid + tick.ask) / 2
        return FeedRow(
            symbol,
            Figure(tick.bid, Source.FEED, age_ms),
            Figure(tick.ask, Source.FEED, age_ms),
            Figure(tick.price, Source.FEED, age_ms),
            not age_ms <= self._max_price_age_ms,
            Figure(_change(mark, trend[0]), Source.DERIVED, age_ms) if trend else UNKNOWN_FIGURE,
            trend,
            self._charts.ticks(symbol),
        )


def _change(mark: Decimal, first: Decimal) -> Decimal | None:
    return mark / first - 1 if first > 0 else None
