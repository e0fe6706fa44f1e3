"""The fills as marks on a chart, the newest of each symbol."""

from collections import deque
from collections.abc import Iterable

from desk.contracts.history import ChartMark, MarkKind
from desk.contracts.ids import TradeId
from desk.contracts.ports.store import LedgerView
from desk.contracts.records import FillBooked, JournalEntry
from desk.contracts.sides import OrderSide, PositionSide

_KEPT = 300


class FillMarks:
    """Keep a bounded number of marks per symbol, oldest first."""

    def __init__(self, ledger: LedgerView) -> None:
        self._ledger = ledger
        self._marks: dict[str, deque[ChartMark]] = {}

    def restore(self, fills: Iterable[tuple[FillBooked, PositionSide | None]]) -> None:
        """Take over the fills of earlier runs, oldest first, each with the side of its trade."""
        for booked, side in fills:
            self._keep(booked, side)

    def on_entry(self, entry: JournalEntry) -> None:
        """Take one fact."""
        if isinstance(entry.record, FillBooked):
            self._keep(entry.record, self._side(entry.record.trade_id))

    def since(self, symbol: str, time_ms: int) -> tuple[ChartMark, ...]:
        """Return the marks of a symbol from `time_ms` on."""
        return tuple(one for one in self._marks.get(symbol, ()) if one.time_ms >= time_ms)

    def _side(self, trade_id: TradeId | None) -> PositionSide | None:
        position = None if trade_id is None else self._ledger.position(trade_id)
        return None if position is None else position.side

    def _keep(self, booked: FillBooked, side: PositionSide | None) -> None:
        """Mark a fill; one of no trade is told apart by its side alone: a buy goes in, a sell out."""
        fill = booked.fill
        entry_side = OrderSide.BUY if side is None else side.entry_side
        mark = ChartMark(
            id=booked.fill_id,
            trade_id=booked.trade_id,
            time_ms=fill.time_ms,
            kind=MarkKind.ENTRY if fill.side is entry_side else MarkKind.EXIT,
            side=fill.side,
            price=fill.price,
            size_base=fill.size_base,
        )
        self._marks.setdefault(fill.symbol, deque(maxlen=_KEPT)).append(mark)
