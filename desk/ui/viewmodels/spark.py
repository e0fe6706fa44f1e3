"""A price's way in a few cells."""

from collections.abc import Sequence
from decimal import Decimal

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = "_.-:=+*#"


def spark(values: Sequence[Decimal], width: int, *, ascii_only: bool = False) -> str:
    """Return the newest value at the right end and the older ones before it, in exactly `width` cells.

    More values than cells are thinned to the last of each share; what is no number is left out, and a
    price that does not move is a line at half height.
    """
    known = [one for one in values if one.is_finite()]
    levels = _ASCII if ascii_only else _BLOCKS
    shown = _thinned(known, width)
    if not shown:
        return " " * max(width, 0)
    low, high = min(shown), max(shown)
    top = len(levels) - 1
    if low == high:
        drawn = levels[top // 2] * len(shown)
    else:
        drawn = "".join(levels[round(float((one - low) / (high - low)) * top)] for one in shown)
    return drawn.rjust(width)


def _thinned(values: Sequence[Decimal], width: int) -> Sequence[Decimal]:
    if width <= 0 or len(values) <= width:
        return values[: max(width, 0)]
    count = len(values)
    return [values[(place + 1) * count // width - 1] for place in range(width)]
