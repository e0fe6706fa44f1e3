"""A desk obeys what `desk flatten` latched while the desk could not be asked."""

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.ports.latch import OutsideLatch
from desk.contracts.records import DeskStateChanged
from desk.contracts.states import DeskState
from desk.execution.desk_state import DeskStateLatch

_BY = "platform.flatten"


class ObeyedLatch:
    """Tell the desk's state, tightened to HALTED as soon as the latch is seen; a re-arm takes it away.

    The state's reason follows that of the latch.
    """

    def __init__(self, latch: OutsideLatch, state: DeskStateLatch, bus: EventBus) -> None:
        self._latch = latch
        self._state = state
        bus.subscribe(events.DESK_STATE_CHANGED, self._on_change, subscriber="platform.latch")

    def state(self) -> DeskState:
        """Return the desk's state; whoever asks before he takes risk never passes a latch by."""
        reason = self._latch.reason()
        if reason is not None:
            self._state.tighten(DeskState.HALTED, reason, _BY)
            self._state.explain(reason, _BY)  # flatten says at its end how it ended
        return self._state.current

    def _on_change(self, change: DeskStateChanged) -> None:
        """Loosen: a file that cannot be removed latches again, and the failure is an alarm."""
        if change.current is DeskState.ACTIVE:
            self._latch.clear()
