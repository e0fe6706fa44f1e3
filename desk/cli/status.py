"""`desk status`: how the running desk stands, for an eye or for a program."""

from collections.abc import Iterator, Sequence

from pydantic_core import from_json

from desk.cli.options import DeskOptions
from desk.cli.output import ExitCode, say, say_json, table
from desk.cli.reaching import ask, storage_of
from desk.contracts.directives import Protection
from desk.contracts.positions import EXTERNAL_STRATEGY
from desk.contracts.snapshot import AccountView, FeedRow, OrderRow, PositionRow, Snapshot
from desk.control.protocol import Greeting
from desk.control.questions import SNAPSHOT
from desk.control.socket_client import SocketClient
from desk.ui.viewmodels.numbers import Precision, money, signed

_SECOND_MS, _MINUTE_MS, _HOUR_MS, _DAY_MS = 1_000, 60_000, 3_600_000, 86_400_000


def command(options: DeskOptions) -> int:
    """Print the desk's picture; raises DeskUnreachable where none runs."""
    greeting, seen = ask(storage_of(options), _look)
    if options.json:
        say_json({"pid": greeting.pid, **from_json(SNAPSHOT.answered.to_json(seen))})
        return ExitCode.DONE
    for line in told(greeting, seen):
        say(line)
    return ExitCode.DONE


async def _look(client: SocketClient) -> tuple[Greeting, Snapshot]:
    return await client.open(), await client.snapshot()


def told(greeting: Greeting, seen: Snapshot) -> Iterator[str]:
    """Tell a snapshot in lines."""
    precision = Precision(seen)
    why = f" ({seen.state_reason})" if seen.state_reason else ""
    yield f"{seen.desk_id} on {seen.mode} is {seen.state}{why}, process {greeting.pid}"
    for block in seen.blocks:
        yield f"no new risk on {block.scope}: {block.worker}: {block.reason}"
    yield _account(seen.account)
    yield ""
    positions = [_position(one, precision) for one in seen.positions]
    yield from _block("no open positions", _POSITION_HEAD, positions)
    yield from _block("no open orders", _ORDER_HEAD, [_order(one, precision) for one in seen.orders])
    alarms = [one for one in seen.alarms if not one.is_acknowledged and one.ended_ms is None]
    yield from _block("no alarms", None, [(f"{one.severity.upper()}", one.text) for one in alarms])
    feeds = [_price(one, precision) for one in seen.feeds]
    yield from _block("no prices", ("symbol", "last", "age"), feeds)
    health = seen.health
    yield (
        f"{health.connector_name}: last compared {duration(health.last_reconcile_age_ms)} ago, "
        f"{health.open_flows} flows open, {health.journal_lag} entries not yet durable, "
        f"{health.handler_errors} errors"
    )


_POSITION_HEAD = (
    "symbol", "side", "size", "entry", "mark", "P&L", "R", "stop", "protection", "age", "trade",
)  # fmt: skip


def _protection(row: PositionRow, precision: Precision) -> str:
    """Say what rests at the venue, and where nothing does, why nothing must."""
    held = row.position
    if not row.is_protected:
        return f"NO STOP for {duration(row.naked_ms)}"
    why_none = "" if held.protection is Protection.REQUIRED else "none wanted"
    if held.strategy_id == EXTERNAL_STRATEGY:
        why_none = "EXTERNAL"
    if held.stop_price is None:
        return f"no stop, {why_none or 'dust'}"
    if not why_none or held.stop_size_base >= held.size_base:
        return "stop rests"
    return f"stop rests for {precision.size(held.symbol, held.stop_size_base)} alone"


def _position(row: PositionRow, precision: Precision) -> tuple[str, ...]:
    held = row.position
    return (
        held.symbol,
        str(held.side),
        precision.size(held.symbol, held.size_base),
        precision.price(held.symbol, held.entry_price),
        precision.price(held.symbol, row.mark.value),
        signed(row.unrealized_quote.value),
        signed(row.r_multiple.value),
        precision.price(held.symbol, held.stop_price),
        _protection(row, precision),
        duration(row.age_ms),
        str(held.trade_id),
    )


_ORDER_HEAD = ("symbol", "side", "order", "leg", "status", "size", "filled", "price", "age", "id")


def _order(row: OrderRow, precision: Precision) -> tuple[str, ...]:
    return (
        row.symbol,
        row.side,
        row.order_type,
        row.leg,
        row.status,
        precision.size(row.symbol, row.size_base.value),
        precision.size(row.symbol, row.filled_base.value),
        precision.price(row.symbol, row.price.value),
        duration(row.age_ms),
        row.client_order_id,
    )


def _price(row: FeedRow, precision: Precision) -> tuple[str, ...]:
    age = "STALE" if row.is_stale else duration(row.last.age_ms)
    return row.symbol, precision.price(row.symbol, row.last.value), age


def _account(account: AccountView) -> str:
    return (
        f"equity {money(account.equity.value)} {account.currency}, "
        f"day {signed(account.day_pnl.value)}, open {signed(account.unrealized.value)}, "
        f"realized {signed(account.realized.value)}, fees {money(account.fees.value)}"
    )


def _block(nothing: str, head: tuple[str, ...] | None, rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if not rows:
        yield nothing
    else:
        yield table(rows if head is None else [head, *rows])
    yield ""


def duration(duration_ms: int | None) -> str:
    """Write a time span in its largest unit; `-` where it is not known."""
    if duration_ms is None:
        return "-"
    for unit_ms, name in ((_DAY_MS, "d"), (_HOUR_MS, "h"), (_MINUTE_MS, "m"), (_SECOND_MS, "s")):
        if duration_ms >= unit_ms:
            return f"{duration_ms // unit_ms}{name}"
    return f"{duration_ms}ms"
