"""What may be added to a trade: a step's size within the limits on worth and on risk at the stop."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO, Instrument
from desk.contracts.positions import Position


@dataclass(frozen=True, slots=True)
class PyramidLimits:
    """Bound a trade after an addition: its worth and its loss at the stop, in quote."""

    max_position_quote: Decimal
    max_open_risk_quote: Decimal
    require_breakeven: bool


@dataclass(frozen=True, slots=True)
class Addition:
    """Hold what is added, in base, and the stop of the whole trade after it."""

    size_base: Decimal
    stop: Decimal


def addition(
    position: Position,
    instrument: Instrument,
    wanted_base: Decimal,
    price: Decimal,
    stop: Decimal,
    limits: PyramidLimits,
) -> Addition | None:
    """Return the addition of `wanted_base` at `price`, less where the worth allows no more; None where none.

    The risk is that of what is held and of what is added, each for itself: profit of the one does not make
    room for the other. It is whole or refused: a smaller addition would use up a step.
    """
    room_base = limits.max_position_quote / price - position.size_base
    added = instrument.floor_size(min(wanted_base, room_base))
    if not added > 0 or instrument.is_dust(added, price):
        return None
    sign = position.side.sign
    gain = (price - position.entry_price) * sign
    held_risk = max((position.entry_price - stop) * sign, ZERO) * position.size_base
    added_risk = max((price - stop) * sign, ZERO) * added
    if not gain > 0 or not held_risk + added_risk <= limits.max_open_risk_quote:
        return None
    return None if limits.require_breakeven and held_risk > 0 else Addition(added, stop)
