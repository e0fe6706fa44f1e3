"""How far a trade has come: the price of a gain, and the stop at which the trade costs nothing."""

from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from desk.contracts.market import ONE, Instrument, Tick
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.workers.prices import percent, written


class GainUnit(StrEnum):
    """What a gain is counted in: the trade's first risk, or a fraction of its entry."""

    R = "r"
    FRACTION = "fraction"


def risk_per_base(position: Position) -> Decimal | None:
    """Return R in quote per unit of base, |entry - first confirmed stop|; None without one."""
    if position.initial_stop_price is None:
        return None
    risk = abs(position.entry_price - position.initial_stop_price)
    return risk if risk > 0 else None


def price_of_gain(unit: GainUnit, position: Position, gain: Decimal) -> Decimal | None:
    """Return the price at which a trade has gained `gain`: e + s x gain x R, or e(1 + s x gain).

    None where the gain is counted in R and the trade never had a stop.
    """
    sign = position.side.sign
    if unit is GainUnit.FRACTION:
        return position.entry_price * (ONE + sign * gain)
    risk = risk_per_base(position)
    return None if risk is None else position.entry_price + sign * gain * risk


def gain_words(unit: GainUnit, gain: Decimal) -> str:
    """Write a gain as a trader does: +1.5R, +2 %."""
    return f"+{written(gain)}R" if unit is GainUnit.R else f"+{percent(gain)}"


def breakeven_stop(
    position: Position,
    instrument: Instrument,
    entry_fee: Decimal | None,
    exit_fee: Decimal | None,
    offset: Decimal,
) -> Decimal:
    """Return the stop at which leaving costs nothing, fees included, rounded to the trade's favour.

    Long: e(1 + f_in)/(1 - f_out)(1 + offset); short: e(1 - f_in)/(1 + f_out)(1 - offset). A fee of None is
    the instrument's taker fee.
    """
    sign = position.side.sign
    paid_in = instrument.taker_fee if entry_fee is None else entry_fee
    paid_out = instrument.taker_fee if exit_fee is None else exit_fee
    even = position.entry_price * (ONE + sign * paid_in) / (ONE - sign * paid_out)
    return favourable_price(position.side, instrument, even * (ONE + sign * offset))


def nearest_price(instrument: Instrument, price: Decimal) -> Decimal:
    """Round a price to the nearest step, as a trader reads it."""
    return (price / instrument.price_step).to_integral_value(ROUND_HALF_EVEN) * instrument.price_step


def favourable_price(side: PositionSide, instrument: Instrument, price: Decimal) -> Decimal:
    """Round a stop towards the market: up for a long, down for a short, so that it loses no step."""
    return instrument.ceil_price(price) if side is PositionSide.LONG else instrument.floor_price(price)


def fires_at_once(stop: Decimal, side: PositionSide, instrument: Instrument, tick: Tick) -> bool:
    """Tell whether a stop is within a price step of the touch at which the trade would be left, or beyond."""
    touch = tick.bid if side is PositionSide.LONG else tick.ask
    return (touch - stop) * side.sign <= instrument.price_step
