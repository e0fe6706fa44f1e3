"""Bars to plan by: of a given shape, the newest closed just now."""

from collections.abc import Sequence
from decimal import Decimal

from desk.contracts.market import Bar
from desk.testing.building import START_MS
from desk.testing.memory_desk import MemoryDesk

MINUTE_MS = 60_000


def bars_of(symbol: str, shapes: Sequence[tuple[str, str, str]], ended_ms: int = START_MS) -> list[Bar]:
    """Build bars of one minute from high, low and close, one after the other."""
    begin_ms = ended_ms - len(shapes) * MINUTE_MS
    return [
        Bar(
            symbol,
            begin_ms + place * MINUTE_MS,
            MINUTE_MS,
            Decimal(close),
            Decimal(high),
            Decimal(low),
            Decimal(close),
            Decimal(1),
        )
        for place, (high, low, close) in enumerate(shapes)
    ]


def with_bars(desk: MemoryDesk, symbol: str, shapes: Sequence[tuple[str, str, str]]) -> MemoryDesk:
    """Give a desk the bars of one minute that it has of a symbol."""
    desk.history[symbol, MINUTE_MS] = bars_of(symbol, shapes)
    return desk


def closing_at(*closes: str) -> list[tuple[str, str, str]]:
    """Return shapes without a range, of which the closes alone count."""
    return [(close, close, close) for close in closes]


def ranging(*ranges: int, around: int = 100_000) -> list[tuple[str, str, str]]:
    """Return shapes around one price, each as wide as its range."""
    middle = Decimal(around)
    return [(str(middle + Decimal(one) / 2), str(middle - Decimal(one) / 2), str(middle)) for one in ranges]
