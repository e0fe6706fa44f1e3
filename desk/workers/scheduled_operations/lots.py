"""Sell a part of what several trades of one symbol hold: which of them shrink, and to what."""

from collections.abc import Iterable
from decimal import Decimal

from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO, Instrument
from desk.contracts.positions import Position


def sizes_after(
    trades: Iterable[Position], size_base: Decimal, instrument: Instrument, price: Decimal
) -> tuple[tuple[TradeId, Decimal], ...]:
    """Return the trades that change where they give up `size_base` in all, in their order, with new sizes.

    What would be left of a trade and is too small to trade goes too: its new size is zero.
    """
    left, changes = size_base, list[tuple[TradeId, Decimal]]()
    for trade in trades:
        if not left > 0:
            break
        after = max(trade.size_base - left, ZERO)
        after = ZERO if instrument.is_dust(after, price) else after
        changes.append((trade.trade_id, after))
        left -= trade.size_base - after
    return tuple(changes)
