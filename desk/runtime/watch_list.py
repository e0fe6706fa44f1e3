"""Which symbols a desk at an exchange must know the price of; it has thousands."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from desk.contracts.market import Instrument


@dataclass(frozen=True, slots=True)
class Interests:
    """Hold what a desk needs prices for: symbols it trades or holds, and currencies it holds."""

    symbols: Sequence[str]
    currencies: Sequence[str]
    account_currency: str


def watch_list(interests: Interests, instruments: Sequence[Instrument]) -> tuple[str, ...]:
    """Return the symbols of interest that there are, and those that value their currencies, each once."""
    known = {one.symbol: one for one in instruments}
    traded = [symbol for symbol in dict.fromkeys(interests.symbols) if symbol in known]
    converting = _Converting(interests.account_currency, instruments, traded)
    needed = [*(known[symbol].quote for symbol in traded), *interests.currencies]
    return tuple(dict.fromkeys([*traded, *converting.symbols_for(needed)]))


class _Converting:
    """Find the markets by which currencies are converted, those that are watched anyway first."""

    def __init__(self, account: str, instruments: Iterable[Instrument], watched: Sequence[str]) -> None:
        self._account = account
        self._steps: dict[str, dict[str, str]] = {}
        ordered = sorted(instruments, key=lambda one: (one.symbol not in watched, not one.is_spot))
        for one in ordered:
            self._steps.setdefault(one.base, {}).setdefault(one.quote, one.symbol)
            self._steps.setdefault(one.quote, {}).setdefault(one.base, one.symbol)

    def symbols_for(self, currencies: Iterable[str]) -> Iterator[str]:
        """Yield one or two symbols a currency; none where nothing converts it."""
        for currency in dict.fromkeys(currencies):
            if currency != self._account:
                yield from self._way(currency)

    def _way(self, currency: str) -> Sequence[str]:
        steps: Mapping[str, str] = self._steps.get(currency, {})
        direct = steps.get(self._account)
        if direct is not None:
            return (direct,)
        for bridge, first in steps.items():
            second = self._steps[bridge].get(self._account)
            if second is not None:
                return (first, second)
        return ()
