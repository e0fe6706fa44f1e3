"""Alarms, those not yet seen first; below them the price alerts that wait."""

from desk.contracts.snapshot import AlarmRow, PriceAlertRow
from desk.contracts.states import AlarmSeverity
from desk.ui.viewmodels.cells import time_cell
from desk.ui.viewmodels.fitting import fitted
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import NOTHING, Precision
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.table import Cell, Column, Row, Table
from desk.ui.viewmodels.tones import Tone

EMPTY = "No alarms, and no price alert waits."

_COLUMNS = (
    Column("time", "Time", 8),
    Column("severity", "Alarm", 8),
    Column("seen", "Seen", 5, rank=1),
    Column("symbol", "Symbol", 8, rank=2),
    Column("text", "What", 20),
)


def alarms_table(frame: Frame) -> Table:
    """Return what lasts unseen, what was over unseen, what was seen, each newest first; then price alerts."""
    alarms = sorted(frame.snapshot.alarms, key=_pressing)
    precision = Precision(frame.snapshot)
    waiting = (_alert_row(one, frame, precision) for one in frame.snapshot.price_alerts)
    rows = (*(_alarm_row(one, frame) for one in alarms), *waiting)
    return fitted(Table(_COLUMNS, rows, empty=EMPTY), ("time", "symbol"))


def _pressing(row: AlarmRow) -> tuple[int, int]:
    return (2 if row.is_acknowledged else 0 if row.ended_ms is None else 1, -row.time_ms)


def _alarm_row(row: AlarmRow, frame: Frame) -> Row:
    is_critical = row.severity is AlarmSeverity.CRITICAL
    is_pressing = not row.is_acknowledged and row.ended_ms is None
    tone = Tone.DIM if not is_pressing else Tone.ALARM if is_critical else Tone.WARN
    word = "seen" if row.is_acknowledged else "NEW" if is_pressing else "over"
    return Row(
        key=row.alarm_id,
        cells=(
            time_cell(row.time_ms, frame),
            Cell("CRITICAL" if is_critical else "warning", tone, 0 if is_critical else 1),
            Cell(word, Tone.PLAIN if is_pressing else Tone.DIM),
            Cell(row.symbol or NOTHING, Tone.DIM),
            Cell(row.text, Tone.DIM if row.is_acknowledged else Tone.PLAIN),
        ),
        subject=Subject(SubjectKind.ALARM, row.alarm_id, symbol=row.symbol, trade_id=row.trade_id),
    )


def _alert_row(row: PriceAlertRow, frame: Frame, precision: Precision) -> Row:
    way = "rises to" if row.is_above else "falls to"
    return Row(
        key=row.alert_id,
        cells=(
            time_cell(row.set_at_ms, frame),
            Cell("waits", Tone.ACCENT, 2),
            Cell(NOTHING, Tone.DIM),
            Cell(row.symbol, Tone.DIM),
            Cell(f"price alert: {row.symbol} {way} {precision.price(row.symbol, row.price)}"),
        ),
        subject=Subject(SubjectKind.PRICE_ALERT, row.alert_id, symbol=row.symbol),
    )
