"""The open positions, in the order in which their numbers matter to survival."""

from decimal import Decimal
from functools import lru_cache

from desk.contracts.positions import EXTERNAL_STRATEGY, Position
from desk.contracts.sides import PositionSide
from desk.contracts.snapshot import PositionRow
from desk.ui.viewmodels.cells import number_cell, profit_cell, tone_of
from desk.ui.viewmodels.fitting import fitted
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import NOTHING, Precision, money, number, percent, signed
from desk.ui.viewmodels.protection import protection_cell, stopless
from desk.ui.viewmodels.sides import side_text
from desk.ui.viewmodels.staleness import Staleness
from desk.ui.viewmodels.stop_bar import BAR_CELLS, stop_bar
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.table import Align, Cell, Column, Row, Table
from desk.ui.viewmodels.times import age
from desk.ui.viewmodels.tones import Tone

_STOP_PLACES = 2
"""A tight stop is a few hundredths of a percent away, and 0.0% would say that it is hit."""
EMPTY = "No open positions. Strategies open them; n opens one by hand."

_RIGHT = Align.RIGHT
_COLUMNS = (
    Column("symbol", "Symbol", 8),
    Column("side", "Side", 7),
    Column("unrealized", "uPnL", 8, _RIGHT),
    Column("r", "R", 5, _RIGHT, rank=2),
    Column("bar", "Distance", BAR_CELLS, rank=2),
    Column("distance", "To stop", 9, _RIGHT, rank=1),
    Column("mark", "Mark", 7, _RIGHT, rank=3),
    Column("size", "Size", 6, _RIGHT, rank=4),
    Column("entry", "Entry", 7, _RIGHT, rank=4),
    Column("stop", "Stop", 7, _RIGHT, rank=5),
    Column("target", "Target", 7, _RIGHT, rank=6),
    Column("protection", "Protection", 13),
)
_LIQUIDATION = Column("liquidation", "To liq.", 7, _RIGHT, rank=5)
_LEVERAGE = Column("leverage", "Lev", 4, _RIGHT, rank=8)
_FUNDING = Column("funding", "Funding", 8, _RIGHT, rank=9)
_LAST = (
    Column("risk", "Risk", 6, _RIGHT, rank=11),
    Column("notional", "Notional", 9, _RIGHT, rank=7),
    Column("fees", "Fees", 5, _RIGHT, rank=9),
    Column("age", "Age", 6, _RIGHT, rank=8),
    Column("worker", "Worker", 10, rank=10),
    Column("strategy", "Strategy", 10, rank=12),
)
_FITTED = frozenset(
    {
        "symbol", "unrealized", "r", "mark", "size", "entry", "stop", "target", "risk", "notional", "fees",
        "worker",
    }
)  # fmt: skip


def positions_table(frame: Frame) -> Table:
    """Return every open trade and the totals; columns of derivatives only where one is held."""
    rows = frame.snapshot.positions
    columns = (*_COLUMNS, *_of_derivatives(rows), *_LAST)
    scribe = _Scribe(frame)
    table = Table(
        columns=columns,
        rows=tuple(scribe.row(one, columns) for one in rows),
        foot=_foot(frame) if rows else (),
        empty=EMPTY,
    )
    return fitted(table, _FITTED)


def _of_derivatives(rows: tuple[PositionRow, ...]) -> tuple[Column, ...]:
    wanted = (
        (_LIQUIDATION, [one.liquidation_price for one in rows]),
        (_LEVERAGE, [one.leverage for one in rows]),
        (_FUNDING, [one.funding_quote for one in rows]),
    )
    return tuple(column for column, figures in wanted if any(one.value is not None for one in figures))


class _Scribe:
    """Write the rows of one frame."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._stale = Staleness(frame)
        self._precision = Precision(frame.snapshot)
        self._sides = {side: Cell(side_text(side, frame.writing)) for side in PositionSide}

    def row(self, row: PositionRow, columns: tuple[Column, ...]) -> Row:
        position = row.position
        cells = self._cells(row)
        return Row(
            key=position.trade_id,
            cells=tuple(cells[column.key] for column in columns),
            subject=Subject(
                SubjectKind.POSITION,
                position.trade_id,
                symbol=position.symbol,
                trade_id=position.trade_id,
                strategy_id=position.strategy_id,
            ),
        )

    def _cells(self, row: PositionRow) -> dict[str, Cell]:
        position = row.position
        is_stale = self._stale.of(position.symbol)
        pnl, r_multiple = row.unrealized_quote.value, row.r_multiple.value
        return {
            "symbol": _symbol_cell(position.symbol),
            "side": self._sides[position.side],
            "unrealized": profit_cell(pnl, is_stale=is_stale),
            "r": number_cell(signed(r_multiple, 1), r_multiple, tone=tone_of(r_multiple), is_stale=is_stale),
            "bar": self._bar(row, is_stale=is_stale),
            "distance": self._distance(row, is_stale=is_stale),
            "protection": protection_cell(row, self._frame.unheard_ms),
            "leverage": _plain_number(row.leverage.value, "x"),
            "liquidation": self._liquidation(row, is_stale=is_stale),
            "risk": number_cell(money(row.risk_quote.value), row.risk_quote.value, is_stale=is_stale),
            "funding": profit_cell(row.funding_quote.value),
            "fees": _amount(position.fees_quote),
            "age": Cell(age(self._age_ms(row)), Tone.DIM, self._age_ms(row)),
            "worker": _dim(row.worker),
            "strategy": _strategy(position.strategy_id),
        } | self._prices(row, position, is_stale=is_stale)

    def _prices(self, row: PositionRow, position: Position, *, is_stale: bool) -> dict[str, Cell]:
        mark, symbol = row.mark.value, position.symbol
        notional = None if mark is None else mark * position.size_base
        return {
            "mark": number_cell(self._precision.price(symbol, mark), mark, is_stale=is_stale),
            "size": _written(self._precision.size(symbol, position.size_base), position.size_base),
            "entry": self._price(symbol, position.entry_price),
            "stop": self._price(symbol, position.stop_price),
            "target": self._price(symbol, position.take_profit_price),
            "notional": number_cell(money(notional), notional, is_stale=is_stale),
        }

    def _price(self, symbol: str, value: Decimal | None) -> Cell:
        return _written(self._precision.price(symbol, value), value)

    def _age_ms(self, row: PositionRow) -> int:
        return row.age_ms + self._frame.unheard_ms

    def _bar(self, row: PositionRow, *, is_stale: bool) -> Cell:
        bar, tone = stop_bar(row.position, row.mark.value, ascii_only=self._frame.writing.ascii_only)
        distance = row.stop_distance.value
        order = distance if distance is not None else Decimal(1)
        return Cell(bar, Tone.STALE if is_stale and bar else tone, order)

    def _distance(self, row: PositionRow, *, is_stale: bool) -> Cell:
        """Write how far the mark may fall before the stop: the bar's twin, or that the price is stale."""
        if is_stale:
            return Cell(self._stale.word(row.mark), Tone.STALE, Decimal(-1))
        distance = row.stop_distance.value
        if distance is None:
            return number_cell(NOTHING, None)
        tone = Tone.ALARM if distance < 0 else Tone.PLAIN
        return number_cell(percent(distance, _STOP_PLACES), distance, tone=tone)

    def _liquidation(self, row: PositionRow, *, is_stale: bool) -> Cell:
        mark, price = row.mark.value, row.liquidation_price.value
        if mark is None or price is None or mark <= 0:
            return number_cell(NOTHING, None)
        distance = (mark - price) * row.position.side.sign / mark
        return number_cell(percent(distance), distance, is_stale=is_stale)


@lru_cache(maxsize=512)
def _symbol_cell(symbol: str) -> Cell:
    return Cell(symbol, Tone.STRONG)


@lru_cache(maxsize=512)
def _dim(text: str) -> Cell:
    return Cell(text, Tone.DIM)


def _plain_number(value: Decimal | None, unit: str) -> Cell:
    return number_cell(NOTHING if value is None else f"{number(value)}{unit}", value)


def _written(text: str, value: Decimal | None) -> Cell:
    return number_cell(text, value)


def _amount(value: Decimal) -> Cell:
    return number_cell(money(value), value)


def _strategy(strategy_id: str) -> Cell:
    return Cell(strategy_id, Tone.WARN) if strategy_id == EXTERNAL_STRATEGY else _dim(strategy_id)


def _foot(frame: Frame) -> tuple[Cell, ...]:
    """Sum the book in the account currency, as the desk values it."""
    account = frame.snapshot.account
    stale = Staleness(frame)
    is_stale = any(stale.of(one.position.symbol) for one in frame.snapshot.positions)
    unbounded = stopless(frame.snapshot)

    def part(word: str, text: str, tone: Tone = Tone.PLAIN) -> Cell:
        return Cell(f"{word} {text}", tone) if not is_stale else Cell(f"{word} ~{text}", Tone.STALE)

    return (
        Cell(f"{len(frame.snapshot.positions)} open", Tone.STRONG),
        part("uPnL", signed(account.unrealized.value), tone_of(account.unrealized.value)),
        part("risk open", money(account.risk_open.value)),
        *((Cell(f"+ {unbounded} without a stop", Tone.WARN),) if unbounded else ()),
        part("gross", money(account.exposure_gross.value)),
        part("net", signed(account.exposure_net.value)),
        Cell(account.currency, Tone.DIM),
    )
