"""Market watch: what each symbol trades at, how it moved, and how old that is."""

from decimal import Decimal

from desk.contracts.snapshot import FeedRow, Figure
from desk.ui.viewmodels.cells import number_cell, tone_of
from desk.ui.viewmodels.fitting import fitted
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import Precision, signed_percent
from desk.ui.viewmodels.sparklines import sparkline
from desk.ui.viewmodels.staleness import Staleness
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.table import Align, Cell, Column, Row, Table
from desk.ui.viewmodels.times import short_age
from desk.ui.viewmodels.tones import Tone

EMPTY = "No symbols are watched. Blueprints and platform.yaml name them."
TREND_CELLS = 12

_COLUMNS = (
    Column("symbol", "Symbol", 8),
    Column("bid", "Bid", 7, Align.RIGHT, rank=2),
    Column("ask", "Ask", 7, Align.RIGHT, rank=2),
    Column("last", "Last", 7, Align.RIGHT),
    Column("change", "Change", 7, Align.RIGHT, rank=1),
    Column("trend", "Trend", TREND_CELLS, rank=3),
    Column("spread", "Spread", 7, Align.RIGHT, rank=4),
    Column("age", "Age", 9, rank=1),
)


def watch_table(frame: Frame) -> Table:
    """Return every symbol with market data."""
    stale, precision = Staleness(frame), Precision(frame.snapshot)
    rows = tuple(_row(one, frame, stale, precision) for one in frame.snapshot.feeds)
    return fitted(Table(_COLUMNS, rows, empty=EMPTY), ("symbol", "bid", "ask", "last"))


def _row(row: FeedRow, frame: Frame, stale: Staleness, precision: Precision) -> Row:
    is_stale = stale.of(row.symbol)

    def price(figure: Figure, tone: Tone = Tone.PLAIN) -> Cell:
        text = precision.price(row.symbol, figure.value)
        return number_cell(text, figure.value, tone=tone, is_stale=is_stale)

    change = row.change.value
    trend = sparkline(row.trend, TREND_CELLS, ascii_only=frame.writing.ascii_only)
    spread = _spread(row)
    return Row(
        key=row.symbol,
        cells=(
            Cell(row.symbol, Tone.STRONG),
            price(row.bid),
            price(row.ask),
            price(row.last, Tone.STRONG),
            number_cell(signed_percent(change), change, tone=tone_of(change), is_stale=is_stale),
            Cell(trend, Tone.STALE if is_stale else Tone.DIM),
            number_cell(signed_percent(spread).removeprefix("+"), spread, is_stale=is_stale),
            _age_cell(row, stale, is_stale=is_stale),
        ),
        subject=Subject(SubjectKind.SYMBOL, row.symbol, symbol=row.symbol),
    )


def _spread(row: FeedRow) -> Decimal | None:
    """Return what lies between bid and ask, as a fraction of the ask."""
    bid, ask = row.bid.value, row.ask.value
    return (ask - bid) / ask if bid is not None and ask is not None and ask > 0 else None


def _age_cell(row: FeedRow, stale: Staleness, *, is_stale: bool) -> Cell:
    aged_ms = stale.age_ms(row.last)
    if is_stale:
        return Cell(stale.word(row.last), Tone.STALE, aged_ms)
    return Cell(short_age(aged_ms), Tone.DIM, aged_ms)
