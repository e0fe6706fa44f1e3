"""How many requests fit into a stretch of time; pure."""

from collections import deque

_SLACK = 1.01
"""The venue's clock does not run as ours."""


class Window:
    """Count what was spent in the newest `period_ms`, of at most `limit` units.

    A request reaches the venue at some time between its leaving and its answer: it counts from the first
    until a period after the second, so that requests that bunch on their way are never too many.
    """

    def __init__(self, limit: float, period_ms: int) -> None:
        self.limit = limit
        self._period_ms = period_ms * _SLACK
        self._under_way: dict[int, float] = {}
        self._arrived: deque[tuple[float, float]] = deque()
        self._sum = 0.0

    def wait_ms(self, cost: float, share: float, now_ms: float) -> float:
        """Return how long at least until `cost` fits into `share` of the limit; zero where it fits now.

        What costs more than there ever is fits once nothing else is in the window.
        """
        self._forget(now_ms)
        room = self.limit * share - self._sum
        if cost <= room or not (self._under_way or self._arrived):
            return 0.0
        for at_ms, freed in self._arrived:
            room += freed
            if cost <= room:
                return at_ms + self._period_ms - now_ms
        return self._period_ms

    def leaves(self, name: int, cost: float) -> None:
        """Count a request that leaves now."""
        self._under_way[name] = cost
        self._sum += cost

    def answered(self, name: int, now_ms: float) -> None:
        """Note that a request is over: it was at the venue by now, if ever."""
        cost = self._under_way.pop(name, None)
        if cost is not None:
            self._arrived.append((now_ms, cost))

    def used_up(self, now_ms: float) -> None:
        """Take the venue's word that nothing is left: nothing fits for a whole period."""
        self._forget(now_ms)
        left = self.limit - self._sum
        if left > 0:
            self._arrived.append((now_ms, left))
            self._sum += left

    def left(self, now_ms: float) -> float:
        """Return the share of the limit that is free, 0 to 1."""
        self._forget(now_ms)
        return max(0.0, 1 - self._sum / self.limit)

    def _forget(self, now_ms: float) -> None:
        while self._arrived and self._arrived[0][0] + self._period_ms <= now_ms:
            self._sum -= self._arrived.popleft()[1]
        if not (self._arrived or self._under_way):
            self._sum = 0.0
