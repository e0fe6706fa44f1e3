"""What is new in ccxt's memories since one last looked: nothing waits, nothing is lost between two awaits."""

from collections.abc import Sequence
from typing import Any

from connectors.ccxt.markets import Row


def touched(memory: Any) -> list[Row]:
    """Return copies of the rows that came or changed since the last call; the newest state of each.

    `memory` is ccxt's, by symbol and id: what changes moves to its end, and its counter for all symbols
    starts anew after each asking. Rows may come again, none is left out.
    """
    if memory is None:
        return []
    count = min(memory.getLimit(None, None) or 0, len(memory))
    length = len(memory)
    return [dict(memory[at]) for at in range(length - count, length)]


class Appended:
    """Read a memory that only grows at its end, such as the public trades of a symbol."""

    def __init__(self) -> None:
        self._last: Row | None = None

    def new(self, memory: Any) -> tuple[Sequence[Row], bool]:
        """Return what came since the last call, oldest first, and whether some of it fell out unread."""
        if not memory or memory[-1] is self._last:
            return (), False
        found: list[Row] = []
        for row in reversed(memory):
            if row is self._last:
                break
            found.append(row)
        has_overflowed = self._last is not None and len(found) == len(memory)
        found.reverse()
        self._last = found[-1]
        return found, has_overflowed
