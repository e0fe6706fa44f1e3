"""What the account has: balances and net positions, moved by fills and deposits alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from desk.contracts.market import ONE, ZERO, Instrument
from desk.contracts.netting import FLAT, MONEY, NetPosition, fold
from desk.contracts.sides import OrderSide


@dataclass(slots=True)
class Account:
    """Hold totals by currency and net positions by symbol, every digit kept.

    The caller works under the context `MONEY`. Profit of a perpetual is realized into its quote currency.
    """

    totals: dict[str, Decimal] = field(default_factory=dict)
    positions: dict[str, NetPosition] = field(default_factory=dict)

    def add(self, currency: str, amount: Decimal) -> None:
        """Move `amount` of a currency in, or out where it is negative."""
        self.totals[currency] = self.totals.get(currency, ZERO) + amount

    def total(self, currency: str) -> Decimal:
        """Return all there is of a currency, held or not."""
        return self.totals.get(currency, ZERO)

    def net(self, symbol: str) -> NetPosition:
        """Return the net position of a perpetual."""
        return self.positions.get(symbol, FLAT)

    def reducible_base(self, symbol: str, side: OrderSide) -> Decimal:
        """Return how much of a position an order of `side` can close."""
        size = self.net(symbol).size_base
        return max(-size if side is OrderSide.BUY else size, ZERO)

    def settle(
        self,
        instrument: Instrument,
        side: OrderSide,
        size_base: Decimal,
        price: Decimal,
        fee: Decimal,
        *,
        fee_in_base: bool = False,
    ) -> None:
        """Book one fill: coins change hands on spot, a perpetual nets; the fee is in quote or in base."""
        self.add(instrument.base if fee_in_base else instrument.quote, -fee)
        if instrument.is_spot:
            self.add(instrument.base, size_base * side.sign)
            self.add(instrument.quote, -size_base * price * side.sign)
            return
        net, realized = fold(self.net(instrument.symbol), side, size_base, price)
        self.add(instrument.quote, realized)
        if net.size_base:
            self.positions[instrument.symbol] = net
        else:
            self.positions.pop(instrument.symbol, None)

    def unrealized_quote(
        self, currency: str, instruments: Mapping[str, Instrument], last: Mapping[str, Decimal]
    ) -> Decimal:
        """Return the open profit of positions settled in `currency`; one without a last price counts zero."""
        open_profit: Iterable[Decimal] = (
            net.unrealized_quote(last[symbol])
            for symbol, net in self.positions.items()
            if instruments[symbol].quote == currency and symbol in last
        )
        return sum(open_profit, ZERO)


def tidy(amount: Decimal) -> Decimal:
    """Return the same amount without trailing zeros and without an exponent."""
    plain = amount.normalize(MONEY)
    exponent = plain.as_tuple().exponent
    return plain.quantize(ONE, context=MONEY) if isinstance(exponent, int) and exponent > 0 else plain
