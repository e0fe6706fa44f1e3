"""What an exchange's connections report of themselves, whether anybody waits for them or not."""

from collections.abc import Sequence
from typing import Protocol


class Wire(Protocol):
    """Hear of every connection of one exchange."""

    def asked(self, url: str) -> None:
        """Note that the running task asked for something that comes over `url`."""
        ...

    def connected(self, url: str) -> None:
        """Note that a connection stands, the first or again."""
        ...

    def heard(self, url: str, woken: Sequence[str]) -> None:
        """Look at what a message left in the exchange's memory; `woken` are the hashes it woke."""
        ...

    def lost(self, url: str, reason: str) -> None:
        """Note that a connection is gone, once for each."""
        ...
