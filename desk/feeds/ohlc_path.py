"""A candle told again as four ticks: open, the extreme nearer to it, the other extreme, close.

A candle does not say which extreme came first. The nearer one is the likelier, and the choice looks at
nothing that came later, so that no strategy is favoured. What remains wrong: what happened between the four
prices is lost, so that a replay sees fewer touches than the market did, and a stop and a target inside one
candle are decided by this order. The volume is spread evenly, as the source counts it.
"""

from decimal import Decimal
from typing import Final

from desk.feeds.csv_rows import Candle

_POINTS: Final = 4


PathPoint = tuple[int, Decimal, Decimal]
"""One tick of a candle: its time in milliseconds, its price, its share of the volume."""


def ohlc_path(candle: Candle, span_ms: int) -> tuple[PathPoint, PathPoint, PathPoint, PathPoint]:
    """Return the ticks of a candle that lasts `span_ms`, from its first millisecond to its last.

    The volumes add up to the candle's, exactly: a quarter of what a file may hold has digits to spare.
    """
    begin, high, low = candle.time_ms, candle.high, candle.low
    low_first = candle.open - low <= high - candle.open
    near, far = (low, high) if low_first else (high, low)
    last_ms = max(span_ms - 1, 0)
    quarter = candle.volume / _POINTS
    return (
        (begin, candle.open, quarter),
        (begin + last_ms // 3, near, quarter),
        (begin + last_ms * 2 // 3, far, quarter),
        (begin + last_ms, candle.close, quarter),
    )
