"""Numbers as a trader reads them: grouped, in the instrument's precision, with a sign where it is profit."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from desk.contracts.snapshot import Snapshot

NOTHING = "-"
"""Stands where a value is not known or does not apply."""

MONEY_PLACES = 2
_MOST_PLACES = 8
_LARGEST = 15
"""Powers of ten that are still written out; beyond, a number is a mistake and must not fill the screen."""
_KEPT = 8192
"""Texts remembered: most numbers on a screen are what they were a moment ago."""
_FORMATS = tuple(f",.{places}f" for places in range(_MOST_PLACES + 1))


def places_of(step: Decimal) -> int:
    """Return the decimals that a step of price or size needs, at most 8."""
    exponent = step.normalize().as_tuple().exponent
    return min(max(-exponent, 0), _MOST_PLACES) if isinstance(exponent, int) else 0


def own_places(value: Decimal) -> int:
    """Return the decimals a value itself has, trailing zeros aside, at most 8."""
    return places_of(value) if value else 0


@lru_cache(maxsize=_KEPT)
def number(value: Decimal | None, places: int | None = None) -> str:
    """Write a number with thin separators; without `places` it keeps its own."""
    if value is None:
        return NOTHING
    if value.adjusted() > _LARGEST:
        return f"{value:.3E}"
    text = format(value, _FORMATS[own_places(value) if places is None else places])
    return text[1:] if text[0] == "-" and not text.strip("-0.,") else text


@lru_cache(maxsize=_KEPT)
def signed(value: Decimal | None, places: int = MONEY_PLACES) -> str:
    """Write a number that means better or worse: its sign always stands before it, but for a zero."""
    text = number(value, places)
    if value is None or text[0] == "-" or not text.strip("0.,"):
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
        self._places: Mapping[str, tuple[int, int]] = {
            one.symbol: (places_of(one.price_step), places_of(one.size_step)) for one in snapshot.instruments
        }

    def price(self, symbol: str, value: Decimal | None) -> str:
        """Write a price of a symbol in quote."""
        return number(value, self._places[symbol][0] if symbol in self._places else None)

    def size(self, symbol: str, value: Decimal | None) -> str:
        """Write a size of a symbol in base."""
        return number(value, self._places[symbol][1] if symbol in self._places else None)
