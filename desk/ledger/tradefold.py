"""One trade from its fills, folded in the order they happened, whenever they were told."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal

from desk.contracts.market import ONE, ZERO, InstrumentKind
from desk.contracts.netting import FLAT, MONEY, NetPosition, fill_order, fold
from desk.contracts.positions import Position
from desk.contracts.records import FillBooked
from desk.contracts.sides import OrderSide, PositionSide

_SHOWN = Context(prec=28, rounding=ROUND_HALF_EVEN)
"""Averages are for show and for stops; money is kept as cost, exactly."""


@dataclass(frozen=True, slots=True)
class TradeFold:
    """Hold what the fills so far made of a trade.

    `net` is the trade's own share of the position, for spot less the fees taken in coins. `reduced_*` add up
    the fills on the exit side. A trade that sold more than it held has nothing left and shows size zero.
    """

    net: NetPosition = FLAT
    opened_at_ms: int | None = None
    closed_at_ms: int | None = None
    max_size_base: Decimal = ZERO
    entry_price: Decimal = ZERO
    reduced_base: Decimal = ZERO
    reduced_value_quote: Decimal = ZERO
    realized_quote: Decimal = ZERO
    fees_quote: Decimal = ZERO

    def with_fill(self, booked: FillBooked, side: PositionSide) -> "TradeFold":
        """Return the trade after its next fill."""
        fill = booked.fill
        size = moved_base(booked)
        net, realized = fold(self.net, fill.side, size, fill.price)
        before, held = _held(self.net, side), _held(net, side)
        ends = not held and before > 0
        leaves = fill.side is side.exit_side
        value = MONEY.multiply(fill.price, fill.size_base)
        return TradeFold(
            net=net,
            opened_at_ms=fill.time_ms if self.opened_at_ms is None and held else self.opened_at_ms,
            closed_at_ms=fill.time_ms if ends else (None if held else self.closed_at_ms),
            max_size_base=max(self.max_size_base, held),
            entry_price=_average(net.cost_quote, net.size_base) if held else self.entry_price,
            reduced_base=MONEY.add(self.reduced_base, fill.size_base) if leaves else self.reduced_base,
            reduced_value_quote=MONEY.add(self.reduced_value_quote, value)
            if leaves
            else self.reduced_value_quote,
            realized_quote=MONEY.add(self.realized_quote, realized),
            fees_quote=MONEY.add(self.fees_quote, fee_quote(booked)),
        )

    def shown_on(self, position: Position) -> Position:
        """Return `position` with what the fills made of it."""
        exit_price = _average(self.reduced_value_quote, self.reduced_base) if self.reduced_base else None
        return replace(
            position,
            opened_at_ms=self.opened_at_ms,
            closed_at_ms=self.closed_at_ms,
            size_base=_held(self.net, position.side),
            max_size_base=self.max_size_base,
            entry_price=self.entry_price,
            exit_price=exit_price,
            realized_quote=self.realized_quote,
            fees_quote=self.fees_quote,
        )


UNFILLED = TradeFold()


def moved_base(booked: FillBooked) -> Decimal:
    """Return by how much a fill moves what is held: on spot a fee in coins leaves less of them."""
    fill = booked.fill
    if booked.kind is not InstrumentKind.SPOT or fill.fee_currency != booked.base_currency:
        return fill.size_base
    if fill.side is OrderSide.BUY:
        return MONEY.subtract(fill.size_base, fill.fee)
    return MONEY.add(fill.size_base, fill.fee)


def fee_quote(booked: FillBooked) -> Decimal:
    """Return a fill's fee in quote: in base at the fill's price; in a third currency zero."""
    fill = booked.fill
    if fill.fee_currency == booked.quote_currency:
        return fill.fee
    return MONEY.multiply(fill.fee, fill.price) if fill.fee_currency == booked.base_currency else ZERO


def happened(booked: FillBooked) -> tuple[int, int, str]:
    """Return the key by which fills of one symbol are folded."""
    return fill_order(booked.fill.time_ms, booked.fill.venue_trade_id)


def _held(net: NetPosition, side: PositionSide) -> Decimal:
    size = net.size_base if side is PositionSide.LONG else net.size_base.copy_negate()
    return size if size > 0 else ZERO


def _average(value_quote: Decimal, size_base: Decimal) -> Decimal:
    """Return the average price without the zeros that the cost's many places leave behind it."""
    average = _SHOWN.divide(value_quote, size_base).normalize(_SHOWN)
    return average.quantize(ONE) if average == average.to_integral_value() else average
