"""A row of numbers as one line of text."""

from collections.abc import Sequence
from decimal import Decimal

BLOCKS = "▁▂▃▄▅▆▇█"
ASCII = "_.-=*#"


def sparkline(values: Sequence[Decimal], width: int, *, ascii_only: bool) -> str:
    """Draw the newest `width` numbers, oldest first, between their lowest and highest; flat ones are low."""
    shown = [one for one in values[-width:] if one.is_finite()]
    if not shown:
        return ""
    levels = ASCII if ascii_only else BLOCKS
    low, span = min(shown), max(shown) - min(shown)
    if not span:
        return levels[0] * len(shown)
    top = len(levels) - 1
    return "".join(levels[int((one - low) / span * top + Decimal("0.5"))] for one in shown)
