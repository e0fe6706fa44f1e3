"""Tell of each new alarm once: its row stands in a pane that may not be seen."""

from desk.contracts.snapshot import Snapshot


class AlarmWatch:
    """Remember which alarms were told; those of the first picture are old news."""

    def __init__(self) -> None:
        self._told: frozenset[str] | None = None

    def fresh(self, snapshot: Snapshot) -> tuple[str, ...]:
        """Return the words of alarms that were not there before."""
        there = frozenset(one.alarm_id for one in snapshot.alarms)
        told, self._told = self._told, there
        if told is None:
            return ()
        return tuple(one.text for one in snapshot.alarms if one.alarm_id not in told)
