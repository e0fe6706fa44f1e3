"""The log: what happened, in words, newest first."""

from desk.contracts.snapshot import LogRow
from desk.contracts.states import AlarmSeverity
from desk.ui.viewmodels.cells import time_cell
from desk.ui.viewmodels.fitting import fitted
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.table import Cell, Column, Row, Table
from desk.ui.viewmodels.tones import Tone

EMPTY = "Nothing has happened yet."

_COLUMNS = (
    Column("time", "Time", 8),
    Column("kind", "Kind", 8, rank=1),
    Column("text", "What", 24),
)
_TONES = {None: Tone.PLAIN, AlarmSeverity.WARNING: Tone.WARN, AlarmSeverity.CRITICAL: Tone.ALARM}


def log_table(frame: Frame) -> Table:
    """Return the newest entries in the order they come in, newest first."""
    return fitted(Table(_COLUMNS, _rows(frame), empty=EMPTY), ("time", "kind"))


def _rows(frame: Frame) -> tuple[Row, ...]:
    """Give each entry a key that stays: entries about one thing at one time are told apart by their count."""
    met = dict[tuple[int, str, str], int]()
    rows = list[Row]()
    for one in reversed(frame.snapshot.log):
        same = (one.time_ms, one.kind, one.subject_id)
        met[same] = met.get(same, 0) + 1
        rows.append(_row(one, met[same], frame))
    return tuple(reversed(rows))


def _row(row: LogRow, count: int, frame: Frame) -> Row:
    tone, kind = _TONES[row.severity], row.kind.lower().replace("_", " ")
    return Row(
        key=f"{row.time_ms} {row.kind} {row.subject_id} {count}",
        cells=(
            time_cell(row.time_ms, frame),
            Cell(kind, Tone.DIM if row.severity is None else tone),
            Cell(_news(row.text, kind), Tone.PLAIN if row.severity is None else Tone.STRONG),
        ),
        subject=Subject(SubjectKind.LOG, row.subject_id) if row.subject_id else None,
    )


def _news(text: str, kind: str) -> str:
    """Leave out what the kind has said."""
    return text[len(kind) :].lstrip(" ,:") or text if text.lower().startswith(kind) else text
