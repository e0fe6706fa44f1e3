"""The latch: it tightens by itself and loosens only by the operator's hand."""

from collections.abc import Awaitable

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.ports.store import Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.records import DeskStateChanged, EntryKind, JournalEntry
from desk.contracts.states import DeskState


class DeskStateLatch:
    """Hold the desk's state, durably."""

    def __init__(self, recorder: Recorder, clock: Clock, desk_id: str, bus: EventBus) -> None:
        self._recorder = recorder
        self._clock = clock
        self._desk_id = desk_id
        self._bus = bus
        self._state = DeskState.ACTIVE
        self._reason = ""
        self._by = ""

    @property
    def current(self) -> DeskState:
        """The state that holds now."""
        return self._state

    @property
    def reason(self) -> str:
        """Why it holds."""
        return self._reason

    def restore(self, state: DeskState, reason: str, by: str) -> None:
        """Take over the state that an earlier run latched."""
        self._state = state
        self._reason = reason
        self._by = by

    def tighten(self, state: DeskState, reason: str, by: str, *causes: str) -> Awaitable[None] | None:
        """Latch `state` where it is stricter than what holds; await the result for durability.

        The state holds in memory at once, even if the disk then fails. None where nothing changed.
        """
        if state.strictness <= self._state.strictness:
            return None
        return self._change(state, reason, by, causes)

    def explain(self, reason: str, by: str) -> Awaitable[None] | None:
        """Say anew why the state holds, where `by` latched it and has another reason now; else None."""
        if by != self._by or reason == self._reason:
            return None
        return self._change(self._state, reason, by, ())

    def finish_exit(self, reason: str, by: str, *causes: str) -> Awaitable[None] | None:
        """Go from EXITING to HALTED, where a finished exit stays."""
        if self._state is not DeskState.EXITING:
            return None
        return self._change(DeskState.HALTED, reason, by, causes)

    def rearm(self, reason: str, *causes: str) -> Awaitable[None] | None:
        """Loosen to ACTIVE by the operator's hand; None where it is ACTIVE already."""
        if self._state is DeskState.ACTIVE:
            return None
        return self._change(DeskState.ACTIVE, reason, "operator", causes)

    def _change(self, state: DeskState, reason: str, by: str, causes: tuple[str, ...]) -> Awaitable[None]:
        change = DeskStateChanged(self._state, state, reason, by)
        self._state = state
        self._reason = reason
        self._by = by
        entry = JournalEntry(
            EntryKind.DESK_STATE_CHANGED, self._desk_id, self._clock.now_ms(), change, causes=causes
        )
        durable = self._recorder.record(entry)
        self._bus.publish(events.DESK_STATE_CHANGED, change)
        return durable
