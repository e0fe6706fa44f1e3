"""What each strategy's closed trades made: numbers, and a bar beside them to compare by eye."""

from decimal import Decimal

from desk.contracts.history import History, StrategyResult
from desk.contracts.market import ZERO
from desk.ui.viewmodels.cells import number_cell, profit_cell, tone_of
from desk.ui.viewmodels.fitting import fitted
from desk.ui.viewmodels.frame import Frame
from desk.ui.viewmodels.numbers import NOTHING, money, percent, signed
from desk.ui.viewmodels.table import Align, Cell, Column, Row, Table
from desk.ui.viewmodels.tones import Tone

EMPTY = "No results yet. A strategy comes here when its first trade is over."
WAITING = "Asking the desk for its results."
SIDE_CELLS = 8
"""Cells of a bar on each side of its zero."""

_COLUMNS = (
    Column("strategy", "Strategy", 18),
    Column("trades", "Trades", 7, Align.RIGHT, rank=1),
    Column("won", "Won", 5, Align.RIGHT, rank=2),
    Column("bar", "Loss     Profit", SIDE_CELLS * 2 + 1, rank=2),
    Column("result", "Result", 9, Align.RIGHT),
    Column("mean", "Per trade", 9, Align.RIGHT, rank=4),
    Column("fees", "Fees", 8, Align.RIGHT, rank=3),
)


def results_table(frame: Frame, history: History | None, problem: str = "") -> Table:
    """Return a row for each strategy, after fees; without a history why there is none."""
    if history is None:
        return Table(_COLUMNS, (), empty=problem or WAITING)
    nets = [_net(one) for one in history.results]
    most = max((abs(one) for one in nets if one is not None), default=ZERO)
    rows = tuple(_row(one, most, ascii_only=frame.writing.ascii_only) for one in history.results)
    table = Table(_COLUMNS, rows, _foot(history.results, frame.snapshot.account.currency), EMPTY)
    return fitted(table, ("result", "mean", "fees"))


def _net(result: StrategyResult) -> Decimal | None:
    """Return what a strategy made after fees, None where it cannot be valued."""
    if result.realized is None or result.fees is None:
        return None
    return result.realized - result.fees


def _row(result: StrategyResult, most: Decimal, *, ascii_only: bool) -> Row:
    net = _net(result)
    won = Decimal(result.wins) / result.trades if result.trades else None
    mean = net / result.trades if net is not None and result.trades else None
    return Row(
        key=result.strategy_id,
        cells=(
            Cell(result.strategy_id, Tone.STRONG),
            Cell(str(result.trades), order=result.trades),
            number_cell(NOTHING if won is None else percent(won, 0), won),
            Cell(bar(net, most, ascii_only=ascii_only), tone_of(net), net or ZERO),
            profit_cell(net),
            profit_cell(mean),
            number_cell(money(result.fees), result.fees),
        ),
    )


def bar(value: Decimal | None, most: Decimal, *, ascii_only: bool = False) -> str:
    """Draw a value from a zero in the middle: loss to the left, profit to the right, `most` at the ends."""
    zero = "|" if ascii_only else "│"
    halves = 0
    if value is not None and value.is_finite() and most > 0:
        halves = round(float(min(abs(value) / most, Decimal(1))) * SIDE_CELLS * 2)
        halves = max(halves, 1) if value else 0
    whole, rest = divmod(halves, 2)
    if ascii_only:
        drawn = "=" * (whole + rest)
        left, right = drawn, drawn
    else:
        left, right = "▐" * rest + "█" * whole, "█" * whole + "▌" * rest
    is_loss = value is not None and value < 0
    empty = " " * SIDE_CELLS
    return (
        (left.rjust(SIDE_CELLS) if is_loss else empty)
        + zero
        + (empty if is_loss else right.ljust(SIDE_CELLS))
    )


def _foot(results: tuple[StrategyResult, ...], currency: str) -> tuple[Cell, ...]:
    if not results:
        return ()
    nets = [_net(one) for one in results]
    trades = Cell(f"{sum(one.trades for one in results)} closed", Tone.STRONG)
    if None in nets:
        return (trades, Cell("not all can be valued", Tone.UNKNOWN))
    total = sum((one for one in nets if one is not None), ZERO)
    return (trades, Cell(f"result {signed(total)}", tone_of(total)), Cell(currency, Tone.DIM))
