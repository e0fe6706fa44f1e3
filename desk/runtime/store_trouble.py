"""A journal that cannot be written: the desk stops taking risk, and says so."""

from contextlib import suppress

from desk.contracts.problems import StoreFailed
from desk.contracts.states import AlarmSeverity, DeskState
from desk.execution.alarm_subjects import LATCH
from desk.execution.alarms import Alarms
from desk.execution.desk_state import DeskStateLatch

JOURNAL = "platform.journal"
"""In whose name the desk is latched where the journal fails."""

JOURNAL_TROUBLE = "the journal cannot be written"


class StoreTrouble:
    """Latch REDUCING and alarm, once per episode; fills are spooled meanwhile."""

    def __init__(self) -> None:
        self._state: DeskStateLatch | None = None
        self._alarms: Alarms | None = None
        self._missed: list[StoreFailed] = []

    def connect(self, state: DeskStateLatch, alarms: Alarms) -> None:
        """Begin to answer; what failed before is answered now."""
        self._state = state
        self._alarms = alarms
        missed, self._missed = self._missed, []
        for error in missed:
            self.on_failure(error)

    def on_failure(self, error: StoreFailed) -> None:
        """Take one failure of the store."""
        if self._state is None or self._alarms is None:
            self._missed.append(error)
            return
        reason = f"{JOURNAL_TROUBLE}: {error}"
        with suppress(StoreFailed):  # of a journal that was closed nobody is told by itself
            self._state.tighten(DeskState.REDUCING, reason, JOURNAL)
            text = f"{reason}; fills are spooled, no new risk is taken"
            self._alarms.raise_alarm(AlarmSeverity.CRITICAL, text, about=LATCH)
