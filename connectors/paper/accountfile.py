"""The account's own SQLite file: what the venue knows outlives the desk.

A commit reaches the operating system before anything is told, so the death of the process loses nothing.
It is not forced to the disk: that would cost every fill what only a power failure can take.
"""

import sqlite3
import weakref
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from connectors.paper import rows
from connectors.paper.filelock import FileLock
from connectors.venue.account import Account
from connectors.venue.orders import WorkingOrder
from connectors.venue.state import Changes, VenueState
from desk.contracts.market import Tick
from desk.contracts.netting import NetPosition
from desk.contracts.orders import VenueFill, VenueOrder
from desk.contracts.problems import RefusedByState

_VERSION = 1
_SCHEMA = """
CREATE TABLE balances (currency TEXT PRIMARY KEY, total TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE positions (
    sequence INTEGER PRIMARY KEY, symbol TEXT NOT NULL UNIQUE,
    size_base TEXT NOT NULL, cost_quote TEXT NOT NULL
) STRICT;
CREATE TABLE orders (
    sequence INTEGER PRIMARY KEY, client_order_id TEXT NOT NULL UNIQUE, symbol TEXT NOT NULL,
    side TEXT NOT NULL, order_type TEXT NOT NULL, size_base TEXT NOT NULL, limit_price TEXT, stop_price TEXT,
    time_in_force TEXT NOT NULL, reduce_only INTEGER NOT NULL, oco_group TEXT, is_external INTEGER NOT NULL,
    hold_price TEXT NOT NULL, updated_at_ms INTEGER NOT NULL, status TEXT NOT NULL, filled_base TEXT NOT NULL,
    is_triggered INTEGER NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE INDEX open_orders ON orders (sequence) WHERE status IN ('OPEN', 'PARTIALLY_FILLED');
CREATE TABLE fills (
    sequence INTEGER PRIMARY KEY, venue_order_id TEXT NOT NULL, client_order_id TEXT, symbol TEXT NOT NULL,
    side TEXT NOT NULL, size_base TEXT NOT NULL, price TEXT NOT NULL, fee TEXT NOT NULL,
    fee_currency TEXT NOT NULL, time_ms INTEGER NOT NULL, is_maker INTEGER NOT NULL
) STRICT;
CREATE INDEX fills_by_time ON fills (time_ms);
CREATE TABLE ticks (
    symbol TEXT PRIMARY KEY, time_ms INTEGER NOT NULL, price TEXT NOT NULL, bid TEXT NOT NULL,
    ask TEXT NOT NULL, size_base TEXT NOT NULL, sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""
_SAVE_ORDER = "REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SAVE_FILL = "INSERT INTO fills VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SAVE_TICK = "REPLACE INTO ticks VALUES (?, ?, ?, ?, ?, ?, ?)"
_SAVE_BALANCE = "REPLACE INTO balances VALUES (?, ?)"
_SAVE_POSITION = """
INSERT INTO positions (symbol, size_base, cost_quote) VALUES (?, ?, ?)
ON CONFLICT (symbol) DO UPDATE SET size_base = excluded.size_base, cost_quote = excluded.cost_quote
"""
_OPEN_ORDERS = "SELECT * FROM orders WHERE status IN ('OPEN', 'PARTIALLY_FILLED') ORDER BY sequence"
_NEWEST = """
SELECT max(newest) FROM (
    SELECT max(updated_at_ms) AS newest FROM orders UNION ALL SELECT max(time_ms) FROM fills
)
"""


class AccountFile:
    """Store and load one account; it is the venue's OrderHistory too.

    Without a path the account lives as long as the object: orders that ended and fills go to a temporary
    file of SQLite's own, so that a long replay does not keep them in memory, and nothing is committed.
    Raises RefusedByState where another process holds the file or a newer desk wrote it; sqlite3.Error
    where the disk fails.
    """

    def __init__(self, path: Path | None, opening_balances: Mapping[str, Decimal]) -> None:
        self.is_durable = path is not None
        self._lock = None if path is None else FileLock(path)
        if path is not None:
            path.touch(mode=0o600)
        self._db = sqlite3.connect("" if path is None else path, isolation_level=None)
        self._close = weakref.finalize(self, self._db.close)
        try:
            self._prepare(path, opening_balances)
        except (sqlite3.Error, RefusedByState):
            self.close()
            raise

    def load(self) -> VenueState:
        """Read the whole account but for the orders that ended."""
        state = VenueState(account=Account())
        totals = self._db.execute("SELECT currency, total FROM balances ORDER BY currency")
        state.account.totals = {currency: Decimal(total) for currency, total in totals}
        positions = self._db.execute("SELECT symbol, size_base, cost_quote FROM positions ORDER BY sequence")
        for symbol, size_base, cost_quote in positions:
            state.account.positions[symbol] = NetPosition(Decimal(size_base), Decimal(cost_quote))
        for order in map(rows.order_of, self._db.execute(_OPEN_ORDERS)):
            state.orders[order.client_order_id] = order
        ticks = map(rows.tick_of, self._db.execute("SELECT * FROM ticks ORDER BY symbol"))
        state.market = {tick.symbol: tick for tick in ticks}
        state.orders_taken = self._number("SELECT max(sequence) FROM orders")
        state.fills_made = self._number("SELECT max(sequence) FROM fills")
        state.newest_ms = self._number(_NEWEST)
        return state

    def save(self, changes: Changes, state: VenueState) -> None:
        """Write what changed, as one transaction; once this returns it survives the process."""
        orders = [one for one in changes.orders.values() if self.is_durable or not one.is_open]
        fills = [one for one in changes.events if isinstance(one, VenueFill)]
        if not self.is_durable:
            self._save_orders_and_fills(orders, fills)
            return
        symbols = dict.fromkeys(order.symbol for order in orders)
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._save_orders_and_fills(orders, fills)
            self._save_account(changes, state.account)
            self._save_ticks([state.market[one] for one in symbols if one in state.market])
            self._db.execute("COMMIT")
        except sqlite3.Error:
            self._db.rollback()
            raise

    def save_market(self, market: dict[str, Tick]) -> None:
        """Write the newest tick of every symbol, so that an account opened again knows a price."""
        if self.is_durable:
            self._save_ticks(list(market.values()))

    def find(self, client_order_id: str) -> VenueOrder | None:
        """Return an order by its client id, None where it never was."""
        query = "SELECT * FROM orders WHERE client_order_id = ?"
        row = self._db.execute(query, (client_order_id,)).fetchone()
        return None if row is None else rows.order_of(row).report()

    def fills_since(self, since_ms: int) -> list[VenueFill]:
        """Return every fill from `since_ms` on, oldest first."""
        query = "SELECT * FROM fills WHERE time_ms >= ? ORDER BY sequence"
        return [rows.fill_of(row) for row in self._db.execute(query, (since_ms,))]

    def close(self) -> None:
        """Let the file and its lock go."""
        self._close()
        if self._lock is not None:
            self._lock.release()

    def _prepare(self, path: Path | None, opening_balances: Mapping[str, Decimal]) -> None:
        if path is None:
            self._db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
        else:
            self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        version = self._number("PRAGMA user_version")
        if version > _VERSION:
            message = (
                f"the paper account {path} was written by a newer desk; run that one, or name another file"
            )
            raise RefusedByState(message)
        if version == _VERSION:
            return
        opening = [(currency, str(amount)) for currency, amount in opening_balances.items()]
        self._db.execute("BEGIN IMMEDIATE")
        for statement in _SCHEMA.split(";"):
            self._db.execute(statement)
        self._db.executemany(_SAVE_BALANCE, opening)
        self._db.execute(f"PRAGMA user_version={_VERSION}")
        self._db.execute("COMMIT")
        if path is None:
            self._db.execute("BEGIN")

    def _save_orders_and_fills(self, orders: list[WorkingOrder], fills: list[VenueFill]) -> None:
        if orders:
            self._db.executemany(_SAVE_ORDER, map(rows.order_row, orders))
        if fills:
            self._db.executemany(_SAVE_FILL, map(rows.fill_row, fills))

    def _save_account(self, changes: Changes, account: Account) -> None:
        for currency in changes.currencies:
            self._db.execute(_SAVE_BALANCE, (currency, str(account.total(currency))))
        for symbol in changes.symbols:
            net = account.positions.get(symbol)
            if net is None:
                self._db.execute("DELETE FROM positions WHERE symbol = ?", (symbol,))
                continue
            self._db.execute(_SAVE_POSITION, (symbol, str(net.size_base), str(net.cost_quote)))

    def _save_ticks(self, ticks: list[Tick]) -> None:
        if ticks:
            self._db.executemany(_SAVE_TICK, map(rows.tick_row, ticks))

    def _number(self, query: str) -> int:
        return self._db.execute(query).fetchone()[0] or 0
