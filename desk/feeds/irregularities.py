"""What is wrong with incoming market data: always counted, and told without a flood."""

from collections import Counter
from collections.abc import Callable
from enum import StrEnum

WHOLE_FEED = ""
"""In the place of a symbol: it concerns every one."""


class Irregularity(StrEnum):
    """How an update differs from what a feed should get."""

    AHEAD = "ahead"
    CONFLATED = "conflated"
    DUPLICATE = "duplicate"
    LATE = "late"
    LOST = "lost"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    UNASKED = "unasked"


class IrregularityBook:
    """Count irregularities; those with a text are told the first time and at each new power of ten."""

    def __init__(self, on_trouble: Callable[[str], None]) -> None:
        self._on_trouble = on_trouble
        self._counts: Counter[tuple[Irregularity, str]] = Counter()

    def count(self, kind: Irregularity, symbol: str | None = None) -> int:
        """Return how often it happened, to one symbol or to all."""
        if symbol is not None:
            return self._counts[kind, symbol]
        return sum(times for (each, _), times in self._counts.items() if each is kind)

    def note(self, kind: Irregularity, symbol: str, text: str = "", times: int = 1) -> None:
        """Count `times` more; `text` says what is wrong with the newest, and what it means."""
        before = self._counts[kind, symbol]
        after = self._counts[kind, symbol] = before + times
        if text and (before == 0 or len(str(before)) < len(str(after))):
            about = f"{symbol}: " if symbol else ""
            so_far = "" if after == 1 else f" ({after} so far)"
            self._on_trouble(f"{about}{text}{so_far}")
