"""What the ledger asks the journal for when memory no longer holds it."""

from typing import NamedTuple, Protocol

from desk.ledger.rows import Row
from desk.ledger.touched import Table


class TradeRows(NamedTuple):
    """Hold the rows of one trade, its orders in the order of intent, and its fills."""

    trade: Row
    orders: list[Row]
    fills: list[Row]


class Archive(Protocol):
    """Answer from the projections on disk, at once. Asked only for what is old, so it may be slower."""

    def has(self, table: Table, key: tuple[str, ...]) -> bool:
        """Tell whether a row exists."""
        ...

    def order(self, client_order_id: str) -> Row | None:
        """Return the row of an order."""
        ...

    def trade(self, trade_id: str) -> TradeRows | None:
        """Return the rows of a trade."""
        ...
