"""Scheduled operations: when each runs next and then, and what became of the last time."""

from desk.contracts.snapshot import ScheduleRow
from desk.ui.viewmodels.cells import time_cell
from desk.ui.viewmodels.directives import state_tone
from desk.ui.viewmodels.fitting import fitted
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import NOTHING
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.table import Align, Cell, Column, Row, Table
from desk.ui.viewmodels.times import age, clock
from desk.ui.viewmodels.tones import Tone

EMPTY = "Nothing is scheduled. A blueprint's schedule runs work at set times."

_COLUMNS = (
    Column("name", "Schedule", 9),
    Column("next", "Next", 8),
    Column("in", "In", 7, Align.RIGHT, rank=1),
    Column("last", "Last", 8, rank=2),
    Column("outcome", "Outcome", 8, rank=2),
    Column("workers", "Workers", 8, rank=3),
    Column("then", "Then", 12, rank=4),
)


def schedule_table(frame: Frame) -> Table:
    """Return every schedule, the next to run first."""
    rows = sorted(frame.snapshot.schedules, key=lambda one: (one.next_ms is None, one.next_ms or 0))
    table = Table(_COLUMNS, tuple(_row(one, frame) for one in rows), empty=EMPTY)
    return fitted(table, ("name", "next", "last", "outcome", "workers"))


def _row(row: ScheduleRow, frame: Frame) -> Row:
    now_ms = frame.snapshot.time_ms
    waits_ms = None if row.next_ms is None else row.next_ms - now_ms - frame.unheard_ms
    then = [one for one in row.upcoming if row.next_ms is None or one > row.next_ms]
    return Row(
        key=row.name,
        cells=(
            Cell(row.name, Tone.STRONG),
            time_cell(row.next_ms, frame),
            _waiting(waits_ms),
            time_cell(row.last_ms, frame),
            Cell(
                row.last_outcome.lower() or "never ran",
                state_tone(row.last_outcome.lower()) if row.last_outcome else Tone.DIM,
            ),
            Cell(", ".join(row.workers), Tone.DIM),
            Cell(", ".join(clock(one, frame.writing, now_ms) for one in then) or NOTHING, Tone.DIM),
        ),
        subject=Subject(SubjectKind.SCHEDULE, row.name),
    )


def _waiting(waits_ms: int | None) -> Cell:
    if waits_ms is None:
        return Cell(NOTHING, Tone.DIM, -1)
    return Cell("now", Tone.ACCENT, 0) if waits_ms <= 0 else Cell(age(waits_ms), Tone.PLAIN, waits_ms)
