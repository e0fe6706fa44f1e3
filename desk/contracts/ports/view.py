"""What plugins may see: a read-only view of market, book and desk."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from desk.contracts.blocks import EntryBlock
from desk.contracts.ids import TradeId
from desk.contracts.market import Bar, Instrument, Quote
from desk.contracts.positions import Position
from desk.contracts.states import DeskState


class DeskView(Protocol):
    """Answer a plugin's questions; reading allocates nothing that is not asked for."""

    def now_ms(self) -> int:
        """Return the desk's clock."""
        ...

    def state(self) -> DeskState:
        """Return the desk's state."""
        ...

    def is_reconciled(self) -> bool:
        """Tell whether the ledger agreed with the venue in this run."""
        ...

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the filters of a symbol."""
        ...

    def quote(self, symbol: str) -> Quote | None:
        """Return the newest quote of a symbol, however old: look at its time."""
        ...

    def bars(self, symbol: str, interval_ms: int) -> Sequence[Bar]:
        """Return the closed bars of a symbol, oldest first, as many as are kept."""
        ...

    def positions(self) -> Sequence[Position]:
        """Return the open trades of every strategy, oldest first."""
        ...

    def positions_on(self, symbol: str) -> Sequence[Position]:
        """Return the open trades on one symbol, oldest first; empty costs nothing."""
        ...

    def position(self, trade_id: TradeId) -> Position | None:
        """Return one trade, open or closed."""
        ...

    def free_cash(self, currency: str) -> Decimal:
        """Return the balance of a currency that no order reserves."""
        ...

    def equity(self) -> Decimal | None:
        """Return the account's worth in the account currency; None where a rate is missing or not finite."""
        ...

    def rate(self, currency: str) -> Decimal | None:
        """Return the worth of one unit of `currency` in the account currency; None where unknown."""
        ...

    def adjustments(self) -> Mapping[str, Decimal]:
        """Return by how much no fill changed each balance since the books began, by currency.

        The opening balances are in it, deposits, withdrawals, funding, and what corrected the ledger.
        """
        ...

    def has_directive_in_flight(self, trade_id: TradeId) -> bool:
        """Tell whether a directive on this trade has not ended."""
        ...

    def has_pending_entry(self, strategy_id: str, symbol: str) -> bool:
        """Tell whether a NEW_TRADE of the strategy on this symbol has not ended."""
        ...

    def is_being_entered(self, symbol: str) -> bool:
        """Tell whether a NEW_TRADE of any strategy on this symbol has not ended."""
        ...

    def has_unknown_order(self, symbol: str) -> bool:
        """Tell whether the outcome of an order on this symbol is not known."""
        ...

    def is_claimed(self, claim_key: str) -> bool:
        """Tell whether a schedule period is claimed or skipped."""
        ...

    def entry_blocks(self) -> Sequence[EntryBlock]:
        """Return the blocks on new risk that stand, oldest first; empty costs nothing."""
        ...

    def entry_block(self, strategy_id: str, symbol: str) -> EntryBlock | None:
        """Return a block that forbids the strategy new risk on the symbol, None where it may take it."""
        ...

    def is_sized_by_its_opener(self, position: Position) -> bool:
        """Tell whether the size of a trade is for the scheduled worker that opened it alone to change."""
        ...

    def connection_trouble(self) -> str | None:
        """Return what is wrong with the way to the venue or its streams, None where nothing is."""
        ...
