"""What a screen shows of earlier runs, read from their journal: closed trades, fills, the newest entries."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic import ValidationError
from pydantic_core import from_json

from desk.contracts.history import ClosedTrade
from desk.contracts.ids import TradeId
from desk.contracts.positions import Position
from desk.contracts.records import EntryKind, FillBooked, JournalEntry
from desk.contracts.sides import PositionSide
from desk.journal.codec import decode
from desk.journal.reader import JournalReader, Steps
from desk.ledger.orders import order_of_row
from desk.ledger.strategy_sums import StrategySums
from desk.ledger.tables import SHAPES
from desk.ledger.touched import Table
from desk.ledger.trade_story import closed_trade, leaving_fill, reason_of_leaving
from desk.ledger.trades import fill_of_row, trade_of_row

_AT_ONCE = 500
_ENTRIES = 3_000
_FILLS_OF_SYMBOL = 100


@dataclass(slots=True)
class KeptTrades:
    """Hold the newest closed trades, oldest first, what all of them made, and the plans of what is open."""

    closed: list[ClosedTrade] = field(default_factory=list)
    sums: StrategySums = field(default_factory=StrategySums)
    references: list[tuple[TradeId, Decimal]] = field(default_factory=list)


def kept_trades(journal: JournalReader, most: int) -> Steps[KeptTrades]:
    """Read the newest `most` closed trades, step by step."""
    found = KeptTrades()
    closed = yield from _summed(journal, found.sums)
    for _, trade_id in sorted(closed)[-most:]:
        one = _closed(journal, trade_id)
        if one is not None:
            found.closed.append(one)
        yield
    for position in _active(journal):
        reference = _reference(journal, position)
        if reference is not None:
            found.references.append((position.trade_id, reference))
        yield
    return found


def newest_entries(journal: JournalReader) -> Steps[list[JournalEntry]]:
    """Read the newest entries, in order, but for those that this desk does not understand."""
    upto = journal.newest_sequence()
    rows = journal.between(max(0, upto - _ENTRIES), upto)
    yield
    found = []
    for row in rows:
        with suppress(ValidationError, ValueError):
            found.append(decode(row))
    return found


def kept_fills(
    journal: JournalReader, symbols: Iterable[str]
) -> Steps[list[tuple[FillBooked, PositionSide | None]]]:
    """Read the newest fills of every symbol, oldest first, each with the side of its trade."""
    found: list[tuple[FillBooked, PositionSide | None]] = []
    sides: dict[str, PositionSide | None] = {}
    for symbol in symbols:
        rest = "WHERE symbol = ? ORDER BY time_ms DESC LIMIT ?"
        for row in reversed(journal.rows(Table.FILL, rest, symbol, _FILLS_OF_SYMBOL)):
            booked = fill_of_row(row)
            trade_id = booked.trade_id
            if trade_id is not None and trade_id not in sides:
                sides[trade_id] = _side(journal.rows(Table.TRADE, "WHERE trade_id = ?", trade_id))
            found.append((booked, None if trade_id is None else sides[trade_id]))
        yield
    return found


def _summed(journal: JournalReader, sums: StrategySums) -> Steps[list[tuple[int, str]]]:
    """Add up every closed trade; return when each was closed, and its id."""
    columns = SHAPES[Table.TRADE].columns
    names = ("strategy_id", "symbol", "realized_quote", "fees_quote", "closed_at_ms", "trade_id")
    places = [columns.index(name) for name in names]
    closed: list[tuple[int, str]] = []
    after, newest = 0, journal.newest_rowid(Table.TRADE)
    while after < newest:
        rest = "WHERE rowid > ? AND rowid <= ? AND closed_at_ms IS NOT NULL"
        for row in journal.rows(Table.TRADE, rest, after, after + _AT_ONCE):
            strategy_id, symbol, realized, fees, closed_at_ms, trade_id = (
                str(row[place]) for place in places
            )
            sums.add(strategy_id, symbol, Decimal(realized), Decimal(fees))
            closed.append((int(closed_at_ms), trade_id))
        after += _AT_ONCE
        yield
    return closed


def _closed(journal: JournalReader, trade_id: str) -> ClosedTrade | None:
    fills = [fill_of_row(row) for row in journal.rows(Table.FILL, "WHERE trade_id = ?", trade_id)]
    trade = trade_of_row(journal.rows(Table.TRADE, "WHERE trade_id = ?", trade_id)[0], fills)
    reason = _reason(journal, leaving_fill(trade.position, trade.fills))
    return closed_trade(trade.position, trade.fills, _reference(journal, trade.position), reason)


def _reason(journal: JournalReader, last: FillBooked | None) -> str:
    order_id = None if last is None else last.client_order_id
    rows = [] if order_id is None else journal.rows(Table.ORDER, "WHERE client_order_id = ?", order_id)
    if not rows:
        return reason_of_leaving(None, "")
    order = order_of_row(rows[0]).state()
    issued = (one for one in journal.about(order.directive_id) if one.kind == EntryKind.DIRECTIVE_ISSUED)
    directive = next(issued, None)
    return reason_of_leaving(order, "" if directive is None else from_json(directive.data)["rationale"])


def _active(journal: JournalReader) -> list[Position]:
    rows = journal.rows(Table.TRADE, "WHERE is_active = 1")
    return [trade_of_row(row, ()).position for row in rows]


def _reference(journal: JournalReader, position: Position) -> Decimal | None:
    """Return the price that a trade's entry was planned on."""
    if position.directive_id is None:
        return None
    for entry in journal.of_flow(position.directive_id):
        if entry.kind == EntryKind.EXECUTION_DIRECTED:
            targets: Iterable[dict[str, object]] = from_json(entry.data)["targets"]
            plans = (one.get("entry") for one in targets if one["trade_id"] == position.trade_id)
            prices = [Decimal(str(plan["reference_price"])) for plan in plans if isinstance(plan, dict)]
            return prices[0] if prices else None
    return None


def _side(rows: Sequence[tuple[object, ...]]) -> PositionSide | None:
    place = SHAPES[Table.TRADE].columns.index("side")
    return PositionSide(str(rows[0][place])) if rows else None
