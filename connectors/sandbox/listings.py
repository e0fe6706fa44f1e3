"""What is traded here: the instruments, and the names the dialect has for them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from connectors.sandbox.codes import BAD_PARAMETER, VenueRefusal, refusal_of
from connectors.venue.refusals import RefusalCode
from desk.contracts.market import Instrument

SETTLED_IN: Final = "USDT"
"""The currency in which every perpetual settles."""


class Category(StrEnum):
    """The venue's own name of a market."""

    SPOT = "spot"
    LINEAR = "linear"


@dataclass(frozen=True, slots=True)
class Listing:
    """Hold an instrument with what its made-up price starts from; volatility is a yearly fraction."""

    instrument: Instrument
    start_price: Decimal
    annual_volatility: Decimal

    @property
    def symbol(self) -> str:
        """The desk's name of it."""
        return self.instrument.symbol

    @property
    def venue_symbol(self) -> str:
        """The venue's name of it; spot and perpetual share one."""
        return self.instrument.base + self.instrument.quote

    @property
    def category(self) -> Category:
        """The market it belongs to."""
        return Category.SPOT if self.instrument.is_spot else Category.LINEAR

    @property
    def is_spot(self) -> bool:
        """Whether buying it moves coins."""
        return self.instrument.is_spot


class Listings:
    """Find listings by either name."""

    def __init__(self, listings: Iterable[Listing]) -> None:
        self._by_symbol = {one.symbol: one for one in listings}
        self._by_venue_name = {(one.category, one.venue_symbol): one for one in self._by_symbol.values()}

    def __iter__(self) -> Iterator[Listing]:
        return iter(self._by_symbol.values())

    def __getitem__(self, symbol: str) -> Listing:
        """Return a listing by the desk's symbol; raises KeyError."""
        return self._by_symbol[symbol]

    def get(self, symbol: str) -> Listing | None:
        """Return a listing by the desk's symbol, None where it is not traded here."""
        return self._by_symbol.get(symbol)

    def of(self, category: Category) -> list[Listing]:
        """Return every listing of a market."""
        return [one for one in self if one.category is category]

    def find(self, category: Category, venue_symbol: str) -> Listing:
        """Return a listing by the venue's name; raises VenueRefusal."""
        found = self._by_venue_name.get((category, venue_symbol))
        if found is None:
            reason = f"{venue_symbol or 'nothing'} is not traded here"
            raise refusal_of(RefusalCode.UNKNOWN_SYMBOL, reason, is_spot=category is Category.SPOT)
        return found


def category_of(text: str) -> Category:
    """Read a market's name; raises VenueRefusal."""
    try:
        return Category(text)
    except ValueError:
        raise VenueRefusal(BAD_PARAMETER, f"params error: category {text!r} invalid") from None
