"""Everything the screen told, so that a toast that is gone can still be read."""

from collections import deque
from dataclasses import dataclass

MOST_EVENTS = 500


@dataclass(frozen=True, slots=True)
class ScreenEvent:
    """Hold one thing told; `time_ms` is the desk's time, None before it was heard."""

    time_ms: int | None
    text: str
    is_problem: bool


class EventList:
    """Keep the newest 500."""

    def __init__(self) -> None:
        self._events: deque[ScreenEvent] = deque(maxlen=MOST_EVENTS)

    def add(self, event: ScreenEvent) -> None:
        """Keep one more."""
        self._events.append(event)

    @property
    def newest_first(self) -> tuple[ScreenEvent, ...]:
        """All that is kept."""
        return tuple(reversed(self._events))
