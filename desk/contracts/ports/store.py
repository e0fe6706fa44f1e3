"""The journal and the ledger as the core sees them."""

from collections.abc import Awaitable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from desk.contracts.blocks import EntryBlock
from desk.contracts.ids import ExecutionDirectiveId, TradeId
from desk.contracts.orders import Leg, OrderStatus
from desk.contracts.orderstate import OrderState
from desk.contracts.parents import ParentState
from desk.contracts.positions import Balance, Position
from desk.contracts.records import JournalEntry


class Recorder(Protocol):
    """Record facts: the ledger follows at once, the disk follows in order."""

    def record(self, *entries: JournalEntry) -> Awaitable[None]:
        """Apply `entries` to the ledger and write them as one transaction.

        Await the result for durability; it raises StoreFailed, or StoreSpooled where the facts are safe
        in the spool. Raises DuplicateRecord at once, and changes nothing, where a fact that may exist
        once exists already.
        """
        ...


class LedgerView(Protocol):
    """Read what is: positions, orders, balances, claims and latches."""

    def position(self, trade_id: TradeId) -> Position | None:
        """Return one trade, open or closed."""
        ...

    def open_positions(self) -> Sequence[Position]:
        """Return the trades that hold something, oldest first."""
        ...

    def order(self, client_order_id: str) -> OrderState | None:
        """Return one order."""
        ...

    def attempts(self, trade_id: TradeId, leg: Leg) -> int:
        """Count the orders ever intended for one leg of a trade that is not closed."""
        ...

    def orders_of(self, trade_id: TradeId) -> Sequence[OrderState]:
        """Return the orders of one trade that are not over, oldest first."""
        ...

    def live_orders(self) -> Sequence[OrderState]:
        """Return every order that is not over, oldest first."""
        ...

    def is_cancelled_here(self, client_order_id: str) -> bool:
        """Tell whether the desk itself cancels, or has cancelled, an order that can still matter."""
        ...

    def parent(self, parent_id: str) -> ParentState | None:
        """Return one parent order whose flow has not ended."""
        ...

    def parent_of(
        self, execution_directive_id: ExecutionDirectiveId, trade_id: TradeId
    ) -> ParentState | None:
        """Return the parent order of one target of an execution directive, while its flow is open."""
        ...

    def parents(self) -> Sequence[ParentState]:
        """Return the parent orders whose flows have not ended, oldest first."""
        ...

    def balances(self) -> Sequence[Balance]:
        """Return every balance."""
        ...

    def balance(self, currency: str) -> Decimal:
        """Return the booked balance of one currency."""
        ...

    def reserved(self, currency: str) -> Decimal:
        """Return what orders that are not over hold back of one currency."""
        ...

    def has_fill(self, symbol: str, venue_trade_id: str) -> bool:
        """Tell whether a venue fill is booked."""
        ...

    def last_fill_ms(self) -> int | None:
        """Return the venue's time of the newest fill booked, None before the first."""
        ...

    def is_flow_ended(self, flow_id: str) -> bool:
        """Tell whether a flow has its end."""
        ...

    def is_claimed(self, claim_key: str) -> bool:
        """Tell whether a schedule period is claimed or skipped."""
        ...

    def count_orders(self, status: OrderStatus) -> int:
        """Count the orders in one status."""
        ...

    def worker_memory(self, strategy_id: str, worker: str) -> Mapping[str, str]:
        """Return all that one worker, or a part of the platform, remembers."""
        ...

    def entry_blocks(self) -> Sequence[EntryBlock]:
        """Return the blocks on new risk that stand, oldest first."""
        ...
