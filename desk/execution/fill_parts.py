"""One fill on several trades: who takes how much of it, and with which share of its fee."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO
from desk.contracts.netting import MONEY, RESOLUTION
from desk.contracts.orders import VenueFill
from desk.contracts.positions import Position

Owned = list[tuple[TradeId | None, Decimal]]
"""Trades, None for no trade, each with the size in base that it takes."""


def reduced_by(
    fill: VenueFill,
    size_base: Decimal,
    positions: Iterable[Position],
    reducible: Callable[[Position], Decimal] = lambda one: one.size_base,
) -> list[tuple[TradeId, Decimal]]:
    """Share `size_base` of a fill out among the trades it closes, in part or whole, in their order."""
    shares = []
    rest_base = size_base
    for position in positions:
        share_base = min(reducible(position), rest_base)
        is_reduced = position.symbol == fill.symbol and position.side.exit_side is fill.side
        if is_reduced and share_base > ZERO:
            shares.append((position.trade_id, share_base))
            rest_base = MONEY.subtract(rest_base, share_base)
    return shares


def parts(fill: VenueFill, owned: Owned) -> Iterator[tuple[VenueFill, TradeId | None]]:
    """Cut a fill up; the fee goes by size, and what does not divide to the last part.

    The first part keeps the venue's id, so that the fill books once; the others have a number behind it.
    """
    fee_left = fill.fee
    for number, (trade_id, size_base) in enumerate(owned):
        is_last = number == len(owned) - 1
        share = MONEY.divide(MONEY.multiply(fill.fee, size_base), fill.size_base).quantize(RESOLUTION)
        fee = fee_left if is_last else share
        fee_left = MONEY.subtract(fee_left, fee)
        name = fill.venue_trade_id if number == 0 else f"{fill.venue_trade_id}-{number + 1}"
        yield replace(fill, venue_trade_id=name, size_base=size_base, fee=fee), trade_id
