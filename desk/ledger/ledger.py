"""The ledger: a fold over journal entries, one at a time, that says which rows each of them changed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from desk.contracts.blocks import EntryBlock, EntryRelease
from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import ExecutionDirective, FlowCompletion
from desk.contracts.market import ZERO, InstrumentKind
from desk.contracts.orders import Leg, VenueOrder
from desk.contracts.parents import ParentOpened, ParentStopped
from desk.contracts.records import (
    BalanceAdjusted,
    CancelIntended,
    DeskStateChanged,
    EntryKind,
    ExitTargeted,
    FillBooked,
    JournalEntry,
    OrderAnswered,
    OrderIntended,
    OrderSent,
    PeriodRecorded,
    RunStarted,
    TradeAdopted,
    TradeIntended,
    WorkerStateSaved,
    WorkerStatusChanged,
)
from desk.ledger import desklatch, orderfold, postings
from desk.ledger.archive import Archive
from desk.ledger.desklatch import LATCH_ROWS, RUN_ROWS
from desk.ledger.memory import LedgerMemory
from desk.ledger.orderfold import OrderFacts
from desk.ledger.rows import Row
from desk.ledger.touched import NOTHING, RowKey, Table, Touched
from desk.ledger.trades import Trade, fill_row, trade_row

_Folds = dict[EntryKind, Callable[[JournalEntry, Any], Touched]]


class Ledger(LedgerMemory):
    """Fold entries. Duplicates of fills and the order of telling change nothing, digit by digit."""

    def __init__(self, archive: Archive | None = None) -> None:
        super().__init__(archive)
        self._booked: dict[tuple[str, ...], FillBooked] = {}
        self._folds = {**self._folds_of_trades(), **self._folds_of_registers()}
        self._rows = self._row_readers()

    def _folds_of_trades(self) -> _Folds:
        return {
            EntryKind.DIRECTIVE_ISSUED: self._directive_issued,
            EntryKind.EXECUTION_DIRECTED: self._execution_directed,
            EntryKind.TRADE_INTENDED: self._trade_intended,
            EntryKind.EXIT_TARGETED: self._exit_targeted,
            EntryKind.TRADE_ADOPTED: self._trade_adopted,
            EntryKind.ORDER_INTENDED: self._order_intended,
            EntryKind.ORDER_SENT: self._order_sent,
            EntryKind.ORDER_ANSWERED: self._order_answered,
            EntryKind.ORDER_OBSERVED: self._order_observed,
            EntryKind.CANCEL_INTENDED: self._cancel_intended,
            EntryKind.FILL_BOOKED: self._fill_booked,
            EntryKind.PARENT_OPENED: self._parent_opened,
            EntryKind.PARENT_STOPPED: self._parent_stopped,
            EntryKind.FLOW_ENDED: self._flow_ended,
        }

    def _folds_of_registers(self) -> _Folds:
        return {
            EntryKind.RUN_STARTED: self._run_started,
            EntryKind.BALANCE_ADJUSTED: self._balance_adjusted,
            EntryKind.PERIOD_RECORDED: self._period_recorded,
            EntryKind.WORKER_STATE_SAVED: self._worker_state_saved,
            EntryKind.WORKER_STATUS_CHANGED: self._worker_status_changed,
            EntryKind.DESK_STATE_CHANGED: self._desk_state_changed,
            EntryKind.ENTRIES_BLOCKED: self._entries_blocked,
            EntryKind.ENTRIES_RELEASED: self._entries_released,
        }

    def _row_readers(self) -> dict[Table, Callable[[Any], Row | None]]:
        return {
            Table.ORDER: lambda key: self._orders.row(key[0]),
            Table.TRADE: lambda key: self._trade_row(key[0]),
            Table.FILL: lambda key: fill_row(self._booked.pop(key)),
            Table.NET: lambda key: self._nets.row(key[0]),
            Table.ACCOUNT: self._accounts.row,
            Table.RESULT: lambda key: self._results.row(key[0]),
            Table.FLOW: lambda key: self._flows.row(key[0]),
            Table.FLOW_END: lambda key: self._flows.end_row(key[0]),
            Table.PERIOD: lambda key: self._periods.row(key[0]),
            Table.MEMORY: self._workers.memory_row,
            Table.WORKER: self._workers.state_row,
            Table.BLOCK: self._blocks.row,
            Table.DESK: lambda _: LATCH_ROWS.encode(self._latch),
            Table.RUN: lambda _: None if self._run is None else RUN_ROWS.encode(self._run),
        }

    def apply(self, entry: JournalEntry) -> Touched:
        """Fold one entry; return the rows it changed. An entry of a kind that is no state changes none."""
        fold = self._folds.get(entry.kind)
        return NOTHING if fold is None else fold(entry, entry.record)

    def row(self, key: RowKey) -> Row | None:
        """Return a touched row as it is now, None where it is gone. A new fill's row is given out once."""
        table, columns = key
        return self._rows[table](columns)

    def _run_started(self, entry: JournalEntry, record: RunStarted) -> Touched:
        self._run = desklatch.started(record, entry.time_ms)
        return Touched.of((Table.RUN, (record.run_id,)))

    def _directive_issued(self, entry: JournalEntry, record: StrategyDirective) -> Touched:
        if not self._flows.begin(record, entry.time_ms):
            return NOTHING
        return Touched.of((Table.FLOW, (record.directive_id,)))

    def _execution_directed(self, _: JournalEntry, record: ExecutionDirective) -> Touched:
        self._flows.direct(record)
        return NOTHING

    def _flow_ended(self, _: JournalEntry, record: FlowCompletion) -> Touched:
        flow_id = str(record.flow_id)
        if self.is_flow_ended(flow_id):
            return NOTHING
        was_open = self._flows.end(record)
        self._parents.end_flow(flow_id)
        rows: list[RowKey] = [(Table.FLOW, (flow_id,))] if was_open else []
        rows.append((Table.FLOW_END, (flow_id,)))
        rows.extend(self._trade_changed(trade_id) for trade_id in self._trades_of_flow.pop(flow_id, ()))
        return Touched.of(*rows)

    def _trade_intended(self, entry: JournalEntry, record: TradeIntended) -> Touched:
        if self._trades.get(record.trade_id) is not None:
            return NOTHING
        self._trades.intend(record, entry.time_ms)
        self._in_flow(record.trade_id, record.directive_id)
        return Touched.of(self._trade_changed(record.trade_id))

    def _parent_opened(self, _: JournalEntry, record: ParentOpened) -> Touched:
        """Keep a parent order; it has no row of its own, the journal and its slices tell it again."""
        if self._flows.is_open(record.directive_id):
            self._parents.open(record)
        return NOTHING

    def _parent_stopped(self, _: JournalEntry, record: ParentStopped) -> Touched:
        self._parents.stop(record)
        return NOTHING

    def _exit_targeted(self, _: JournalEntry, record: ExitTargeted) -> Touched:
        trade = self._trade(record.trade_id)
        if trade is None:
            return NOTHING
        self._trades.retarget(trade, record)
        return Touched.of(self._trade_changed(record.trade_id))

    def _trade_adopted(self, _: JournalEntry, record: TradeAdopted) -> Touched:
        trade = self._trade(record.trade_id)
        if trade is None:
            return NOTHING
        self._trades.adopt(trade, record)
        self._in_flow(record.trade_id, record.directive_id)
        return Touched.of(self._trade_changed(record.trade_id))

    def _order_intended(self, entry: JournalEntry, record: OrderIntended) -> Touched:
        if record.request.client_order_id in self._orders:
            return NOTHING
        trade = self._trade(record.trade_id)
        leg = record.request.leg.value
        ordinal = 1 if trade is None else trade.attempts.get(leg, 0) + 1
        if trade is not None:
            trade.attempts[leg] = ordinal
        facts = orderfold.begun(record, ordinal, entry.time_ms)
        self._orders.put(facts, is_new=True)
        self._parents.sent(record.request, record.trade_id, entry.time_ms)
        order = (Table.ORDER, (record.request.client_order_id,))
        return Touched.of(order) if trade is None else Touched.of(order, self._trade_changed(record.trade_id))

    def _order_sent(self, entry: JournalEntry, record: OrderSent) -> Touched:
        return self._told(record.client_order_id, lambda facts: orderfold.sent(facts, entry.time_ms))

    def _order_answered(self, entry: JournalEntry, record: OrderAnswered) -> Touched:
        return self._told(
            record.client_order_id, lambda facts: orderfold.answered(facts, record, entry.time_ms)
        )

    def _order_observed(self, entry: JournalEntry, record: VenueOrder) -> Touched:
        return self._told(
            record.client_order_id, lambda facts: orderfold.observed(facts, record, entry.time_ms)
        )

    def _cancel_intended(self, _: JournalEntry, record: CancelIntended) -> Touched:
        """Note a cancel of ours; it has no row of its own, the journal tells it again."""
        self._orders.note_cancel(record.client_order_id)
        return NOTHING

    def _told(self, client_order_id: str, change: Callable[[OrderFacts], OrderFacts]) -> Touched:
        facts = self._order(client_order_id)
        if facts is None:
            return NOTHING
        changed = change(facts)
        if changed == facts:
            return NOTHING
        return Touched.of(*self._order_changed(facts, changed))

    def _order_changed(self, before: OrderFacts, facts: OrderFacts) -> list[RowKey]:
        """Keep an order; the row of its trade tells whether orders of it are live."""
        was_live = self._orders.has_live(facts.trade_id)
        self._orders.put(facts, is_new=False)
        self._parents.turned(before, facts)
        rows: list[RowKey] = [(Table.ORDER, (facts.request.client_order_id,))]
        trade = self._trades.get(facts.trade_id)
        if trade is None:
            return rows
        if facts.request.leg.is_protective:
            self._protect(trade, facts)
        has_turned = was_live is not self._orders.has_live(facts.trade_id)
        if has_turned or facts.request.leg.is_protective or before.status is not facts.status:
            rows.append(self._trade_changed(facts.trade_id))
        return rows

    def _protect(self, trade: Trade, facts: OrderFacts) -> None:
        if facts.request.leg is Leg.STOP and facts.was_accepted:
            trade.risked(facts.ordinal, facts.request.stop_price)
        trade.protect(self._orders.live_of(facts.trade_id))
        self._trades.put(trade)

    def _fill_booked(self, entry: JournalEntry, record: FillBooked) -> Touched:
        fill = record.fill
        if self.has_fill(fill.symbol, fill.venue_trade_id):
            return NOTHING
        trade = None if record.trade_id is None else self._trade(record.trade_id)
        if trade is None or trade.position.symbol != fill.symbol:
            trade, record = None, replace(record, trade_id=None)
        self._fills.add(fill.symbol, fill.venue_trade_id)
        self._booked[fill.symbol, fill.venue_trade_id] = record
        self._last_fill_at_ms = max(self._last_fill_at_ms or 0, fill.time_ms)
        rows: list[RowKey] = [(Table.FILL, (fill.symbol, fill.venue_trade_id)), *self._post_fill(record)]
        if trade is not None:
            rows += self._fill_trade(trade, record)
        facts = None if record.client_order_id is None else self._order(record.client_order_id)
        if facts is not None:
            self._parents.filled(facts.request, facts.trade_id, fill)
            rows += self._order_changed(facts, orderfold.filled(facts, fill, entry.time_ms))
        return Touched.of(*rows)

    def _post_fill(self, record: FillBooked) -> list[RowKey]:
        if record.kind is not InstrumentKind.PERPETUAL:
            return self._post(postings.of_fill(record, ZERO))
        realized_quote = self._nets.book(record)
        return [(Table.NET, (record.fill.symbol,)), *self._post(postings.of_fill(record, realized_quote))]

    def _fill_trade(self, trade: Trade, record: FillBooked) -> list[RowKey]:
        before = trade.position
        trade.book(record)
        self._trades.put(trade)
        self._results.move(record.quote_currency, before, trade.position)
        return [(Table.RESULT, (record.quote_currency,)), self._trade_changed(before.trade_id)]

    def _balance_adjusted(self, _: JournalEntry, record: BalanceAdjusted) -> Touched:
        return Touched.of(*self._post(postings.of_adjustment(record)))

    def _post(self, posted: tuple[postings.Posting, ...]) -> list[RowKey]:
        return [(Table.ACCOUNT, key) for key in self._accounts.post(posted)]

    def _period_recorded(self, _: JournalEntry, record: PeriodRecorded) -> Touched:
        if self.is_claimed(record.claim.key):
            return NOTHING
        self._periods.record(record)
        return Touched.of((Table.PERIOD, (record.claim.key,)))

    def _worker_state_saved(self, _: JournalEntry, record: WorkerStateSaved) -> Touched:
        self._workers.save(record)
        return Touched.of((Table.MEMORY, (record.strategy_id, record.worker, record.key)))

    def _worker_status_changed(self, entry: JournalEntry, record: WorkerStatusChanged) -> Touched:
        self._workers.change(record, entry.time_ms)
        return Touched.of((Table.WORKER, (record.strategy_id, record.worker)))

    def _desk_state_changed(self, entry: JournalEntry, record: DeskStateChanged) -> Touched:
        self._latch = desklatch.latched(record, entry.time_ms)
        return Touched.of((Table.DESK, (self._latch.name,)))

    def _entries_blocked(self, _: JournalEntry, record: EntryBlock) -> Touched:
        self._blocks.set(record)
        return Touched.of((Table.BLOCK, record.key))

    def _entries_released(self, _: JournalEntry, record: EntryRelease) -> Touched:
        return Touched.of((Table.BLOCK, record.key)) if self._blocks.lift(record) else NOTHING

    def _trade_row(self, trade_id: str) -> Row | None:
        trade = self._trades.get(trade_id)
        return None if trade is None else trade_row(trade, is_active=self._is_active(trade))
