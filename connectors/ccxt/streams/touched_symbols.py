"""Which symbols a message was about, by what ccxt woke with it, so that not all are looked at each time."""

from collections.abc import Iterable, Sequence


class TouchedSymbols:
    """Know a symbol by the end of a message hash of ccxt's, as most venues write them."""

    def __init__(self, symbols: Sequence[str] = ()) -> None:
        self._symbols = tuple(symbols)
        self._by_hash: dict[str, tuple[str, ...]] = {}

    def add(self, symbols: Iterable[str]) -> None:
        """Know more symbols; what a hash was taken for before may be about one of them."""
        self._symbols = (*self._symbols, *symbols)
        self._by_hash.clear()

    def of(self, hashes: Iterable[str]) -> Iterable[str]:
        """Return the symbols that the hashes are about; all of them where one hash does not say."""
        found: dict[str, None] = {}
        for name in hashes:
            symbols = self._by_hash.get(name)
            if symbols is None:
                symbols = self._by_hash[name] = self._named(name)
            found.update(dict.fromkeys(symbols))
        return found

    def _named(self, name: str) -> tuple[str, ...]:
        ending = sorted((one for one in self._symbols if name.endswith(one)), key=len)
        return (ending[-1],) if ending else self._symbols
