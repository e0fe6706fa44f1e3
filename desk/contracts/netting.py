"""How fills net on one symbol: the arithmetic that ledger and venue share to the last digit.

Every amount of money is added and multiplied under `MONEY`, where sums and products of what exchanges quote
are exact. The one division there is, the cost that a reduction releases, is rounded to `RESOLUTION`; the rest
of the cost stays behind, so nothing is lost and sums of realized profit do not depend on their order.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

from desk.contracts.market import ZERO
from desk.contracts.sides import OrderSide

MONEY = Context(prec=60, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])
"""Wide enough that 20 digits of price, 20 of size and 10 of a fee rate multiply without rounding."""

RESOLUTION = Decimal("1E-18")
"""The smallest amount of cost that a reduction releases, in quote."""


@dataclass(frozen=True, slots=True)
class NetPosition:
    """Hold what a symbol's fills add up to: signed `size_base`, and `cost_quote`, its sum of price x size."""

    size_base: Decimal = ZERO
    cost_quote: Decimal = ZERO

    @property
    def average_price(self) -> Decimal | None:
        """The average entry price in quote, None when flat; for show only, money is kept as cost."""
        return MONEY.divide(self.cost_quote, self.size_base) if self.size_base else None

    def unrealized_quote(self, price: Decimal) -> Decimal:
        """Return the open profit at `price`, in quote."""
        return MONEY.subtract(MONEY.multiply(self.size_base, price), self.cost_quote)


FLAT = NetPosition()


def fold(
    net: NetPosition, side: OrderSide, size_base: Decimal, price: Decimal
) -> tuple[NetPosition, Decimal]:
    """Return the net position after one fill, and the profit it realized in quote, before fees.

    Fills fold in the order of `fill_order`. One beyond flat closes all and opens the rest at its own price.
    """
    signed = size_base if side is OrderSide.BUY else size_base.copy_negate()
    value = MONEY.multiply(signed, price)
    size = MONEY.add(net.size_base, signed)
    if _same_sign(net.size_base, signed):
        return NetPosition(size, MONEY.add(net.cost_quote, value)), ZERO
    if not size:
        return FLAT, MONEY.subtract(value.copy_negate(), net.cost_quote)
    if not _same_sign(net.size_base, size):
        realized = MONEY.subtract(MONEY.multiply(net.size_base, price), net.cost_quote)
        return NetPosition(size, MONEY.multiply(size, price)), realized
    released = _released_cost(net, size_base)
    realized = MONEY.subtract(value.copy_negate(), released)
    return NetPosition(size, MONEY.subtract(net.cost_quote, released)), realized


def _released_cost(net: NetPosition, size_base: Decimal) -> Decimal:
    """Return the share of the cost that a reduction by `size_base`, short of flat, releases."""
    share = MONEY.divide(MONEY.multiply(net.cost_quote, size_base), net.size_base.copy_abs())
    return share.quantize(RESOLUTION, context=MONEY)


def _same_sign(held: Decimal, other: Decimal) -> bool:
    return not held or (held > 0) is (other > 0)


def fill_order(time_ms: int, venue_trade_id: str) -> tuple[int, int, str]:
    """Return the key that fills of one symbol fold by: time, then the venue's id in counting order."""
    return (time_ms, len(venue_trade_id), venue_trade_id)
