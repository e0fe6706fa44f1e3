"""The workers: which are called, which are not, and why."""

from desk.contracts.snapshot import WorkerRow
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
    blocks = {(one.strategy_id, one.worker): one.reason for one in frame.snapshot.blocks}
    rows = tuple(
        _row(one, frame.snapshot.state, blocks.get((one.strategy_id, one.name), ""))
        for one in frame.snapshot.workers
    )
    return fitted(Table(_COLUMNS, rows, empty=EMPTY), ("worker", "strategy", "category"))


def _row(row: WorkerRow, state: DeskState, blocks: str) -> Row:
    """Show a worker; of one that runs in a halted desk, that nothing new it decides is done.

    `blocks` is why it lets nobody take new risk, empty where it does not.
    """
    is_held = row.status is WorkerStatus.RUNNING and state in _HELD
    reason = f"the desk is {state}: nothing new of it is done, stops go on" if is_held else row.reason
    if blocks and not is_held:
        reason = f"blocks new risk: {blocks}"
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
