"""NewWorker moves the stop halfway between entry and price, and never back."""

from decimal import Decimal
from pathlib import Path

import pytest

from desk.contracts.sides import PositionSide
from desk.testing import Bench, position, run_over, stop_of, worker_beside

SYMBOL = "BTC/USDT:USDT"
PRICES = Path(__file__).with_name("sample_prices.csv")
NewWorker = worker_beside(__file__, "new_worker.py:NewWorker")


def bench_with(side: PositionSide) -> Bench:
    bench = Bench(NewWorker, symbols=[SYMBOL])
    bench.desk.hold(position(side, symbol=SYMBOL, entry="100000"))
    return bench


@pytest.mark.parametrize(
    ("side", "price", "stop"),
    [(PositionSide.LONG, "102000", Decimal(101_000)), (PositionSide.SHORT, "98000", Decimal(99_000))],
)
def test_the_stop_goes_halfway(side: PositionSide, price: str, stop: Decimal) -> None:
    assert stop_of(bench_with(side).tick(price, SYMBOL)) == stop


def test_little_gained_moves_nothing() -> None:
    assert bench_with(PositionSide.LONG).tick("100400", SYMBOL) == []


def test_the_stop_never_goes_back() -> None:
    bench = bench_with(PositionSide.LONG)
    bench.grant(bench.tick("102000", SYMBOL))
    assert bench.tick("101500", SYMBOL) == []


def test_a_trade_of_another_strategy_is_left_alone() -> None:
    bench = Bench(NewWorker, symbols=[SYMBOL])
    bench.desk.hold(position(symbol=SYMBOL, strategy_id="another"))
    assert bench.tick("110000", SYMBOL) == []


def test_over_recorded_prices_a_trade_ends_with_a_gain() -> None:
    held = position(symbol=SYMBOL, entry="45000", stop="44000")
    run = run_over(NewWorker, PRICES, symbol=SYMBOL, positions=[held])
    (trade,) = run.positions
    assert run.directives
    assert not trade.is_open
    assert trade.realized_quote > 0
