"""Troubles that begin and end: one alarm each, the desk latched while they last, and their end told."""

from collections.abc import Sequence

from desk.contracts.records import AlarmRaised
from desk.contracts.states import AlarmSeverity, DeskState
from desk.execution.alarms import Alarms
from desk.execution.desk_state import DeskStateLatch
from desk.runtime.connection_watch import Trouble


class TroubleDesk:
    """Hold what is wrong now; the latch stays when a trouble ends, and is set again while one lasts."""

    def __init__(self, state: DeskStateLatch, alarms: Alarms, by: str) -> None:
        self._state = state
        self._alarms = alarms
        self._by = by
        self._open: dict[str, AlarmRaised] = {}

    def take(self, found: Sequence[Trouble]) -> None:
        """Take all that is wrong at this moment."""
        for trouble in found:
            self._state.tighten(trouble.state, trouble.text, self._by)  # ACTIVE tightens nothing
            if trouble.key not in self._open:
                text = f"{trouble.text}; {_CONSEQUENCES[trouble.state]}"
                self._open[trouble.key] = self._alarms.raise_alarm(AlarmSeverity.CRITICAL, text)
        still = {one.key for one in found}
        for key in [one for one in self._open if one not in still]:
            alarm = self._open.pop(key)
            self._alarms.end_alarm(alarm, alarm.text)


_CONSEQUENCES = {
    DeskState.ACTIVE: "it is begun again",
    DeskState.REDUCING: "no new risk is taken until the desk is re-armed",
    DeskState.HALTED: "the desk is halted until it is re-armed",
}
