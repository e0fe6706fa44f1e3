"""What workers remember, and whether they are being called."""

from collections.abc import Mapping
from dataclasses import dataclass

from desk.contracts.records import WorkerStateSaved, WorkerStatusChanged
from desk.contracts.states import WorkerStatus
from desk.ledger.rows import Row, RowCodec


@dataclass(frozen=True, slots=True)
class WorkerState:
    """Hold whether a worker is called, since when and why."""

    strategy_id: str
    worker: str
    status: WorkerStatus
    reason: str
    since_ms: int


MEMORY_ROWS = RowCodec(WorkerStateSaved)
WORKER_ROWS = RowCodec(WorkerState)


class WorkerBook:
    """Hold memory and status of every worker."""

    def __init__(self) -> None:
        self._memories: dict[tuple[str, str], dict[str, str]] = {}
        self._states: dict[tuple[str, str], WorkerState] = {}

    def save(self, record: WorkerStateSaved) -> None:
        """Remember a value, or forget its key."""
        memory = self._memories.setdefault((record.strategy_id, record.worker), {})
        if record.value is None:
            memory.pop(record.key, None)
        else:
            memory[record.key] = record.value

    def change(self, record: WorkerStatusChanged, time_ms: int) -> None:
        """Keep a new status."""
        state = WorkerState(record.strategy_id, record.worker, record.status, record.reason, time_ms)
        self._states[record.strategy_id, record.worker] = state

    def memory(self, strategy_id: str, worker: str) -> Mapping[str, str]:
        """Return all that one worker remembers."""
        return self._memories.get((strategy_id, worker), {})

    def states(self) -> tuple[WorkerState, ...]:
        """Return every status that was ever changed."""
        return tuple(self._states.values())

    def memory_row(self, key: tuple[str, ...]) -> Row | None:
        """Return the row of one remembered value, None where it is forgotten."""
        strategy_id, worker, name = key
        value = self._memories.get((strategy_id, worker), {}).get(name)
        return None if value is None else (strategy_id, worker, name, value)

    def state_row(self, key: tuple[str, ...]) -> Row:
        """Return the row of one worker's status."""
        strategy_id, worker = key
        return WORKER_ROWS.encode(self._states[strategy_id, worker])

    def restore_memory(self, row: Row) -> None:
        """Take one remembered value back."""
        self.save(MEMORY_ROWS.decode(row))

    def restore_state(self, row: Row) -> None:
        """Take one status back."""
        state = WORKER_ROWS.decode(row)
        self._states[state.strategy_id, state.worker] = state
