"""Bars built from ticks: what is closed is kept, what nobody traded is counted and never made up."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from desk.contracts.manifests import BarsNeeded
from desk.contracts.market import ZERO, Bar, Tick

_NONE: tuple[Bar, ...] = ()


class BarBuilder:
    """Build the bars of one symbol and interval; a bar opens at a multiple of `interval_ms` since 1970.

    A bar closes when the first tick after it arrives. The first bar of a run may have begun before its
    first tick. Keeps the last `capacity` closed bars.
    """

    __slots__ = (
        "_capacity", "_close", "_closed", "_closes_ms", "_high", "_low", "_open", "_opened_ms", "_volume",
        "gaps", "interval_ms", "late_ticks", "symbol",
    )  # fmt: skip

    def __init__(self, symbol: str, interval_ms: int, capacity: int) -> None:
        """Start empty; raises ValueError where interval or capacity are not above zero."""
        if interval_ms <= 0 or capacity <= 0:
            message = f"interval and capacity must be above 0, were {interval_ms} ms and {capacity} bars"
            raise ValueError(message)
        self.symbol = symbol
        self.interval_ms = interval_ms
        self.gaps = 0
        self.late_ticks = 0
        self._capacity = capacity
        self._closed: list[Bar] = []
        self._opened_ms: int | None = None
        self._closes_ms = -1
        self._open = self._high = self._low = self._close = self._volume = ZERO

    @property
    def bars(self) -> Sequence[Bar]:
        """The closed bars, oldest first; it grows as bars close."""
        return self._closed

    @property
    def forming(self) -> Bar | None:
        """The bar that is still open; None before the first tick."""
        return None if self._opened_ms is None else self._bar(self._opened_ms)

    def preload(self, history: Sequence[Bar]) -> None:
        """Begin with bars closed before the first tick, oldest first.

        Raises ValueError where they are of another symbol or interval, out of order, or come too late.
        """
        if self._closed or self._opened_ms is not None:
            message = f"history of {self.symbol} came after its first tick"
            raise ValueError(message)
        newest_ms = -1
        for bar in history:
            if (bar.symbol, bar.interval_ms) != (self.symbol, self.interval_ms):
                message = f"history of {self.symbol}, {self.interval_ms} ms, holds {bar}"
                raise ValueError(message)
            if bar.open_time_ms <= newest_ms:
                message = f"history of {self.symbol} goes back in time at {bar.open_time_ms}"
                raise ValueError(message)
            newest_ms = bar.open_time_ms
        self._closed = list(history[-self._capacity :])

    def add(self, tick: Tick) -> Bar | None:
        """Take a tick into the open bar; return the bar it closed, if any.

        A tick older than the open bar is counted and left out: a closed bar does not change.
        """
        price = tick.price
        if self._opened_ms is not None and self._opened_ms <= tick.time_ms < self._closes_ms:
            if price > self._high:
                self._high = price
            elif price < self._low:
                self._low = price
            self._close = price
            self._volume += tick.size_base
            return None
        return self._begin(tick, price)

    def _begin(self, tick: Tick, price: Decimal) -> Bar | None:
        newest_ms = self._opened_ms
        if newest_ms is None and self._closed:
            newest_ms = self._closed[-1].open_time_ms
        opens_ms = tick.time_ms - tick.time_ms % self.interval_ms
        if newest_ms is not None and opens_ms <= newest_ms:
            self.late_ticks += 1
            return None
        closed = self._finish()
        if newest_ms is not None:
            self.gaps += (opens_ms - newest_ms) // self.interval_ms - 1
        self._opened_ms, self._closes_ms = opens_ms, opens_ms + self.interval_ms
        self._open = self._high = self._low = self._close = price
        self._volume = tick.size_base
        return closed

    def _finish(self) -> Bar | None:
        if self._opened_ms is None:
            return None
        bar = self._bar(self._opened_ms)
        self._closed.append(bar)
        if len(self._closed) > self._capacity:
            del self._closed[0]
        return bar

    def _bar(self, opened_ms: int) -> Bar:
        return Bar(
            self.symbol, opened_ms, self.interval_ms,
            self._open, self._high, self._low, self._close, self._volume,
        )  # fmt: skip


class BarBook:
    """Build every bar that a plugin needs, from every symbol's ticks."""

    def __init__(self, needs: Iterable[BarsNeeded]) -> None:
        """Prepare the bars; of several needs for one symbol and interval the greatest count is kept."""
        greatest: dict[tuple[str, int], BarsNeeded] = {}
        for need in needs:
            known = greatest.get((need.symbol, need.interval_ms))
            if known is None or known.count < need.count:
                greatest[need.symbol, need.interval_ms] = need
        self.needs = tuple(greatest.values())
        self._builders: dict[str, list[BarBuilder]] = {}
        for need in self.needs:
            builder = BarBuilder(need.symbol, need.interval_ms, need.count)
            self._builders.setdefault(need.symbol, []).append(builder)

    def preload(self, symbol: str, interval_ms: int, history: Sequence[Bar]) -> None:
        """Begin with bars from before the first tick; raises KeyError where nobody needs them."""
        self._builder(symbol, interval_ms).preload(history)

    def add(self, tick: Tick) -> Sequence[Bar]:
        """Take a tick; return the bars it closed, in the order of the needs."""
        closed = _NONE
        for builder in self._builders.get(tick.symbol, ()):
            bar = builder.add(tick)
            if bar is not None:
                closed = (*closed, bar)
        return closed

    def bars(self, symbol: str, interval_ms: int) -> Sequence[Bar]:
        """Return the closed bars, oldest first; none where nobody needs them."""
        for builder in self._builders.get(symbol, ()):
            if builder.interval_ms == interval_ms:
                return builder.bars
        return _NONE

    def gaps(self, symbol: str, interval_ms: int) -> int:
        """Return how many intervals passed without a tick; raises KeyError where nobody needs them."""
        return self._builder(symbol, interval_ms).gaps

    def _builder(self, symbol: str, interval_ms: int) -> BarBuilder:
        for builder in self._builders.get(symbol, ()):
            if builder.interval_ms == interval_ms:
                return builder
        message = f"nobody needs bars of {symbol} over {interval_ms} ms"
        raise KeyError(message)
