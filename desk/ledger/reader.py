"""The ledger as it is read: everything that is, and what the desk needs to go on after a restart."""

from collections.abc import Mapping
from decimal import Decimal

from desk.contracts.blocks import EntryBlock
from desk.contracts.ids import ExecutionDirectiveId, TradeId
from desk.contracts.netting import NetPosition
from desk.contracts.orders import Leg, OrderStatus
from desk.contracts.orderstate import OrderState
from desk.contracts.parents import ParentState
from desk.contracts.positions import Balance, Position
from desk.contracts.records import FillBooked
from desk.ledger.archive import Archive, TradeRows
from desk.ledger.blocks import BlockBook
from desk.ledger.desklatch import Latch, Run
from desk.ledger.fillindex import FillIndex
from desk.ledger.flows import FlowBook, OpenFlow
from desk.ledger.netbook import NetBook
from desk.ledger.orderfold import OrderFacts
from desk.ledger.orders import OrderBook, order_of_row
from desk.ledger.parents import ParentBook
from desk.ledger.periods import PeriodBook, PeriodRow
from desk.ledger.postings import Account, Accounts
from desk.ledger.results import Result, Results
from desk.ledger.rows import Row
from desk.ledger.touched import Table
from desk.ledger.trades import Trade, TradeBook, fill_of_row, trade_of_row
from desk.ledger.workers import WorkerBook, WorkerState


class LedgerReader:
    """Read the ledger. With an archive, what ended may be out of memory and is fetched when asked for."""

    def __init__(self, archive: Archive | None = None) -> None:
        self._archive = archive
        self._orders = OrderBook()
        self._trades = TradeBook()
        self._fills = FillIndex()
        self._nets = NetBook()
        self._accounts = Accounts()
        self._results = Results()
        self._flows = FlowBook()
        self._periods = PeriodBook()
        self._workers = WorkerBook()
        self._latch = Latch()
        self._blocks = BlockBook()
        self._parents = ParentBook()
        self._run: Run | None = None
        self._last_fill_at_ms: int | None = None

    def position(self, trade_id: TradeId) -> Position | None:
        """Return one trade, open or closed."""
        trade = self._trade(trade_id)
        return None if trade is None else trade.position

    def open_positions(self) -> tuple[Position, ...]:
        """Return the trades that hold something, oldest first."""
        return self._trades.open_positions()

    def open_positions_on(self, symbol: str) -> tuple[Position, ...]:
        """Return the trades that hold something of one symbol, oldest first."""
        return self._trades.open_positions_on(symbol)

    def trades(self) -> tuple[Position, ...]:
        """Return the trades in memory: those that can still change, and the newest that ended."""
        return self._trades.positions()

    def fills_of_trade(self, trade_id: TradeId) -> tuple[FillBooked, ...]:
        """Return the booked fills of one trade, as they happened."""
        trade = self._trade(trade_id)
        return () if trade is None else tuple(trade.fills)

    def last_fill_ms(self) -> int | None:
        """Return the venue's time of the newest booked fill, None before the first."""
        return self._last_fill_at_ms

    def order(self, client_order_id: str) -> OrderState | None:
        """Return one order."""
        state = self._orders.state(client_order_id)
        if state is None and self._order(client_order_id) is not None:
            return self._orders.state(client_order_id)
        return state

    def knows_order(self, client_order_id: str) -> bool:
        """Tell whether memory holds an order; enough for a new id, which no old order can have."""
        return client_order_id in self._orders

    def knows_trade(self, trade_id: str) -> bool:
        """Tell whether memory holds a trade; enough for a new id, which no old trade can have."""
        return self._trades.get(trade_id) is not None

    def attempts(self, trade_id: TradeId, leg: Leg) -> int:
        """Count the orders ever intended for one leg of a trade."""
        trade = self._trade(trade_id)
        return 0 if trade is None else trade.attempts.get(leg.value, 0)

    def orders_of(self, trade_id: TradeId) -> tuple[OrderState, ...]:
        """Return the orders of one trade that are not over, oldest first."""
        return self._orders.live_of(trade_id)

    def live_orders(self) -> tuple[OrderState, ...]:
        """Return every order that is not over, oldest first."""
        return self._orders.live()

    def is_cancelled_here(self, client_order_id: str) -> bool:
        """Tell whether the desk itself cancels, or has cancelled, an order that can still matter."""
        return self._orders.is_cancelled_here(client_order_id)

    def count_orders(self, status: OrderStatus) -> int:
        """Count the orders in one status."""
        return self._orders.count(status)

    def has_fill(self, symbol: str, venue_trade_id: str) -> bool:
        """Tell whether a venue fill is booked."""
        return self._fills.has(symbol, venue_trade_id, self._archive)

    def parent(self, parent_id: str) -> ParentState | None:
        """Return one parent order whose flow has not ended."""
        return self._parents.get(parent_id)

    def parent_of(
        self, execution_directive_id: ExecutionDirectiveId, trade_id: TradeId
    ) -> ParentState | None:
        """Return the parent order of one target of an execution directive, while its flow is open."""
        return self._parents.of(execution_directive_id, trade_id)

    def parents(self) -> tuple[ParentState, ...]:
        """Return the parent orders whose flows have not ended, oldest first."""
        return self._parents.all()

    def balances(self) -> tuple[Balance, ...]:
        """Return every balance, by currency in alphabetical order."""
        return self._accounts.balances()

    def balance(self, currency: str) -> Decimal:
        """Return the booked balance of one currency."""
        return self._accounts.total(Account.BALANCE, currency)

    def posted(self, account: Account, currency: str) -> Decimal:
        """Return what was posted to one account in one currency."""
        return self._accounts.total(account, currency)

    def adjustments(self) -> dict[str, Decimal]:
        """Return by how much no fill changed each balance, the opening included, by currency."""
        return {
            one.currency: self._accounts.total(Account.ADJUSTED, one.currency).copy_negate()
            for one in self._accounts.balances()
        }

    def reserved(self, currency: str) -> Decimal:
        """Return what orders that are not over hold back of one currency."""
        return self._orders.reserved(currency)

    def net(self, symbol: str) -> NetPosition:
        """Return the net position of one perpetual, foreign fills included."""
        return self._nets.net(symbol)

    def nets(self) -> Mapping[str, NetPosition]:
        """Return the net positions that are not flat, by symbol."""
        return self._nets.nets()

    def results(self) -> tuple[Result, ...]:
        """Return realized profit and fees of all trades, per quote currency."""
        return self._results.all()

    def is_flow_ended(self, flow_id: str) -> bool:
        """Tell whether a flow has its end."""
        if self._flows.is_ended(flow_id):
            return True
        if self._archive is None or self._flows.is_open(flow_id):
            return False
        return self._archive.has(Table.FLOW_END, (flow_id,))

    def open_flows(self) -> tuple[OpenFlow, ...]:
        """Return the flows that began and have not ended, oldest first."""
        return self._flows.open()

    def is_claimed(self, claim_key: str) -> bool:
        """Tell whether a schedule period is claimed or skipped."""
        if self._periods.is_recorded(claim_key):
            return True
        return self._archive is not None and self._archive.has(Table.PERIOD, (claim_key,))

    def last_period(
        self, schedule_name: str, worker: str | None = None, symbol: str | None = None
    ) -> PeriodRow | None:
        """Return the latest recorded period of a schedule, of one worker and symbol where they are named."""
        return self._periods.last(schedule_name, worker, symbol)

    def worker_memory(self, strategy_id: str, worker: str) -> Mapping[str, str]:
        """Return all that one worker remembers."""
        return self._workers.memory(strategy_id, worker)

    def worker_states(self) -> tuple[WorkerState, ...]:
        """Return the status of every worker that was ever paused, resumed or stopped."""
        return self._workers.states()

    def latch(self) -> Latch:
        """Return the latched state of the desk; ACTIVE where nothing was ever latched."""
        return self._latch

    def entry_blocks(self) -> tuple[EntryBlock, ...]:
        """Return the blocks on new risk that stand, oldest first."""
        return self._blocks.all()

    def last_run(self) -> Run | None:
        """Return what the newest run of the desk ran with, None before the first."""
        return self._run

    def _order(self, client_order_id: str) -> OrderFacts | None:
        facts = self._orders.facts(client_order_id)
        if facts is not None or self._archive is None:
            return facts
        row = self._archive.order(client_order_id)
        if row is None:
            return None
        self._trade(order_of_row(row).trade_id)
        self._restore_order(row)
        return self._orders.facts(client_order_id)

    def _trade(self, trade_id: str) -> Trade | None:
        trade = self._trades.get(trade_id)
        if trade is not None or self._archive is None:
            return trade
        rows = self._archive.trade(trade_id)
        if rows is not None:
            self._restore_trade(rows)
        return self._trades.get(trade_id)

    def _restore_trade(self, rows: TradeRows) -> None:
        fills = [fill_of_row(row) for row in rows.fills]
        self._trades.put(trade_of_row(rows.trade, fills))
        for row in rows.orders:
            self._restore_order(row)
        for booked in fills:
            self._fills.add(booked.fill.symbol, booked.fill.venue_trade_id)

    def _restore_order(self, row: Row) -> None:
        facts = order_of_row(row)
        if facts.request.client_order_id not in self._orders:
            self._orders.put(facts, is_new=False)
