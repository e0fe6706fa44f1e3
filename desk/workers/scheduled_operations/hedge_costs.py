"""What changing a hedge has cost within a window, kept in few sums however often it changes."""

from collections.abc import Sequence
from decimal import Decimal

from desk.contracts.dto import Dto, NotNegative
from desk.contracts.market import ZERO, Instrument, Quote

_SUMS = 24


class PaidCost(Dto):
    """Keep what changes of the hedge cost, in the account currency, and when the last of them was made."""

    time_ms: int
    cost: NotNegative


class AskedChange(Dto):
    """Keep what the hedge was when a change was asked for, and what changing one unit of it costs."""

    held_base: NotNegative
    cost_of_unit: NotNegative


def cost_of_unit(instrument: Instrument, quote: Quote, unit: Decimal) -> Decimal:
    """Return what trading one unit costs, in the account currency: taker fee and half the spread."""
    half_spread = (quote.ask - quote.bid) / (quote.ask + quote.bid)
    return unit * (instrument.taker_fee + half_spread)


def paid(costs: Sequence[PaidCost], now_ms: int, window_ms: int) -> Decimal:
    """Return what was paid within the window."""
    return sum((one.cost for one in _within(costs, now_ms, window_ms)), ZERO)


def with_cost(costs: Sequence[PaidCost], cost: Decimal, now_ms: int, window_ms: int) -> tuple[PaidCost, ...]:
    """Add a cost to those of the window: changes of one 24th of it are kept as one sum."""
    kept = _within(costs, now_ms, window_ms)
    length_ms = max(1, window_ms // _SUMS)
    if kept and kept[-1].time_ms // length_ms == now_ms // length_ms:
        cost += kept[-1].cost
        kept = kept[:-1]
    return (*kept, PaidCost(time_ms=now_ms, cost=cost))


def _within(costs: Sequence[PaidCost], now_ms: int, window_ms: int) -> tuple[PaidCost, ...]:
    return tuple(one for one in costs if one.time_ms > now_ms - window_ms)
