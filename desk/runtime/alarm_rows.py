"""The newest alarms as rows, with what the operator has seen of them."""

from dataclasses import replace

from desk.contracts.snapshot import AlarmRow
from desk.runtime.commanding import CommandDesk
from desk.runtime.recent import RecentFlows


class AlarmRows:
    """Build the rows; one that was acknowledged stays so and is built once."""

    def __init__(self, recent: RecentFlows, commands: CommandDesk) -> None:
        self._recent = recent
        self._commands = commands

    def rows(self) -> tuple[AlarmRow, ...]:
        """Return the newest alarms, newest first."""
        for one in self._recent.alarms():
            if not one.is_acknowledged and self._commands.seen.is_seen(one.alarm_id):
                self._recent.replace_alarm(replace(one, is_acknowledged=True))
        return self._recent.alarms()
