"""What the account is worth in its own currency; None wherever a rate is not known, never a guess."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from desk.contracts.assets import currencies_of
from desk.contracts.market import ONE, ZERO, is_positive
from desk.contracts.netting import MONEY, NetPosition
from desk.contracts.positions import Balance

PriceOf = Callable[[str], Decimal | None]
"""The price of a symbol in its quote currency, None where unknown."""

RateOf = Callable[[str], Decimal | None]
"""The worth of one unit of a currency in the account currency, None where unknown."""


class Conversion:
    """Convert currencies through the prices of traded symbols: direct, inverse, or over one bridge."""

    def __init__(self, account_currency: str, symbols: Iterable[str], price: PriceOf) -> None:
        self._account = account_currency
        self._price = price
        self._pairs: dict[str, dict[str, list[tuple[str, bool]]]] = {}
        for symbol in symbols:
            base, quote = currencies_of(symbol)
            self._pairs.setdefault(base, {}).setdefault(quote, []).append((symbol, False))
            self._pairs.setdefault(quote, {}).setdefault(base, []).append((symbol, True))

    def rate(self, currency: str) -> Decimal | None:
        """Return the worth of one unit of `currency` in the account currency."""
        if currency == self._account:
            return ONE
        direct = self._step(currency, self._account)
        if direct is not None:
            return direct
        for bridge in self._pairs.get(currency, {}):
            first, second = self._step(currency, bridge), self._step(bridge, self._account)
            if first is not None and second is not None:
                return MONEY.multiply(first, second)
        return None

    def _step(self, source: str, target: str) -> Decimal | None:
        for symbol, is_inverse in self._pairs.get(source, {}).get(target, ()):
            price = self._price(symbol)
            if price is not None and is_positive(price):
                return MONEY.divide(ONE, price) if is_inverse else price
        return None


def equity(
    balances: Iterable[Balance], nets: Mapping[str, NetPosition], price: PriceOf, rate: RateOf
) -> Decimal | None:
    """Return balances and open perpetual profit in the account currency; None where a rate is missing."""
    worth = ZERO
    for balance in balances:
        part = _worth(balance.total, rate(balance.currency))
        if part is None:
            return None
        worth = MONEY.add(worth, part)
    open_profit = unrealized(nets, price, rate)
    return None if open_profit is None else MONEY.add(worth, open_profit)


def unrealized(nets: Mapping[str, NetPosition], price: PriceOf, rate: RateOf) -> Decimal | None:
    """Return the open profit of net perpetual positions in the account currency."""
    worth = ZERO
    for symbol, net in nets.items():
        at = price(symbol)
        if at is None or not at.is_finite():
            return None
        part = _worth(net.unrealized_quote(at), rate(currencies_of(symbol)[1]))
        if part is None:
            return None
        worth = MONEY.add(worth, part)
    return worth


def drawdown(equity_now: Decimal, peak: Decimal) -> Decimal:
    """Return how far equity is below its peak, as a fraction of the peak; zero at or above it.

    The peak is persisted by who watches it, and shifted by deposits and withdrawals.
    """
    if not peak > 0 or equity_now >= peak:
        return ZERO
    return MONEY.divide(MONEY.subtract(peak, equity_now), peak)


def _worth(amount: Decimal, rate: Decimal | None) -> Decimal | None:
    if not amount:
        return ZERO
    return None if rate is None or not rate.is_finite() else MONEY.multiply(amount, rate)
