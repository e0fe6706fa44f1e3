"""Troubles that begin and end: one alarm each, the desk latched while they last, and their end told."""

from collections.abc import Sequence

from desk.contracts.states import AlarmSeverity, DeskState
from desk.execution.alarm_subjects import About, Subject
from desk.execution.alarms import Alarms
from desk.execution.desk_state import DeskStateLatch
from desk.runtime.connection_watch import Trouble


class TroubleDesk:
    """Hold what is wrong now; the latch stays when a trouble ends, and is set again while one lasts."""

    def __init__(self, state: DeskStateLatch, alarms: Alarms, by: str) -> None:
        self._state = state
        self._alarms = alarms
        self._by = by

    def take(self, found: Sequence[Trouble]) -> None:
        """Take all that is wrong at this moment."""
        for trouble in found:
            self._state.tighten(trouble.state, trouble.text, self._by)  # ACTIVE tightens nothing
            about = self._about(trouble)
            if about not in self._open():
                text = f"{trouble.text}; {_CONSEQUENCES[trouble.state]}"
                self._alarms.raise_alarm(AlarmSeverity.CRITICAL, text, about=about)
        still = {self._about(one) for one in found}
        for about in self._open():
            if about not in still:
                self._alarms.end(about)

    def _open(self) -> list[About]:
        """List the troubles that were told and lasted until now, those of an earlier run among them."""
        told = [one.about for one in self._alarms.standing(Subject.TROUBLE)]
        return [one for one in told if one.name.startswith(f"{self._by} ")]

    def _about(self, trouble: Trouble) -> About:
        return About(Subject.TROUBLE, f"{self._by} {trouble.key}")


_CONSEQUENCES = {
    DeskState.ACTIVE: "it is begun again",
    DeskState.REDUCING: "no new risk is taken until the desk is re-armed",
    DeskState.HALTED: "the desk is halted until it is re-armed",
}
