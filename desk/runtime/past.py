"""What a screen draws of the past: candles with the fills among them, equity, closed trades, results."""

from desk.contracts.history import ChartView, EquityPoint, History
from desk.feeds.bars import BarBook
from desk.runtime.equity_watch import EquityWatch


class Past:
    """Answer from what the running desk keeps."""

    def __init__(self, bars: BarBook, equity: EquityWatch) -> None:
        self._bars = bars
        self._equity = equity

    def chart(self, symbol: str, interval_ms: int, count: int) -> ChartView:
        """Return up to `count` bars of a symbol with the fills among them."""
        bars = tuple(self._bars.bars(symbol, interval_ms)[-count:]) if count > 0 else ()
        return ChartView(symbol, interval_ms, bars, ())

    def history(self) -> History:
        """Return equity, closed trades and results."""
        return History(tuple(EquityPoint(*one) for one in self._equity.samples), (), ())
