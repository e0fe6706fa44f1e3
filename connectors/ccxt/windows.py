"""How many requests fit into a stretch of time; pure."""

from collections import deque

_SLACK = 1.04
"""Requests bunch on their way, so a stretch here is a little longer than the venue's."""


class Window:
    """Count what was spent in the newest `period_ms`, of at most `limit` units."""

    def __init__(self, limit: float, period_ms: int) -> None:
        self.limit = limit
        self._period_ms = period_ms * _SLACK
        self._spent: deque[tuple[float, float]] = deque()
        self._sum = 0.0

    def wait_ms(self, cost: float, share: float, now_ms: float) -> float:
        """Return how long until `cost` fits into `share` of the limit; zero where it fits now.

        What costs more than there ever is fits once nothing else is in the window.
        """
        self._forget(now_ms)
        room = self.limit * share - self._sum
        if cost <= room or not self._spent:
            return 0.0
        for at_ms, freed in self._spent:
            room += freed
            if cost <= room:
                return at_ms + self._period_ms - now_ms
        return self._spent[-1][0] + self._period_ms - now_ms

    def spend(self, cost: float, now_ms: float) -> None:
        """Count a request that leaves now."""
        self._spent.append((now_ms, cost))
        self._sum += cost

    def used_up(self, now_ms: float) -> None:
        """Take the venue's word that nothing is left: nothing fits for a whole period."""
        self._forget(now_ms)
        left = self.limit - self._sum
        if left > 0:
            self.spend(left, now_ms)

    def left(self, now_ms: float) -> float:
        """Return the share of the limit that is free, 0 to 1."""
        self._forget(now_ms)
        return max(0.0, 1 - self._sum / self.limit)

    def _forget(self, now_ms: float) -> None:
        while self._spent and self._spent[0][0] + self._period_ms <= now_ms:
            self._sum -= self._spent.popleft()[1]
        if not self._spent:
            self._sum = 0.0
