"""The open trades as rows: what the ledger holds, at the newest mark, with what the venue says of them."""

from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.market import ZERO, Tick
from desk.contracts.positions import Position
from desk.contracts.sides import PositionSide
from desk.contracts.snapshot import UNKNOWN_FIGURE, Figure, PositionRow, Source, aged_ms
from desk.execution.coverage import is_covered
from desk.execution.naked_clock import NakedClock
from desk.execution.reconciliation import Reconciliation
from desk.ledger.ledger import Ledger
from desk.runtime.live_view import LiveView
from desk.runtime.market_board import MarketBoard
from desk.runtime.steps import Steps, rows_in_steps


@dataclass(frozen=True, slots=True)
class _AtMark:
    """Hold what a position is worth at one tick; both are kept, to see whether one of them changed."""

    position: Position
    tick: Tick
    unrealized_quote: Decimal
    r_multiple: Decimal | None
    stop_distance: Decimal | None
    risk_quote: Decimal | None


@dataclass(frozen=True, slots=True)
class _Around:
    """Hold what all trades of a symbol share."""

    mark: Figure
    side: PositionSide | None = None
    leverage: Figure = UNKNOWN_FIGURE
    liquidation_price: Figure = UNKNOWN_FIGURE


class PositionRows:
    """Build the rows; what a position is worth is reckoned once for each of its changes and marks."""

    def __init__(
        self,
        ledger: Ledger,
        view: LiveView,
        board: MarketBoard,
        naked: NakedClock,
        reconciliation: Reconciliation,
    ) -> None:
        self._ledger = ledger
        self._view = view
        self._board = board
        self._naked = naked
        self._reconciliation = reconciliation
        self._at_mark: dict[str, _AtMark] = {}

    def rows(self, now_ms: int) -> Steps[tuple[PositionRow, ...]]:
        """Return the open trades, oldest first; one that closes between two steps is left out."""
        held = self._ledger.open_positions()
        if len(self._at_mark) > 2 * len(held):
            self._at_mark.clear()
        around = {symbol: self._around(symbol, now_ms) for symbol in {one.symbol: None for one in held}}
        yield

        def row(seen: Position) -> PositionRow | None:
            now = self._ledger.position(seen.trade_id)
            return None if now is None or not now.is_open else self._row(now, around[now.symbol], now_ms)

        return (yield from rows_in_steps(held, row))

    def _around(self, symbol: str, now_ms: int) -> _Around:
        """Return what all trades of a symbol share: its mark, and what the venue says of the net position."""
        at_ms = self._board.time_ms(symbol)
        mark = Figure(
            self._board.mark(symbol), Source.FEED, None if at_ms is None else aged_ms(now_ms, at_ms)
        )
        seen = self._reconciliation.seen_positions.get(symbol)
        read_ms = self._reconciliation.positions_read_at_ms
        if seen is None or read_ms is None:
            return _Around(mark)
        age_ms = aged_ms(now_ms, read_ms)
        leverage = Figure(seen.leverage, Source.VENUE, age_ms)
        return _Around(mark, seen.side, leverage, Figure(seen.liquidation_price, Source.VENUE, age_ms))

    def _row(self, position: Position, around: _Around, now_ms: int) -> PositionRow:
        mark = around.mark
        at = None if mark.value is None else self._reckoned(position, mark.value)
        is_seen = around.side is position.side
        opened_ms = position.opened_at_ms or position.intended_at_ms
        return PositionRow(
            position,
            mark,
            UNKNOWN_FIGURE if at is None else _derived(at.unrealized_quote, mark),
            UNKNOWN_FIGURE if at is None else _derived(at.r_multiple, mark),
            UNKNOWN_FIGURE if at is None else _derived(at.stop_distance, mark),
            is_covered(position, self._view),
            self._naked.naked_ms(position.trade_id),
            position.worker,
            UNKNOWN_FIGURE if at is None else _derived(at.risk_quote, mark),
            around.leverage if is_seen else UNKNOWN_FIGURE,
            around.liquidation_price if is_seen else UNKNOWN_FIGURE,
            age_ms=aged_ms(now_ms, opened_ms),
        )

    def _reckoned(self, position: Position, mark: Decimal) -> _AtMark:
        tick = self._board.newest(position.symbol)
        assert tick is not None  # noqa: S101 - there is no mark without one
        known = self._at_mark.get(position.trade_id)
        if known is not None and known.position is position and known.tick is tick:
            return known
        distance = _distance(position, mark)
        reckoned = _AtMark(
            position=position,
            tick=tick,
            unrealized_quote=position.unrealized_quote(mark),
            r_multiple=position.r_multiple(mark),
            stop_distance=None if distance is None else distance / mark,
            risk_quote=None if distance is None else _risk_quote(position, distance),
        )
        self._at_mark[position.trade_id] = reckoned
        return reckoned


def _distance(position: Position, mark: Decimal) -> Decimal | None:
    if position.stop_price is None:
        return None
    return (mark - position.stop_price) * position.side.sign


def _risk_quote(position: Position, distance: Decimal) -> Decimal:
    return max(distance, ZERO) * min(position.size_base, position.stop_size_base)


def _derived(value: Decimal | None, mark: Figure) -> Figure:
    return Figure(value, Source.DERIVED, mark.age_ms)
