"""The recorder as the running desk uses it: whoever shows or counts facts hears each one once."""

from collections.abc import Awaitable, Callable

from desk.contracts.ports.store import Recorder
from desk.contracts.records import JournalEntry

EntryListener = Callable[[JournalEntry], None]


class ObservedRecorder:
    """Record, then tell every listener; implements `Recorder`."""

    def __init__(self, inner: Recorder) -> None:
        self._inner = inner
        self._listeners: list[EntryListener] = []

    def listen(self, listener: EntryListener) -> None:
        """Call `listener` with every entry, in order, once the ledger knows it."""
        self._listeners.append(listener)

    def record(self, *entries: JournalEntry) -> Awaitable[None]:
        """Apply and write `entries` as one transaction; see `Recorder.record`."""
        durable = self._inner.record(*entries)
        for entry in entries:
            for listener in self._listeners:
                listener(entry)
        return durable
