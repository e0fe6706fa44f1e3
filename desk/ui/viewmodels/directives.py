"""The directive stream: what was decided, by whom, and how far it came."""

from desk.contracts.snapshot import DirectiveRow
from desk.ui.viewmodels.cells import time_cell
from desk.ui.viewmodels.fitting import fitted
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.table import Cell, Column, Row, Table
from desk.ui.viewmodels.tones import Tone

EMPTY = "No directives yet. A worker's decision appears here, with its reason; enter asks it why."

_COLUMNS = (
    Column("time", "Time", 8),
    Column("state", "State", 9),
    Column("scope", "Scope", 6, rank=2),
    Column("symbol", "Symbol", 8, rank=1),
    Column("worker", "Worker", 8, rank=3),
    Column("why", "Why", 18),
)
_SCOPES = {"NEW_TRADE": "open", "MODIFY_EXISTING": "modify", "CLOSE_EXISTING": "close"}
_UNDER_WAY = frozenset({"planning", "executing"})
_DONE = frozenset({"executed", "FLAT"})


def scope_word(scope: str) -> str:
    """Return a directive's scope as one short word."""
    return _SCOPES.get(scope, scope)


def state_tone(state: str) -> Tone:
    """Return what a directive's state means: whatever is not known to be well is not."""
    if state in _UNDER_WAY:
        return Tone.ACCENT
    if state == "unknown":
        return Tone.UNKNOWN
    return Tone.PLAIN if state in _DONE else Tone.WARN


def directives_table(frame: Frame) -> Table:
    """Return the newest directives, newest first."""
    rows = tuple(_row(one, frame) for one in frame.snapshot.directives)
    return fitted(Table(_COLUMNS, rows, empty=EMPTY), ("time", "state", "symbol", "worker"))


def _row(row: DirectiveRow, frame: Frame) -> Row:
    tone = state_tone(row.state)
    separator = " / " if frame.writing.ascii_only else " · "
    has_failed = tone in {Tone.WARN, Tone.UNKNOWN}
    words = (row.reason if has_failed else "", row.rationale)
    why = separator.join(one for one in words if one) or row.reason
    return Row(
        key=row.directive_id,
        cells=(
            time_cell(row.time_ms, frame),
            Cell(row.state, tone),
            Cell(scope_word(row.scope)),
            Cell(row.symbol),
            Cell(row.worker, Tone.DIM),
            Cell(why),
        ),
        subject=Subject(
            SubjectKind.DIRECTIVE,
            row.directive_id,
            symbol=row.symbol or None,
            trade_id=row.trade_ids[0] if len(row.trade_ids) == 1 else None,
            strategy_id=row.strategy_id or None,
        ),
    )
