"""What of a trade is worth a thought: dust is neither closed nor protected, because no venue trades it."""

from decimal import Decimal

from desk.contracts.market import Instrument
from desk.contracts.ports.view import DeskView
from desk.contracts.positions import Position


def is_dust(position: Position, view: DeskView) -> bool:
    """Tell whether what a trade holds is nothing, or too little for the venue to trade."""
    return not position.is_open or _is_dust(position.size_base, position, view)


def is_covered(position: Position, view: DeskView) -> bool:
    """Tell whether a resting stop covers all that is held but for dust, or none is wanted."""
    if position.is_protected or not position.is_open:
        return True
    return _is_dust(position.size_base - position.stop_size_base, position, view)


def _is_dust(size_base: Decimal, position: Position, view: DeskView) -> bool:
    instrument, quote = view.instrument(position.symbol), view.quote(position.symbol)
    if instrument is None:
        return False
    touch = None if quote is None else quote.touch(position.side.exit_side)
    price = position.entry_price if touch is None or not touch.is_finite() else touch
    return is_too_small(instrument, instrument.floor_size(size_base), price)


def is_too_small(instrument: Instrument, size_base: Decimal, price: Decimal) -> bool:
    """Tell whether the venue takes no reduction of this size; of a perpetual it may be as small as a lot."""
    if instrument.is_spot:
        return instrument.is_dust(size_base, price)
    return size_base < instrument.min_size_base
