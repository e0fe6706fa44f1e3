"""Which fills can say why: those whose causes lead, entry by entry, back to a recorded birth."""

from dataclasses import dataclass

from pydantic_core import from_json

from desk.contracts.records import EntryKind
from desk.journal.codec import EntryRow
from desk.journal.reader import is_birth


@dataclass(frozen=True, slots=True)
class CauseShare:
    """Count fills: the desk's own, those of them with a whole chain, and foreign ones, which have none."""

    own: int
    unbroken: int
    external: int
    broken_ids: tuple[str, ...]


class ShareCounter:
    """Take entries in order; a cause must be recorded before what it caused."""

    def __init__(self) -> None:
        self._reached: set[str] = set()
        self._own = 0
        self._external = 0
        self._broken: list[str] = []

    def take(self, entry: EntryRow) -> None:
        """Look at one entry."""
        is_reached = entry.subject_id in self._reached
        if not is_reached:
            causes = from_json(entry.causes)
            is_reached = is_birth(entry.subject_id) or any(cause in self._reached for cause in causes)
            if is_reached:
                self._reached.add(entry.subject_id)
        if entry.kind != EntryKind.FILL_BOOKED.value:
            return
        if from_json(entry.data)["client_order_id"] is None:
            self._external += 1
            return
        self._own += 1
        if not is_reached:
            self._broken.append(entry.subject_id)

    def result(self) -> CauseShare:
        """Return the counts so far."""
        unbroken = self._own - len(self._broken)
        return CauseShare(self._own, unbroken, self._external, tuple(self._broken))
