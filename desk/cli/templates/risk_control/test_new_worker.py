"""NewWorker leaves a trade that has lost a fixed amount of money, and asks once."""

from pathlib import Path

import pytest

from desk.contracts.directives import DirectiveScope
from desk.contracts.sides import PositionSide
from desk.testing import Bench, only_directive, position, run_over, worker_beside

SYMBOL = "BTC/USDT:USDT"
PRICES = Path(__file__).with_name("sample_prices.csv")
NewWorker = worker_beside(__file__, "new_worker.py:NewWorker")


def bench_with(side: PositionSide) -> Bench:
    """Hold half a coin from 100,000: 200 points are 100."""
    bench = Bench(NewWorker, {"max_loss_quote": 100}, symbols=[SYMBOL])
    bench.desk.hold(position(side, symbol=SYMBOL, entry="100000", size="0.5"))
    return bench


@pytest.mark.parametrize(("side", "price"), [(PositionSide.LONG, "99800"), (PositionSide.SHORT, "100200")])
def test_a_loss_at_the_limit_closes_the_trade(side: PositionSide, price: str) -> None:
    directive = only_directive(bench_with(side).tick(price, SYMBOL))
    assert directive.scope is DirectiveScope.CLOSE_EXISTING


def test_a_smaller_loss_does_not() -> None:
    assert bench_with(PositionSide.LONG).tick("99801", SYMBOL) == []


def test_it_asks_once_within_its_pause_also_after_a_restart() -> None:
    bench = bench_with(PositionSide.LONG)
    assert bench.tick("99800", SYMBOL)
    bench.restart()
    assert bench.tick("99700", SYMBOL, later_ms=5_000) == []
    assert bench.tick("99700", SYMBOL, later_ms=5_000)


def test_over_recorded_prices_no_trade_loses_much_more() -> None:
    held = position(symbol=SYMBOL, entry="46000", stop="40000", size="0.5")
    run = run_over(NewWorker, PRICES, {"max_loss_quote": 100}, symbol=SYMBOL, positions=[held])
    (trade,) = run.positions
    assert not trade.is_open
    assert -150 < trade.realized_quote <= -100
