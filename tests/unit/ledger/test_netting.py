"""The arithmetic of a net position, shared with the venue."""

from decimal import Decimal

import pytest

from desk.contracts.netting import FLAT, NetPosition, fill_order, fold
from desk.contracts.sides import OrderSide

BUY, SELL = OrderSide.BUY, OrderSide.SELL


def net(*fills: tuple[OrderSide, str, str]) -> tuple[NetPosition, Decimal]:
    held, total = FLAT, Decimal(0)
    for side, size, price in fills:
        held, realized = fold(held, side, Decimal(size), Decimal(price))
        total += realized
    return held, total


@pytest.mark.parametrize(
    ("fills", "size", "cost", "realized"),
    [
        ([(BUY, "1", "100"), (BUY, "1", "110")], "2", "210", "0"),
        ([(BUY, "2", "100"), (SELL, "1", "110")], "1", "100", "10"),
        ([(SELL, "2", "100"), (BUY, "1", "90")], "-1", "-100", "10"),
        ([(BUY, "2", "100"), (SELL, "2", "90")], "0", "0", "-20"),
        ([(BUY, "1", "100"), (SELL, "3", "110")], "-2", "-220", "10"),
        ([(SELL, "1", "100"), (BUY, "3", "110")], "2", "220", "-10"),
    ],
)
def test_fills_net(fills: list[tuple[OrderSide, str, str]], size: str, cost: str, realized: str) -> None:
    assert net(*fills) == (NetPosition(Decimal(size), Decimal(cost)), Decimal(realized))


def test_thirds_lose_nothing() -> None:
    held, total = net(
        (BUY, "3", "0.1"), (BUY, "4", "0.2"), (SELL, "1", "1"), (SELL, "1", "1"), (SELL, "5", "1")
    )
    assert held == FLAT
    assert total == Decimal("5.9")


def test_large_numbers_keep_every_digit() -> None:
    size, price = Decimal("123456789.123456789"), Decimal("98765.432198765")
    held, _ = fold(FLAT, BUY, size, price)
    assert str(held.cost_quote) == "12193263135649.999789041736665585"
    assert held.unrealized_quote(price) == 0
    assert held.average_price == price


def test_fills_of_one_instant_fold_in_the_order_the_venue_counted_them() -> None:
    assert fill_order(5, "9") < fill_order(5, "10") < fill_order(6, "1")
