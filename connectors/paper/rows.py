"""Orders, fills and ticks as rows of the account file: in its schema's order, decimals and enums as text."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from connectors.venue.orders import WorkingOrder
from desk.contracts.market import Tick
from desk.contracts.orders import OrderStatus, OrderType, VenueFill
from desk.contracts.plans import TimeInForce
from desk.contracts.sides import OrderSide

Row = Sequence[Any]
"""One row as sqlite3 brings it; the types are the schema's."""


def order_row(order: WorkingOrder) -> Row:
    """Write an order."""
    return (
        order.sequence,
        order.client_order_id,
        order.symbol,
        order.side.value,
        order.order_type.value,
        str(order.size_base),
        _text(order.limit_price),
        _text(order.stop_price),
        order.time_in_force.value,
        int(order.reduce_only),
        order.oco_group,
        int(order.is_external),
        str(order.hold_price),
        order.updated_at_ms,
        order.status.value,
        str(order.filled_base),
        int(order.is_triggered),
        order.reason,
    )


def order_of(row: Row) -> WorkingOrder:
    """Read an order."""
    return WorkingOrder(
        sequence=row[0],
        client_order_id=row[1],
        symbol=row[2],
        side=OrderSide(row[3]),
        order_type=OrderType(row[4]),
        size_base=Decimal(row[5]),
        limit_price=_decimal(row[6]),
        stop_price=_decimal(row[7]),
        time_in_force=TimeInForce(row[8]),
        reduce_only=bool(row[9]),
        oco_group=row[10],
        is_external=bool(row[11]),
        hold_price=Decimal(row[12]),
        updated_at_ms=row[13],
        status=OrderStatus(row[14]),
        filled_base=Decimal(row[15]),
        is_triggered=bool(row[16]),
        reason=row[17],
    )


def fill_row(fill: VenueFill) -> Row:
    """Write a fill; the venue's trade id is its sequence."""
    return (
        int(fill.venue_trade_id),
        fill.venue_order_id,
        fill.client_order_id,
        fill.symbol,
        fill.side.value,
        str(fill.size_base),
        str(fill.price),
        str(fill.fee),
        fill.fee_currency,
        fill.time_ms,
        int(fill.is_maker),
    )


def fill_of(row: Row) -> VenueFill:
    """Read a fill."""
    return VenueFill(
        venue_trade_id=str(row[0]),
        venue_order_id=row[1],
        client_order_id=row[2],
        symbol=row[3],
        side=OrderSide(row[4]),
        size_base=Decimal(row[5]),
        price=Decimal(row[6]),
        fee=Decimal(row[7]),
        fee_currency=row[8],
        time_ms=row[9],
        is_maker=bool(row[10]),
    )


def tick_row(tick: Tick) -> Row:
    """Write a tick."""
    return (
        tick.symbol,
        tick.time_ms,
        str(tick.price),
        str(tick.bid),
        str(tick.ask),
        str(tick.size_base),
        tick.sequence,
    )


def tick_of(row: Row) -> Tick:
    """Read a tick."""
    symbol, time_ms, price, bid, ask, size_base, sequence = row
    return Tick(
        symbol=symbol,
        time_ms=time_ms,
        price=Decimal(price),
        bid=Decimal(bid),
        ask=Decimal(ask),
        size_base=Decimal(size_base),
        sequence=sequence,
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
