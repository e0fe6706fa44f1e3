"""The keys that come before everything: before focus, open questions and the notice of a small screen."""

from typing import Protocol

from textual.events import Key, Paste


class EarlyKeys(Protocol):
    """Look at each key and paste before any other part of the screen does."""

    def take(self, event: Key | Paste) -> bool:
        """Return whether this event is dealt with, and nobody else may see it; never blocks or raises."""
        ...


class NoEarlyKeys:
    """Take nothing."""

    def take(self, event: Key | Paste) -> bool:
        """Leave every key to the others."""
        return False
