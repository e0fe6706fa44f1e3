"""Trades that are over: what each made after fees, how well it was filled, and why it was left."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

from desk.contracts.assets import currencies_of
from desk.contracts.history import ClosedTrade, History
from desk.contracts.market import ZERO
from desk.ui.viewmodels.cells import number_cell, profit_cell, time_cell, tone_of
from desk.ui.viewmodels.fitting import fitted
from desk.ui.viewmodels.frame import Frame, Writing
from desk.ui.viewmodels.numbers import NOTHING, Precision, money, percent, signed
from desk.ui.viewmodels.sides import side_text
from desk.ui.viewmodels.subject import Subject, SubjectKind
from desk.ui.viewmodels.table import Align, Cell, Column, Row, Table
from desk.ui.viewmodels.text import clean
from desk.ui.viewmodels.times import age, full_time
from desk.ui.viewmodels.tones import Tone

EMPTY = "No closed trades yet. A trade comes here when its position is flat."
WAITING = "Asking the desk for its closed trades."
_BASIS_POINTS = 10_000

_COLUMNS = (
    Column("closed", "Closed", 8),
    Column("symbol", "Symbol", 8),
    Column("side", "Side", 7, rank=1),
    Column("result", "Result", 8, Align.RIGHT),
    Column("r", "R", 5, Align.RIGHT, rank=1),
    Column("fees", "Fees", 6, Align.RIGHT, rank=2),
    Column("slippage", "Slip bp", 8, Align.RIGHT, rank=3),
    Column("entry", "Entry", 7, Align.RIGHT, rank=4),
    Column("exit", "Exit", 7, Align.RIGHT, rank=4),
    Column("size", "Size", 7, Align.RIGHT, rank=5),
    Column("held", "Held", 7, Align.RIGHT, rank=5),
    Column("strategy", "Strategy", 9, rank=2),
    Column("reason", "Left because", 16, rank=2),
)
CSV_TITLES = (
    "trade_id", "symbol", "side", "strategy", "worker", "opened", "closed", "size_base", "entry_price",
    "exit_price", "realized_quote", "fees_quote", "result_quote", "r_multiple", "slippage_fraction", "reason",
)  # fmt: skip


def result_quote(trade: ClosedTrade) -> Decimal:
    """Return what a trade made after its fees."""
    return trade.realized_quote - trade.fees_quote


def closed_trades_table(frame: Frame, history: History | None, problem: str = "") -> Table:
    """Return the newest closed trades, newest first; without a history why there is none."""
    if history is None:
        return Table(_COLUMNS, (), empty=problem or WAITING)
    precision = Precision(frame.snapshot)
    rows = tuple(_row(one, frame, precision) for one in history.closed)
    table = Table(_COLUMNS, rows, _foot(history.closed), EMPTY)
    return fitted(table, ("closed", "symbol", "r", "strategy", "result", "fees", "entry", "exit", "size"))


def _row(trade: ClosedTrade, frame: Frame, precision: Precision) -> Row:
    held_ms = trade.closed_at_ms - trade.opened_at_ms
    return Row(
        key=trade.trade_id,
        cells=(
            time_cell(trade.closed_at_ms, frame),
            Cell(trade.symbol),
            Cell(side_text(trade.side, frame.writing)),
            profit_cell(result_quote(trade)),
            number_cell(signed(trade.r_multiple, 1), trade.r_multiple, tone=tone_of(trade.r_multiple)),
            number_cell(money(trade.fees_quote), trade.fees_quote),
            _slippage_cell(trade.slippage),
            number_cell(precision.price(trade.symbol, trade.entry_price), trade.entry_price),
            number_cell(precision.price(trade.symbol, trade.exit_price), trade.exit_price),
            number_cell(precision.size(trade.symbol, trade.size_base), trade.size_base),
            Cell(age(held_ms), Tone.DIM, held_ms),
            Cell(trade.strategy_id, Tone.DIM),
            Cell(trade.reason),
        ),
        subject=Subject(
            SubjectKind.CLOSED_TRADE,
            trade.trade_id,
            symbol=trade.symbol,
            trade_id=trade.trade_id,
            strategy_id=trade.strategy_id,
        ),
    )


def _slippage_cell(slippage: Decimal | None) -> Cell:
    """Write slippage in basis points, a cost above zero."""
    if slippage is None:
        return number_cell(NOTHING, None)
    return number_cell(signed(slippage * _BASIS_POINTS, 1), slippage)


def _foot(closed: Sequence[ClosedTrade]) -> tuple[Cell, ...]:
    """Sum what shows, where it is all in one currency."""
    if not closed:
        return ()
    wins = sum(result_quote(one) > 0 for one in closed)
    counted = (
        Cell(f"{len(closed)} closed", Tone.STRONG),
        Cell(f"won {percent(Decimal(wins) / len(closed), 0)}"),
    )
    quotes = {currencies_of(one.symbol)[1] for one in closed}
    if len(quotes) > 1:
        return counted
    result = sum((result_quote(one) for one in closed), ZERO)
    fees = sum((one.fees_quote for one in closed), ZERO)
    return (
        *counted,
        Cell(f"result {signed(result)}", tone_of(result)),
        Cell(f"fees {money(fees)}"),
        Cell(quotes.pop(), Tone.DIM),
    )


def closed_trades_csv(closed: Sequence[ClosedTrade], writing: Writing) -> str:
    """Return closed trades as CSV: numbers whole and without separators, times in the writing's zone."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_TITLES)
    for one in closed:
        opened, left = full_time(one.opened_at_ms, writing), full_time(one.closed_at_ms, writing)
        words = (one.trade_id, one.symbol, one.side.value, one.strategy_id, one.worker, opened, left)
        amounts = (
            one.size_base, one.entry_price, one.exit_price, one.realized_quote, one.fees_quote,
            result_quote(one), one.r_multiple, one.slippage,
        )  # fmt: skip
        numbers = ("" if amount is None else f"{amount:f}" for amount in amounts)
        writer.writerow([*(_harmless(word) for word in words), *numbers, _harmless(one.reason)])
    return out.getvalue()


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking text for a formula."""
    shown = clean(text)
    return f"'{shown}" if shown[:1] in {"=", "+", "-", "@"} else shown
