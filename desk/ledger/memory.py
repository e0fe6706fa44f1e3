"""What of the ledger is in memory: begun from rows, kept while it can change, let go once it has ended."""

from collections.abc import Callable
from dataclasses import dataclass, field

from desk.contracts.parents import ParentOpened
from desk.ledger.archive import Archive, TradeRows
from desk.ledger.desklatch import LATCH_ROWS, RUN_ROWS
from desk.ledger.flows import OpenFlow
from desk.ledger.reader import LedgerReader
from desk.ledger.rows import Row
from desk.ledger.touched import RowKey, Table
from desk.ledger.trades import Trade, fill_of_row

TRADES_KEPT = 256
"""Trades that ended and stay in memory, the newest ones."""


@dataclass(slots=True)
class LedgerImage:
    """Hold the rows that a ledger starts from; what ended long ago stays in the archive."""

    trades: list[TradeRows] = field(default_factory=list)
    live_orders: list[Row] = field(default_factory=list)
    cancels: list[str] = field(default_factory=list)
    nets: list[tuple[Row, list[Row]]] = field(default_factory=list)
    flows: list[OpenFlow] = field(default_factory=list)
    order_counts: list[tuple[str, int]] = field(default_factory=list)
    last_fill_ms: int | None = None
    rows: dict[Table, list[Row]] = field(default_factory=dict)


class LedgerMemory(LedgerReader):
    """Note which trades have ended and which flow each belongs to; forget, and start again from rows."""

    def __init__(self, archive: Archive | None = None) -> None:
        super().__init__(archive)
        self._trades_of_flow: dict[str, list[str]] = {}
        self._ended_trades: dict[str, None] = {}

    def trim(self) -> None:
        """Drop from memory what ended long ago; only sound once all of it is durable in the archive."""
        if self._archive is None:
            return
        for trade_id in list(self._ended_trades)[:-TRADES_KEPT]:
            del self._ended_trades[trade_id]
            self._trades.forget(trade_id)
            self._orders.forget_trade(trade_id)
        self._orders.forget_ended()
        self._flows.forget_ends()
        self._periods.forget_old()
        self._fills.forget_old()

    def restore(self, image: LedgerImage) -> None:
        """Start from rows instead of entries; only on a ledger that has folded nothing."""
        self._flows_restored(image)
        for rows in image.trades:
            self._restore_trade(rows)
        for row in image.live_orders:
            self._restore_order(row)
        for client_order_id in image.cancels:
            self._orders.note_cancel(client_order_id)
        for position in self._trades.positions():
            self._in_flow(position.trade_id, position.directive_id)
            self._trade_changed(position.trade_id)
        self._parents_restored(image)
        self._orders.restore_counts(image.order_counts)
        for row, fills in image.nets:
            self._nets.restore(row, [fill_of_row(fill) for fill in fills])
        self._fills.restored(())
        self._last_fill_at_ms = image.last_fill_ms
        self._registers_restored(image)

    def _flows_restored(self, image: LedgerImage) -> None:
        for flow in image.flows:
            self._flows.restore(flow)
        for row in image.rows.get(Table.FLOW_END, ()):
            self._flows.restore_end(row)

    def _parents_restored(self, image: LedgerImage) -> None:
        for flow in image.flows:
            trades = {one.trade_id: None for one in flow.parents if isinstance(one, ParentOpened)}
            known = [trade_id for trade_id in trades if self._trade(trade_id) is not None]
            self._parents.restore(
                flow.parents, (facts for one in known for facts in self._orders.facts_of(one))
            )

    def _registers_restored(self, image: LedgerImage) -> None:
        registers: dict[Table, Callable[[Row], None]] = {
            Table.ACCOUNT: self._accounts.restore,
            Table.RESULT: self._results.restore,
            Table.PERIOD: self._periods.restore,
            Table.MEMORY: self._workers.restore_memory,
            Table.WORKER: self._workers.restore_state,
            Table.BLOCK: self._blocks.restore,
        }
        for table, restore in registers.items():
            for row in image.rows.get(table, ()):
                restore(row)
        for latch in image.rows.get(Table.DESK, ()):
            self._latch = LATCH_ROWS.decode(latch)
        for run in image.rows.get(Table.RUN, ()):
            self._run = RUN_ROWS.decode(run)

    def _in_flow(self, trade_id: str, flow_id: str | None) -> None:
        if flow_id is not None and self._flows.is_open(flow_id):
            self._trades_of_flow.setdefault(flow_id, []).append(trade_id)

    def _is_active(self, trade: Trade) -> bool:
        """Tell whether a trade holds something, may still, or belongs to a flow that goes on."""
        at = trade.position
        return at.is_open or self._orders.has_live(at.trade_id) or self._flows.is_open(at.directive_id)

    def _restore_trade(self, rows: TradeRows) -> None:
        """Take a trade back, and note that it has ended where it has: a mere look at it must not keep it."""
        super()._restore_trade(rows)
        self._trade_changed(str(rows.trade[0]))

    def _trade_changed(self, trade_id: str) -> RowKey:
        """Name a trade's row, and note whether the trade has ended."""
        trade = self._trades.get(trade_id)
        self._ended_trades.pop(trade_id, None)
        if trade is not None and not self._is_active(trade):
            self._ended_trades[trade_id] = None
        return (Table.TRADE, (trade_id,))
