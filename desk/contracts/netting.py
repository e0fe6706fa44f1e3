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
    """Hold what a symbol's fills add up to: `size_base` is signed, `cost_quote` is its sum of price x size."""

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

    Fills fold in the order of `fill_order`. A fill beyond flat closes all and opens the rest at its own price.
    """
    signed = size_base if side is OrderSide.BUY else -size_base
    size = MONEY.add(net.size_base, signed)
    if net.size_base * signed >= 0:
        return NetPosition(size, MONEY.add(net.cost_quote, MONEY.multiply(signed, price))), ZERO
    if size * net.size_base < 0:
        realized = MONEY.subtract(MONEY.multiply(net.size_base, price), net.cost_quote)
        return NetPosition(size, MONEY.multiply(size, price)), realized
    released = released_cost(net, size_base)
    realized = MONEY.subtract(-MONEY.multiply(signed, price), released)
    return NetPosition(size, MONEY.subtract(net.cost_quote, released)), realized


def released_cost(net: NetPosition, size_base: Decimal) -> Decimal:
    """Return the share of the cost that a reduction by `size_base` releases; at flat, all of it."""
    held = abs(net.size_base)
    if size_base == held:
        return net.cost_quote
    share = MONEY.divide(MONEY.multiply(net.cost_quote, size_base), held)
    return share.quantize(RESOLUTION, context=MONEY)


def fill_order(time_ms: int, venue_trade_id: str) -> tuple[int, int, str]:
    """Return the key that fills of one symbol fold by: time, then the venue's id, counted where it is a number."""
    return (time_ms, len(venue_trade_id), venue_trade_id)
