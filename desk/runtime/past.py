"""What a screen draws of the past: candles with the fills among them, equity, closed trades, results."""

from desk.contracts.history import ChartView, History
from desk.runtime.desk_watch import Keepsakes


class Past:
    """Answer from what the running desk keeps."""

    def __init__(self, kept: Keepsakes) -> None:
        self._kept = kept

    def chart(self, symbol: str, interval_ms: int, count: int) -> ChartView:
        """Return up to `count` bars of a symbol with the fills among them; empty where none are kept."""
        bars = self._kept.charts.bars(symbol, interval_ms, count)
        marks = self._kept.marks.since(symbol, bars[0].open_time_ms) if bars else ()
        return ChartView(symbol, interval_ms, bars, marks)

    def history(self) -> History:
        """Return equity, closed trades and results."""
        kept = self._kept
        return History(kept.equity.points(), kept.closed.trades(), kept.closed.results())
