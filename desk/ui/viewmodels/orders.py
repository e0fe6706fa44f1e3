"""The orders that are not over, each with what the venue is known to say of it."""

from desk.contracts.market import ZERO
from desk.contracts.orders import OrderStatus
from desk.contracts.snapshot import OrderRow
from desk.ui.viewmodels.cells import number_cell
from desk.ui.viewmodels.connection import running_clock
from desk.ui.viewmodels.fitting import fitted
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import NOTHING, Precision, percent
from desk.ui.viewmodels.sides import side_text
from desk.ui.viewmodels.staleness import is_unheard
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.table import Align, Cell, Column, Row, Table
from desk.ui.viewmodels.times import age
from desk.ui.viewmodels.tones import Tone

EMPTY = "No live orders: nothing rests at the venue, nothing is under way."

_COLUMNS = (
    Column("symbol", "Symbol", 8),
    Column("side", "Side", 6),
    Column("status", "Status", 14),
    Column("leg", "For", 7, rank=1),
    Column("type", "Type", 6, rank=4),
    Column("size", "Size", 7, Align.RIGHT, rank=1),
    Column("filled", "Filled", 7, Align.RIGHT, rank=3),
    Column("price", "Price", 7, Align.RIGHT, rank=1),
    Column("age", "Age", 7, Align.RIGHT, rank=2),
    Column("strategy", "Strategy", 9, rank=5),
    Column("id", "Id", 18, rank=6),
)
_WAITING = {OrderStatus.INTENDED.value: "PENDING", OrderStatus.SENT.value: "SENT"}


def orders_table(frame: Frame) -> Table:
    """Return the live orders."""
    precision = Precision(frame.snapshot)
    rows = tuple(_row(one, frame, precision) for one in frame.snapshot.orders)
    return fitted(
        Table(_COLUMNS, rows, empty=EMPTY), ("symbol", "type", "strategy", "size", "filled", "price")
    )


def _row(row: OrderRow, frame: Frame, precision: Precision) -> Row:
    size, filled, price = row.size_base.value, row.filled_base.value, row.price.value
    lasted_ms = row.age_ms + frame.unheard_ms
    return Row(
        key=row.client_order_id,
        cells=(
            Cell(row.symbol, Tone.STRONG),
            Cell(side_text(row.side, frame.writing)),
            status_cell(row, frame),
            Cell(row.leg, Tone.DIM if row.is_protective else Tone.PLAIN),
            Cell(row.order_type),
            number_cell(precision.size(row.symbol, size), size),
            number_cell(precision.size(row.symbol, filled), filled),
            number_cell("market" if price is None else precision.price(row.symbol, price), price),
            Cell(age(lasted_ms), Tone.DIM, lasted_ms),
            Cell(row.strategy_id, Tone.DIM),
            Cell(row.client_order_id, Tone.DIM),
        ),
        subject=Subject(
            SubjectKind.ORDER,
            row.client_order_id,
            symbol=row.symbol,
            trade_id=row.trade_id or None,
            strategy_id=row.strategy_id or None,
        ),
    )


def status_cell(row: OrderRow, frame: Frame) -> Cell:
    """Say where an order is: how much of it filled, or for how long its outcome has not been known."""
    if row.unknown_ms is not None or row.status == OrderStatus.UNKNOWN:
        unknown_ms = (row.unknown_ms if row.unknown_ms is not None else row.age_ms) + frame.unheard_ms
        return Cell(f"UNKNOWN {running_clock(unknown_ms)}", Tone.UNKNOWN)
    stale = Tone.STALE if is_unheard(frame) else None
    if row.status == OrderStatus.PARTIALLY_FILLED:
        return Cell(f"PARTIAL {_part(row)}", stale or Tone.ACCENT)
    if row.status in _WAITING:
        return Cell(_WAITING[row.status], stale or Tone.ACCENT)
    return Cell(row.status or NOTHING, stale or Tone.PLAIN)


def _part(row: OrderRow) -> str:
    size, filled = row.size_base.value, row.filled_base.value
    return percent(filled / size, 0) if size is not None and filled is not None and size > ZERO else "?"
