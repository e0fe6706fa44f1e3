"""The marks of every symbol, sampled evenly, as a sparkline draws them."""

from collections.abc import Iterable
from decimal import Decimal

from desk.runtime.market_board import MarketBoard

_MOST = 40
_SLOWEST_S = 32


class MarkTrends:
    """Sample every mark each second; a full row is thinned out and goes on at half the pace.

    At one sample in 32 seconds the oldest falls out instead: 40 samples then tell some 20 minutes.
    """

    def __init__(self, board: MarketBoard) -> None:
        self._board = board
        self._rows: dict[str, _Row] = {}

    def on_second(self, symbols: Iterable[str]) -> None:
        """Sample the marks that are known."""
        for symbol in symbols:
            mark = self._board.mark(symbol)
            if mark is None:
                continue
            row = self._rows.get(symbol)
            if row is None:
                row = self._rows[symbol] = _Row()
            row.take(mark)

    def trend(self, symbol: str) -> tuple[Decimal, ...]:
        """Return the samples of a symbol, oldest first."""
        row = self._rows.get(symbol)
        return () if row is None else row.samples


class _Row:
    """Hold the samples of one symbol."""

    __slots__ = ("_every_s", "_passed_s", "samples")

    def __init__(self) -> None:
        self.samples: tuple[Decimal, ...] = ()
        self._every_s = 1
        self._passed_s = 0

    def take(self, mark: Decimal) -> None:
        """Take the mark of one second."""
        if self._passed_s % self._every_s == 0:
            self._keep(mark)
        self._passed_s += 1

    def _keep(self, mark: Decimal) -> None:
        if len(self.samples) < _MOST:
            self.samples = (*self.samples, mark)
        elif self._every_s >= _SLOWEST_S:
            self.samples = (*self.samples[1:], mark)
        else:
            self._every_s *= 2
            self.samples = (*self.samples[::2], mark)
