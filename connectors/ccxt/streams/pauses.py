"""How long to wait before trying again."""

from desk.contracts.ports.time import Rng


class Pauses:
    """Give pauses that double up to a longest one, each cut by chance to between half and whole."""

    def __init__(self, rng: Rng, first_ms: int, longest_ms: int) -> None:
        self._rng = rng
        self._first_ms = first_ms
        self._longest_ms = longest_ms
        self._next_ms = first_ms

    def next_ms(self) -> int:
        """Return the next pause."""
        whole_ms = self._next_ms
        self._next_ms = min(self._longest_ms, whole_ms * 2)
        return max(1, round(whole_ms * (0.5 + self._rng.random() / 2)))

    def reset(self) -> None:
        """Begin with the first again."""
        self._next_ms = self._first_ms
