"""NewWorker takes an opportunity that is sure enough, one trade at a time."""

from decimal import Decimal

import pytest

from desk.contracts.directives import DirectiveScope
from desk.contracts.sides import OrderSide, PositionSide
from desk.contracts.states import DeskState
from desk.testing import Bench, only_directive, position, worker_beside

SYMBOL = "BTC/USDT:USDT"
NewWorker = worker_beside(__file__, "new_worker.py:NewWorker")


@pytest.fixture
def bench() -> Bench:
    return Bench(NewWorker, {"symbol": SYMBOL, "notional_quote": 500}, symbols=[SYMBOL])


@pytest.mark.parametrize(
    ("side", "direction"), [(PositionSide.LONG, OrderSide.BUY), (PositionSide.SHORT, OrderSide.SELL)]
)
def test_a_sure_opportunity_is_taken(bench: Bench, side: PositionSide, direction: OrderSide) -> None:
    directive = only_directive(bench.opportunity("0.8", side, SYMBOL))
    assert directive.scope is DirectiveScope.NEW_TRADE
    assert directive.entry_directive is not None
    assert directive.entry_directive.direction is direction
    assert directive.size_directive is not None
    assert directive.size_directive.notional_quote == Decimal(500)


def test_a_doubtful_one_is_left(bench: Bench) -> None:
    assert bench.opportunity("0.5", symbol=SYMBOL) == []


def test_a_second_trade_is_not_opened(bench: Bench) -> None:
    bench.desk.hold(position(symbol=SYMBOL))
    assert bench.opportunity("0.8", symbol=SYMBOL) == []


def test_a_desk_that_takes_no_new_risk_gets_none(bench: Bench) -> None:
    bench.desk.desk_state = DeskState.REDUCING
    assert bench.opportunity("0.8", symbol=SYMBOL) == []
