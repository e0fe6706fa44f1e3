"""Sides as a word and an arrow, so that none hangs on a colour."""

from desk.contracts.sides import OrderSide, PositionSide
from desk.ui.viewmodels.frame import Writing

_UP = frozenset({PositionSide.LONG.value, OrderSide.BUY.value})


def side_text(side: str, writing: Writing) -> str:
    """Write LONG or BUY with an arrow up, SHORT or SELL with one down."""
    arrows = ("v", "^") if writing.ascii_only else ("▼", "▲")
    return f"{side} {arrows[side in _UP]}"
