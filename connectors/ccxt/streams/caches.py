"""What is new in ccxt's memories since one last looked: nothing waits, nothing is lost between two awaits."""

from collections.abc import Sequence

from connectors.ccxt.markets import Row
from connectors.ccxt.streams.exchange import Memory


class Touched:
    """Read a memory by symbol and id, such as the orders: what changes in it moves to its end."""

    def __init__(self) -> None:
        self._last: list[Row] = []

    def new(self, memory: Memory | None) -> list[Row]:
        """Return copies of the rows that came or changed since the last call, each in its newest state.

        ccxt's own counter over all symbols begins anew after each asking: it says how many they are.
        """
        if memory is None:
            return []
        length = len(memory)
        count = min(memory.getLimit(None, None) or 0, length)
        rows: list[Row] = [dict(memory[at]) for at in range(length - count, length)]
        if rows == self._last:  # nothing came: the counter begins anew with the next row only
            return []
        self._last = rows
        return rows


class Appended:
    """Read a memory that only grows at its end, such as the public trades of a symbol."""

    def __init__(self) -> None:
        self._last: Row | None = None

    def new(self, memory: Memory | None) -> tuple[Sequence[Row], bool]:
        """Return what came since the last call, oldest first, and whether some of it fell out unread."""
        if memory is None or not len(memory) or memory[-1] is self._last:
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
