"""Bars as a venue answers them, made fit to build upon: closed, in order, each once, and true to itself."""

from collections.abc import Iterable

from desk.contracts.market import Bar
from desk.contracts.problems import ReadFailed


def closed_bars(fetched: Iterable[Bar], symbol: str, interval_ms: int, now_ms: int) -> list[Bar]:
    """Return the bars that were closed at `now_ms`, oldest first; of two for one time the later answered.

    Raises ReadFailed where one of them is no bar of `symbol` and `interval_ms`.
    """
    by_time: dict[int, Bar] = {}
    for bar in fetched:
        fault = _fault(bar, symbol, interval_ms)
        if fault:
            raise ReadFailed(f"the venue's bar of {bar.open_time_ms} {fault}")
        if bar.close_time_ms <= now_ms:
            by_time[bar.open_time_ms] = bar
    return [by_time[time_ms] for time_ms in sorted(by_time)]


def _fault(bar: Bar, symbol: str, interval_ms: int) -> str:
    if (bar.symbol, bar.interval_ms) != (symbol, interval_ms):
        return f"is of {bar.symbol} over {bar.interval_ms} ms, not of {symbol} over {interval_ms} ms"
    if bar.open_time_ms % interval_ms:
        return f"does not open at a multiple of {interval_ms} ms since 1970, as the desk's bars do"
    numbers = (bar.open, bar.high, bar.low, bar.close, bar.volume)
    if not all(number.is_finite() for number in numbers):
        return "holds what is no number"
    if not (0 < bar.low <= min(bar.open, bar.close) and max(bar.open, bar.close) <= bar.high):
        return f"contradicts itself: {bar.open}, {bar.high}, {bar.low}, {bar.close}"
    return "" if bar.volume >= 0 else f"has a volume of {bar.volume}"
