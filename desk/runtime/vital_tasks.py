"""Tasks that a desk cannot live without: the death of one halts it, durably, and ends the process."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from desk.contracts.problems import DeskError, InputRefused, StoreFailed
from desk.contracts.states import DeskState
from desk.execution.desk_state import DeskStateLatch
from desk.runtime.tasks import FailureListener

CORE, RECONCILE, SCHEDULER, JOURNAL_WRITER = "core", "reconcile", "scheduler", "journal writer"
LATCH, SUPERVISOR = "latch", "supervisor"

_VITAL = frozenset({CORE, RECONCILE, SCHEDULER, JOURNAL_WRITER, LATCH, SUPERVISOR})
_BY = "platform.supervisor"


class CoreDied(DeskError):
    """A part of the desk that nothing can replace has ended; positions and stops stay at the venue."""


class VitalTasks:
    """Hear of every task that failed; `died` is why the desk must end, None while it lives.

    `leave_latch` makes the halt outlive the process where the journal can not.
    """

    def __init__(self, on_failure: FailureListener, leave_latch: Callable[[str], None]) -> None:
        self._on_failure = on_failure
        self._leave_latch = leave_latch
        self._state: DeskStateLatch | None = None
        self.ended = asyncio.Event()
        self.died: DeskError | None = None

    def connect(self, state: DeskStateLatch) -> None:
        """Begin to latch; before this there is nothing to halt."""
        self._state = state

    def check(self) -> None:
        """Raise what ended the desk, CoreDied or the fault of its input; nothing while it lives."""
        if self.died is not None:
            raise self.died

    def on_failure(self, name: str, error: BaseException) -> None:
        """Take the failure of a task: an alarm at least, the end of the desk at most."""
        if name in _VITAL and self.died is None:
            self._die(name, error)
        with suppress(StoreFailed):  # an alarm that cannot be written was still logged
            self._on_failure(name, error)

    def _die(self, name: str, error: BaseException) -> None:
        if isinstance(error, InputRefused):
            self.died = error  # what was recorded is at fault, not the desk
        else:
            reason = f"the desk's {name} died: {type(error).__name__}: {error}"
            self.died = CoreDied(
                f"{reason}; positions and stops stay at the venue, and the next start is HALTED"
            )
            self._halt(reason)
        self.ended.set()

    def _halt(self, reason: str) -> None:
        if self._state is None:
            return
        try:
            self._state.tighten(DeskState.HALTED, reason, _BY)
        except StoreFailed:
            self._leave_latch(reason)
