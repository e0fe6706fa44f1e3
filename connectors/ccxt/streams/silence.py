"""How long each symbol of a public stream has been silent, and whether that is worth a look."""

from collections.abc import Sequence
from typing import Final

_MOST_PATIENCE: Final = 16


class Silence:
    """Watch the symbols of one stream; after a look that found nothing it is twice as patient, to a limit."""

    def __init__(self, symbols: Sequence[str], limit_ms: int, now_ms: int) -> None:
        self._limit_ms = limit_ms
        self._data_ms = dict.fromkeys(symbols, now_ms)
        self._looked_ms = dict.fromkeys(symbols, now_ms)
        self._patience = dict.fromkeys(symbols, 1)

    def begin(self, now_ms: int) -> None:
        """Count from now: the connection stands anew."""
        for symbol in self._data_ms:
            self._looked_ms[symbol] = now_ms

    def came(self, symbol: str, now_ms: int) -> None:
        """Note data of a symbol."""
        self._data_ms[symbol] = self._looked_ms[symbol] = now_ms
        self._patience[symbol] = 1

    def has_come_since(self, symbol: str, since_ms: int) -> bool:
        """Tell whether data of a symbol came later than that."""
        return self._data_ms[symbol] > since_ms

    def is_very_long(self, symbol: str, now_ms: int) -> bool:
        """Tell whether a symbol is silent for so long that no look is needed to doubt it."""
        return now_ms - self._data_ms[symbol] >= self._limit_ms * 4

    def doubtful(self, now_ms: int) -> list[str]:
        """Return the symbols to look at now, and be more patient with them from here on."""
        found = [
            symbol
            for symbol, looked_ms in self._looked_ms.items()
            if now_ms - looked_ms >= self._limit_ms * self._patience[symbol]
        ]
        for symbol in found:
            self._looked_ms[symbol] = now_ms
            self._patience[symbol] = min(_MOST_PATIENCE, self._patience[symbol] * 2)
        return found
