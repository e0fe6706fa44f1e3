"""The projections on disk: written with the entries that changed them, and read when a ledger starts."""

import sqlite3
from collections.abc import Iterable

from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import ExecutionDirective
from desk.contracts.parents import ParentOpened, ParentStopped
from desk.contracts.records import EntryKind
from desk.journal.codec import ENTRY_COLUMNS, EncodedEntry, EntryRow, decode
from desk.ledger.archive import TradeRows
from desk.ledger.flows import ENDS_KEPT, OpenFlow
from desk.ledger.memory import TRADES_KEPT, LedgerImage
from desk.ledger.periods import PERIODS_KEPT
from desk.ledger.rows import Row
from desk.ledger.tables import SHAPES, TableShape
from desk.ledger.touched import RowKey, Table

ENTRIES = f"SELECT {', '.join(ENTRY_COLUMNS)} FROM entry"  # noqa: S608 - names of our own columns


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _where(names: Iterable[str]) -> str:
    return " AND ".join(f'"{name}" = ?' for name in names)


def _insert(table: Table, shape: TableShape) -> str:
    marks = ", ".join("?" for _ in shape.columns)
    insert = f"INSERT INTO {table.value} ({_quoted(shape.columns)}) VALUES ({marks})"  # noqa: S608
    if shape.written_once:
        return insert
    changing = ", ".join(f'"{name}" = excluded."{name}"' for name in shape.columns if name not in shape.key)
    return f"{insert} ON CONFLICT ({_quoted(shape.key)}) DO UPDATE SET {changing}"


_INSERTS = {table: _insert(table, shape) for table, shape in SHAPES.items()}
_DELETES = {
    table: f"DELETE FROM {table.value} WHERE {_where(shape.key)}"  # noqa: S608
    for table, shape in SHAPES.items()
}
_SELECTS = {
    table: f"SELECT {_quoted(shape.columns)} FROM {table.value}"  # noqa: S608
    for table, shape in SHAPES.items()
}
_EXISTS = {
    table: f"SELECT 1 FROM {table.value} WHERE {_where(shape.key)}"  # noqa: S608
    for table, shape in SHAPES.items()
}


def write_rows(connection: sqlite3.Connection, rows: dict[RowKey, Row | None]) -> None:
    """Write changed rows inside the caller's transaction, None as a deletion."""
    written: dict[Table, list[Row]] = {}
    gone: dict[Table, list[tuple[str, ...]]] = {}
    for (table, key), row in rows.items():
        if row is None:
            gone.setdefault(table, []).append(key)
        else:
            written.setdefault(table, []).append(row)
    for table, changed in written.items():
        connection.executemany(_INSERTS[table], changed)
    for table, keys in gone.items():
        connection.executemany(_DELETES[table], keys)


def read_rows(connection: sqlite3.Connection, table: Table, rest: str = "", *values: object) -> list[Row]:
    """Read rows of one table; `rest` is what follows the table's name in the query."""
    return connection.execute(f"{_SELECTS[table]} {rest}", values).fetchall()


def head(connection: sqlite3.Connection) -> tuple[int, bytes] | None:
    """Return sequence and hash of the newest entry, None in an empty journal."""
    found = connection.execute("SELECT sequence, hash FROM entry ORDER BY sequence DESC LIMIT 1").fetchone()
    return None if found is None else (found[0], found[1])


def is_written(connection: sqlite3.Connection, entry: EncodedEntry) -> bool:
    """Tell whether the journal has this very entry."""
    wanted = (entry.subject_id, entry.kind, entry.time_ms, entry.data)
    same = "SELECT 1 FROM entry WHERE subject_id = ? AND kind = ? AND time_ms = ? AND data = ?"
    return connection.execute(same, wanted).fetchone() is not None


class SqliteArchive:
    """Answer the ledger from the projections; a look-up waits at most for a commit in hand."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def has(self, table: Table, key: tuple[str, ...]) -> bool:
        """Tell whether a row exists."""
        return self._connection.execute(_EXISTS[table], key).fetchone() is not None

    def order(self, client_order_id: str) -> Row | None:
        """Return the row of an order."""
        found = read_rows(self._connection, Table.ORDER, "WHERE client_order_id = ?", client_order_id)
        return found[0] if found else None

    def trade(self, trade_id: str) -> TradeRows | None:
        """Return the rows of a trade."""
        trades = read_rows(self._connection, Table.TRADE, "WHERE trade_id = ?", trade_id)
        if not trades:
            return None
        orders = read_rows(self._connection, Table.ORDER, "WHERE trade_id = ? ORDER BY rowid", trade_id)
        fills = read_rows(self._connection, Table.FILL, "WHERE trade_id = ?", trade_id)
        return TradeRows(trades[0], orders, fills)


def load_image(connection: sqlite3.Connection) -> LedgerImage:
    """Read what a ledger starts from: all that can still change, and the newest of what ended."""
    return LedgerImage(
        trades=_trades(connection),
        live_orders=read_rows(connection, Table.ORDER, "WHERE is_live = 1 ORDER BY rowid"),
        cancels=_cancels(connection),
        nets=_nets(connection),
        flows=_flows(connection),
        order_counts=connection.execute("SELECT status, count(*) FROM order_fact GROUP BY status").fetchall(),
        last_fill_ms=connection.execute("SELECT max(time_ms) FROM fill").fetchone()[0],
        rows=_registers(connection),
    )


def _cancels(connection: sqlite3.Connection) -> list[str]:
    """List the live orders that a run before this one meant to cancel."""
    found = connection.execute(
        "SELECT DISTINCT client_order_id FROM order_fact JOIN entry ON subject_id = client_order_id "
        "WHERE is_live = 1 AND kind = ?",
        (EntryKind.CANCEL_INTENDED.value,),
    )
    return [client_order_id for (client_order_id,) in found]


def _trades(connection: sqlite3.Connection) -> list[TradeRows]:
    archive = SqliteArchive(connection)
    ids = connection.execute(
        "SELECT trade_id FROM (SELECT trade_id, rowid AS place FROM trade WHERE is_active = 1 UNION ALL "
        "SELECT * FROM (SELECT trade_id, rowid FROM trade WHERE is_active = 0 ORDER BY rowid DESC LIMIT ?)) "
        "ORDER BY place",
        (TRADES_KEPT,),
    ).fetchall()
    found = (archive.trade(trade_id) for (trade_id,) in ids)
    return [rows for rows in found if rows is not None]


def _nets(connection: sqlite3.Connection) -> list[tuple[Row, list[Row]]]:
    shape = SHAPES[Table.NET]
    since = shape.columns.index("base_time_ms")
    wanted = "WHERE symbol = ? AND kind = 'perpetual' AND time_ms >= ?"
    return [
        (net, read_rows(connection, Table.FILL, wanted, net[0], net[since]))
        for net in read_rows(connection, Table.NET)
    ]


def _flows(connection: sqlite3.Connection) -> list[OpenFlow]:
    flows = []
    for flow_id, began_at_ms in read_rows(connection, Table.FLOW, "ORDER BY rowid"):
        directive: StrategyDirective | None = None
        execution: ExecutionDirective | None = None
        parents: list[ParentOpened | ParentStopped] = []
        for row in _of_flow(connection, str(flow_id)):
            record = decode(row).record
            if isinstance(record, StrategyDirective):
                directive = record
            elif isinstance(record, ExecutionDirective):
                execution = record
            elif isinstance(record, ParentOpened | ParentStopped):
                parents.append(record)
        if directive is not None:
            flows.append(OpenFlow(directive, int(began_at_ms or 0), execution, tuple(parents)))
    return flows


def _of_flow(connection: sqlite3.Connection, flow_id: str) -> list[EntryRow]:
    later = (EntryKind.EXECUTION_DIRECTED, EntryKind.PARENT_OPENED, EntryKind.PARENT_STOPPED)
    found = connection.execute(
        f"{ENTRIES} WHERE (subject_id = ? AND kind = ?) OR (flow_id = ? AND kind IN (?, ?, ?)) "
        "ORDER BY sequence",
        (flow_id, EntryKind.DIRECTIVE_ISSUED.value, flow_id, *(one.value for one in later)),
    )
    return [EntryRow(*row) for row in found]


def _registers(connection: sqlite3.Connection) -> dict[Table, list[Row]]:
    whole = (Table.ACCOUNT, Table.RESULT, Table.MEMORY, Table.WORKER, Table.DESK)
    rows = {table: read_rows(connection, table) for table in whole}
    rows[Table.BLOCK] = read_rows(connection, Table.BLOCK, "ORDER BY rowid")
    rows[Table.RUN] = read_rows(connection, Table.RUN, "ORDER BY rowid DESC LIMIT 1")
    rows[Table.FLOW_END] = _newest(connection, Table.FLOW_END, ENDS_KEPT)
    last = "GROUP BY schedule_name, worker, symbol HAVING period_start_ms = max(period_start_ms)"
    newest = [*read_rows(connection, Table.PERIOD, last), *_newest(connection, Table.PERIOD, PERIODS_KEPT)]
    rows[Table.PERIOD] = list(dict.fromkeys(newest))
    return rows


def _newest(connection: sqlite3.Connection, table: Table, count: int) -> list[Row]:
    return read_rows(connection, table, "ORDER BY rowid DESC LIMIT ?", count)[::-1]
