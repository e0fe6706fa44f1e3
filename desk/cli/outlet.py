"""What a desk shows, and goes on without."""

from collections.abc import Callable

from desk.contracts.records import JournalEntry
from desk.runtime.recording import EntryListener


class Outlet:
    """Pass entries on to `show` until that cannot be written to any more; that is told to `on_lost`, once.

    A reader that went away must not break the chain in which a stop is placed.
    """

    def __init__(self, show: EntryListener, on_lost: Callable[[OSError], None]) -> None:
        self._show: EntryListener | None = show
        self._on_lost = on_lost

    def on_entry(self, entry: JournalEntry) -> None:
        """Show one entry, as long as someone sees it."""
        if self._show is None:
            return
        try:
            self._show(entry)
        except OSError as error:
            self._show = None
            self._on_lost(error)
