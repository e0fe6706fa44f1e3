"""Worth in the account's currency: direct, inverse, over a bridge, or not known."""

from decimal import Decimal

import pytest

from desk.contracts.netting import NetPosition
from desk.contracts.positions import Balance
from desk.ledger.valuation import Conversion, drawdown, equity, unrealized

PRICES = {
    "BTC/USDT": Decimal(50_000),
    "ETH/BTC": Decimal("0.05"),
    "EUR/USDT": Decimal("1.25"),
    "XMR/ETH": Decimal("0.1"),
    "BAD/USDT": Decimal("NaN"),
    "OLD/USDT": None,
}


def conversion(account_currency: str = "USDT") -> Conversion:
    return Conversion(account_currency, PRICES, PRICES.get)


@pytest.mark.parametrize(
    ("currency", "account", "worth"),
    [
        ("USDT", "USDT", "1"),
        ("BTC", "USDT", "50000"),
        ("USDT", "EUR", "0.8"),
        ("ETH", "USDT", "2500"),
        ("BTC", "EUR", "40000"),
    ],
)
def test_a_rate_is_direct_inverse_or_over_one_bridge(currency: str, account: str, worth: str) -> None:
    assert conversion(account).rate(currency) == Decimal(worth)


@pytest.mark.parametrize("currency", ["XMR", "BAD", "OLD", "NEVER"])
def test_a_rate_that_is_not_known_is_none(currency: str) -> None:
    assert conversion().rate(currency) is None


def test_equity_adds_balances_and_open_perpetual_profit() -> None:
    balances = [Balance("USDT", Decimal(1000)), Balance("BTC", Decimal("0.1"))]
    nets = {"BTC/USDT": NetPosition(Decimal(-1), Decimal(-51_000))}
    assert equity(balances, nets, PRICES.get, conversion().rate) == Decimal(7000)


def test_equity_is_not_known_where_a_rate_is_missing() -> None:
    assert equity([Balance("OLD", Decimal(1))], {}, PRICES.get, conversion().rate) is None
    nets = {"OLD/USDT": NetPosition(Decimal(1), Decimal(1))}
    assert equity([], nets, PRICES.get, conversion().rate) is None
    assert (
        unrealized({"BAD/USDT": NetPosition(Decimal(1), Decimal(1))}, PRICES.get, conversion().rate) is None
    )


def test_an_empty_balance_needs_no_rate() -> None:
    assert equity([Balance("OLD", Decimal(0))], {}, PRICES.get, conversion().rate) == 0


def test_drawdown_is_the_fall_from_the_peak() -> None:
    assert drawdown(Decimal(75), Decimal(100)) == Decimal("0.25")
    assert drawdown(Decimal(110), Decimal(100)) == 0
    assert drawdown(Decimal(-5), Decimal(0)) == 0
