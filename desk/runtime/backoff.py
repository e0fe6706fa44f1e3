"""How long to wait before trying again."""

from desk.contracts.ports.time import Rng

_FIRST_MS = 1_000
_MOST_MS = 60_000
_JITTER = 0.25  # not money: a share of a wait


class Backoff:
    """Double the wait from 1 s up to 60 s, each a quarter longer or shorter by chance."""

    def __init__(self, rng: Rng) -> None:
        self._rng = rng
        self._base_ms = _FIRST_MS

    def next_ms(self) -> int:
        """Return the next wait, within 1 s and 60 s."""
        base_ms = self._base_ms
        self._base_ms = min(_MOST_MS, base_ms * 2)
        shaken_ms = int(base_ms * (1 + _JITTER * (2 * self._rng.random() - 1)))
        return max(_FIRST_MS, min(_MOST_MS, shaken_ms))

    def reset(self) -> None:
        """Begin with short waits again."""
        self._base_ms = _FIRST_MS
