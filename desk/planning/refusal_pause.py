"""When direct mode decides no more: a signal that comes with every tick would be refused with every tick."""

from collections import Counter

from desk.contracts.execution import DirectiveRefused
from desk.contracts.ids import DirectiveId

MOST_PER_MINUTE = 10
"""How many refusals in a row on one symbol let it rest until the minute is over."""

_MINUTE_MS = 60_000
_OUTSIDE = ""


class RefusalPause:
    """Count what direct mode decided and had refused, symbol by symbol and minute by minute.

    Symbols other than `symbols` count as one: names can be made up without end.
    """

    def __init__(self, symbols: frozenset[str]) -> None:
        self._symbols = symbols
        self._minute = 0
        self._refusals: Counter[str] = Counter()
        self._decided: dict[str, DirectiveId] = {}

    def is_on(self, symbol: str, now_ms: int) -> bool:
        """Tell whether nothing more is to be decided on a symbol in this minute."""
        minute = now_ms // _MINUTE_MS
        if minute != self._minute:
            self._minute = minute
            self._refusals.clear()
        return self._refusals[self._place(symbol)] >= MOST_PER_MINUTE

    def decided(self, symbol: str, directive_id: DirectiveId) -> None:
        """Follow a directive that is about to be issued; one before it that nobody refused ends the row."""
        place = self._place(symbol)
        if place in self._decided:
            del self._refusals[place]
        self._decided[place] = directive_id

    def on_refused(self, refused: DirectiveRefused) -> None:
        """Count the refusal of a directive that is followed."""
        for place, directive_id in self._decided.items():
            if directive_id == refused.directive_id:
                self._refusals[place] += 1
                del self._decided[place]
                return

    def _place(self, symbol: str) -> str:
        return symbol if symbol in self._symbols else _OUTSIDE
