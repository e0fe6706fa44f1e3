"""The worst drawdown is the deepest fall below any earlier peak, and only such a fall."""

from decimal import Decimal

import hypothesis.strategies as st
from hypothesis import given

from desk.ledger.valuation import drawdown
from desk.runtime.equity_watch import EquityWatch
from desk.runtime.exposure_watch import ExposureWatch
from desk.runtime.market_board import MarketBoard
from desk.testing.memory_desk import MemoryDesk

EQUITIES = st.lists(st.decimals(-50, 200, places=2), min_size=1, max_size=30)


def watched(values: list[Decimal]) -> EquityWatch:
    desk = MemoryDesk()
    watch = EquityWatch(desk, ExposureWatch(desk, MarketBoard()))
    for minute, value in enumerate(values):
        desk.cash["USDT"] = value
        watch.sample(minute * 60_000)
    return watch


@given(EQUITIES)
def test_the_worst_drawdown_is_the_deepest_of_all_samples_below_the_peak_before_them(
    values: list[Decimal],
) -> None:
    falls = [drawdown(value, max(values[: place + 1])) for place, value in enumerate(values)]
    watch = watched(values)
    assert (watch.worst, watch.peak) == (max(falls), max(values))
    assert watch.drawdown() == falls[-1]


def test_a_new_peak_forgets_the_low_of_the_one_before() -> None:
    watch = watched([Decimal(each) for each in (100, 90, 1000, 500)])
    assert watch.worst == Decimal("0.5")
    assert watched([Decimal(each) for each in (100, 50, 1000, 900)]).worst == Decimal("0.5")
