"""The workers: which are called, which are not, and why."""

from collections.abc import Iterator

from desk.contracts.snapshot import Snapshot, WorkerRow
from desk.contracts.states import DeskState, WorkerStatus
from desk.ui.viewmodels.fitting import fitted
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.table import Align, Cell, Column, Row, Table
from desk.ui.viewmodels.tones import Tone

EMPTY = "No workers. A blueprint names them: desk run --blueprint FILE."

_COLUMNS = (
    Column("worker", "Worker", 8),
    Column("status", "Status", 8),
    Column("errors", "Errors", 6, Align.RIGHT, rank=1),
    Column("strategy", "Strategy", 9, rank=2),
    Column("category", "Category", 9, rank=3),
    Column("reason", "Reason", 12, rank=1),
)
_TONES = {
    WorkerStatus.RUNNING: Tone.PLAIN,
    WorkerStatus.PAUSED: Tone.WARN,
    WorkerStatus.STOPPED: Tone.ALARM,
}
_HELD = frozenset({DeskState.HALTED, DeskState.EXITING})


def workers_table(frame: Frame) -> Table:
    """Return every worker."""
    rows = tuple(_row(one, frame.snapshot) for one in frame.snapshot.workers)
    return fitted(Table(_COLUMNS, rows, empty=EMPTY), ("worker", "strategy", "category"))


def _row(row: WorkerRow, snapshot: Snapshot) -> Row:
    """Show a worker; of one that runs in a halted desk, that nothing new it decides is done."""
    is_held = row.status is WorkerStatus.RUNNING and snapshot.state in _HELD
    held = f"the desk is {snapshot.state}: nothing new of it is done, stops go on"
    reason = held if is_held else "; ".join((*([row.reason] if row.reason else []), *_blocks(row, snapshot)))
    return Row(
        key=f"{row.strategy_id} {row.name}",
        cells=(
            Cell(row.name, Tone.STRONG),
            Cell("HALTED", Tone.WARN) if is_held else Cell(row.status, _TONES[row.status]),
            Cell(str(row.errors), Tone.WARN if row.errors else Tone.DIM, row.errors),
            Cell(row.strategy_id, Tone.DIM),
            Cell(row.category.lower().replace("_", " "), Tone.DIM),
            Cell(reason),
        ),
        subject=Subject(SubjectKind.WORKER, row.name, strategy_id=row.strategy_id),
    )


def _blocks(row: WorkerRow, snapshot: Snapshot) -> Iterator[str]:
    """Say of each block that the worker has set what it is on, for whom, and why."""
    for one in snapshot.blocks:
        if (one.strategy_id, one.worker) == (row.strategy_id, row.name):
            yield f"blocks new risk on {one.scope}: {one.reason}"
