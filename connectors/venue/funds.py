"""What open orders and positions hold of the account, and whether an order more can be carried.

Spot: a buy holds size x hold price plus the larger fee, a sell holds the coins; orders of one `oco_group` on
a symbol hold once, since only one of them can fill. Perpetual: exposure is the larger of the position, the
position with all buys filled and the position with all sells filled, at cost; it holds its share of margin,
exposure / max_leverage, and the fee on what exceeds the position. Reduce-only orders hold nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from connectors.venue.account import Account
from connectors.venue.orders import WorkingOrder
from desk.contracts.market import ONE, ZERO, Instrument, Tick
from desk.contracts.netting import RESOLUTION
from desk.contracts.sides import OrderSide


@dataclass(frozen=True, slots=True)
class Margin:
    """Report an account in one currency: `equity` counts open profit, `held` what orders and margin hold."""

    currency: str
    equity: Decimal
    held: Decimal
    available: Decimal


@dataclass(frozen=True, slots=True)
class Funds:
    """Reckon what is held; the caller works under the context `MONEY`."""

    account: Account
    instruments: Mapping[str, Instrument]
    market: Mapping[str, Tick]

    def held(self, currency: str, orders: Iterable[WorkingOrder]) -> Decimal:
        """Return what `orders` and the positions hold of a currency."""
        spot: dict[tuple[str, str], Decimal] = {}
        exposures: dict[str, _Exposure] = {}
        for symbol, net in self.account.positions.items():
            if self.instruments[symbol].quote == currency:
                exposures[symbol] = _Exposure(net.cost_quote)
        for order in orders:
            instrument = self.instruments[order.symbol]
            if instrument.is_spot:
                if currency == held_currency(order, instrument):
                    key = (order.symbol, order.oco_group or order.client_order_id)
                    spot[key] = max(spot.get(key, ZERO), _spot_hold(order, instrument))
            elif instrument.quote == currency and not order.reduce_only:
                exposures.setdefault(order.symbol, _Exposure(ZERO)).add(order)
        margins = (exposure.margin(self.instruments[symbol]) for symbol, exposure in exposures.items())
        return sum(spot.values(), ZERO) + sum(margins, ZERO)

    def backing(self, currency: str) -> Decimal:
        """Return what can back holds: the total, less what open positions lose at the last price."""
        return self.account.total(currency) + min(self._open_profit(currency), ZERO)

    def equity(self, currency: str) -> Decimal:
        """Return the total with what open positions won or lost at the last price."""
        return self.account.total(currency) + self._open_profit(currency)

    def shortage(self, currency: str, before: list[WorkingOrder], after: list[WorkingOrder]) -> Decimal:
        """Return how much is missing to carry `after` instead of `before`; zero where it asks no more."""
        wanted = self.held(currency, after)
        missing = wanted - self.backing(currency)
        if not missing > 0 or wanted <= self.held(currency, before):
            return ZERO
        return missing

    def margin(self, currency: str, orders: Iterable[WorkingOrder]) -> Margin:
        """Report equity and what of it is free."""
        total, equity = self.account.total(currency), self.equity(currency)
        held = self.held(currency, orders)
        return Margin(currency, equity, held, max(min(total, equity) - held, ZERO))

    def _open_profit(self, currency: str) -> Decimal:
        last = {one: self.market[one].price for one in self.account.positions if one in self.market}
        return self.account.unrealized_quote(currency, self.instruments, last)


class _Exposure:
    """Add up what the position and the orders of one perpetual could become, at cost in quote."""

    def __init__(self, cost_quote: Decimal) -> None:
        self._cost = cost_quote
        self._opening: dict[tuple[OrderSide, str], Decimal] = {}

    def add(self, order: WorkingOrder) -> None:
        key = (order.side, order.oco_group or order.client_order_id)
        notional = order.remaining_base * order.hold_price
        self._opening[key] = max(self._opening.get(key, ZERO), notional)

    def margin(self, instrument: Instrument) -> Decimal:
        buys = sum((one for (side, _), one in self._opening.items() if side is OrderSide.BUY), ZERO)
        sells = sum((one for (side, _), one in self._opening.items() if side is OrderSide.SELL), ZERO)
        held = abs(self._cost)
        exposure = max(held, self._cost + buys, sells - self._cost)
        fees = (exposure - held) * max(instrument.taker_fee, ZERO)
        return (exposure / instrument.max_leverage).quantize(RESOLUTION, ROUND_CEILING) + fees


def held_currency(order: WorkingOrder, instrument: Instrument) -> str:
    """Return what an order is paid with: a spot sell with coins, all else with the quote currency."""
    return instrument.base if instrument.is_spot and order.side is OrderSide.SELL else instrument.quote


def _spot_hold(order: WorkingOrder, instrument: Instrument) -> Decimal:
    if order.side is OrderSide.SELL:
        return order.remaining_base
    return unit_cost(order.hold_price, instrument) * order.remaining_base


def unit_cost(price: Decimal, instrument: Instrument) -> Decimal:
    """Return what buying one unit of base costs at most at `price`, fee included, in quote."""
    return price * (ONE + max(instrument.maker_fee, instrument.taker_fee, ZERO))
