"""The shape of every projection: its columns, its key, and whether its rows are written once."""

from collections.abc import Mapping
from dataclasses import dataclass

from desk.ledger.blocks import BLOCK_COLUMNS, BLOCK_KEY
from desk.ledger.desklatch import LATCH_ROWS, RUN_ROWS
from desk.ledger.flows import FLOW_END_ROWS, FLOW_ROWS
from desk.ledger.netbook import NET_ROWS
from desk.ledger.orders import ORDER_COLUMNS
from desk.ledger.periods import PERIOD_ROWS
from desk.ledger.postings import ACCOUNT_ROWS
from desk.ledger.results import RESULT_ROWS
from desk.ledger.touched import Table
from desk.ledger.trades import FILL_ROWS, TRADE_COLUMNS
from desk.ledger.workers import MEMORY_ROWS, WORKER_ROWS


@dataclass(frozen=True, slots=True)
class TableShape:
    """Describe a table; a row `written_once` is a fact that can exist once and never changes."""

    columns: tuple[str, ...]
    key: tuple[str, ...]
    written_once: bool = False


SHAPES: Mapping[Table, TableShape] = {
    Table.ORDER: TableShape(ORDER_COLUMNS, ("client_order_id",)),
    Table.TRADE: TableShape(TRADE_COLUMNS, ("trade_id",)),
    Table.FILL: TableShape(FILL_ROWS.columns, ("symbol", "venue_trade_id"), written_once=True),
    Table.NET: TableShape(NET_ROWS.columns, ("symbol",)),
    Table.ACCOUNT: TableShape(ACCOUNT_ROWS.columns, ("account", "currency")),
    Table.RESULT: TableShape(RESULT_ROWS.columns, ("currency",)),
    Table.FLOW: TableShape(FLOW_ROWS.columns, ("flow_id",)),
    Table.FLOW_END: TableShape(FLOW_END_ROWS.columns, ("flow_id",), written_once=True),
    Table.PERIOD: TableShape(PERIOD_ROWS.columns, ("claim_key",), written_once=True),
    Table.MEMORY: TableShape(MEMORY_ROWS.columns, ("strategy_id", "worker", "key")),
    Table.WORKER: TableShape(WORKER_ROWS.columns, ("strategy_id", "worker")),
    Table.DESK: TableShape(LATCH_ROWS.columns, ("name",)),
    Table.RUN: TableShape(RUN_ROWS.columns, ("run_id",)),
    Table.BLOCK: TableShape(BLOCK_COLUMNS, BLOCK_KEY),
}
