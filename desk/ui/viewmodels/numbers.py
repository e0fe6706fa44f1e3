"""Numbers as a trader reads them: grouped, in the instrument's precision, with a sign where it is profit."""

from collections.abc import Mapping
from decimal import Decimal

from desk.contracts.market import Instrument
from desk.contracts.snapshot import Snapshot

NOTHING = "-"
"""Stands where a value is not known or does not apply."""

MONEY_PLACES = 2
_MOST_PLACES = 8
_LARGEST = 15
"""Powers of ten that are still written out; beyond, a number is a mistake and must not fill the screen."""


def places_of(step: Decimal) -> int:
    """Return the decimals that a step of price or size needs, at most 8."""
    exponent = step.normalize().as_tuple().exponent
    return min(max(-exponent, 0), _MOST_PLACES) if isinstance(exponent, int) else 0


def own_places(value: Decimal) -> int:
    """Return the decimals a value itself has, trailing zeros aside, at most 8."""
    return places_of(value) if value else 0


def number(value: Decimal | None, places: int | None = None) -> str:
    """Write a number with thin separators; without `places` it keeps its own."""
    if value is None:
        return NOTHING
    if not value.is_finite():
        return str(value)
    if value and value.adjusted() > _LARGEST:
        return f"{value:.3E}"
    shown = own_places(value) if places is None else places
    text = f"{value:,.{shown}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.,") else text


def signed(value: Decimal | None, places: int = MONEY_PLACES) -> str:
    """Write a number that means better or worse: its sign always stands before it, but for a zero."""
    text = number(value, places)
    if value is None or text.startswith("-") or not text.strip("0.,"):
        return text
    return f"+{text}"


def money(value: Decimal | None) -> str:
    """Write an amount in two decimals."""
    return number(value, MONEY_PLACES)


def percent(fraction: Decimal | None, places: int = 1) -> str:
    """Write a fraction as a percentage."""
    return NOTHING if fraction is None else f"{number(fraction * 100, places)}%"


def signed_percent(fraction: Decimal | None, places: int = 2) -> str:
    """Write a fraction as a percentage with its sign."""
    return NOTHING if fraction is None else f"{signed(fraction * 100, places)}%"


def multiple(value: Decimal | None) -> str:
    """Write a multiple of the first risk, such as +1.2R."""
    return NOTHING if value is None else f"{signed(value, 1)}R"


class Precision:
    """Know in how many decimals each instrument's prices and sizes are written."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._instruments: Mapping[str, Instrument] = {one.symbol: one for one in snapshot.instruments}

    def price(self, symbol: str, value: Decimal | None) -> str:
        """Write a price of a symbol in quote."""
        instrument = self._instruments.get(symbol)
        return number(value, None if instrument is None else places_of(instrument.price_step))

    def size(self, symbol: str, value: Decimal | None) -> str:
        """Write a size of a symbol in base."""
        instrument = self._instruments.get(symbol)
        return number(value, None if instrument is None else places_of(instrument.size_step))
