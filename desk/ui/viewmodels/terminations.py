"""Flow terminations: every flow ends once, and says how."""

from desk.contracts.snapshot import TerminationRow
from desk.ui.viewmodels.cells import time_cell
from desk.ui.viewmodels.directives import scope_word
from desk.ui.viewmodels.fitting import fitted
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.table import Cell, Column, Row, Table
from desk.ui.viewmodels.tones import Tone

EMPTY = "No flow has ended yet. Every directive ends here once; enter asks it why."

_COLUMNS = (
    Column("time", "Time", 8),
    Column("outcome", "End", 9),
    Column("state", "As", 8, rank=2),
    Column("scope", "Scope", 6, rank=3),
    Column("symbol", "Symbol", 8, rank=1),
    Column("worker", "Worker", 8, rank=4),
    Column("reason", "Reason", 18),
)


def terminations_table(frame: Frame) -> Table:
    """Return the newest endings, newest first."""
    rows = tuple(_row(one, frame) for one in frame.snapshot.terminations)
    return fitted(Table(_COLUMNS, rows, empty=EMPTY), ("time", "state", "symbol", "worker"))


def _row(row: TerminationRow, frame: Frame) -> Row:
    is_error = row.outcome == "error"
    signs = ("+", "x") if frame.writing.ascii_only else ("✓", "✗")
    return Row(
        key=row.flow_id,
        cells=(
            time_cell(row.time_ms, frame),
            Cell(f"{signs[is_error]} {row.outcome}", Tone.BAD if is_error else Tone.PLAIN, row.outcome),
            Cell(row.final_state, Tone.WARN if is_error else Tone.PLAIN),
            Cell(scope_word(row.scope)),
            Cell(row.symbol),
            Cell(row.worker, Tone.DIM),
            Cell(row.reason),
        ),
        subject=Subject(
            SubjectKind.TERMINATION,
            row.flow_id,
            symbol=row.symbol or None,
            trade_id=row.trade_ids[0] if len(row.trade_ids) == 1 else None,
        ),
    )
