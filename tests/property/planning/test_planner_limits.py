"""Whatever market and wish: no size beyond its limits, no stop on the wrong side, and no side favoured."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.contracts.directives import EntryDirective, SizeDirective, StrategyDirective
from desk.contracts.execution import TargetPlans
from desk.contracts.market import Quote
from desk.contracts.sides import OrderSide, PositionSide
from desk.planning.entry.stop_limit import StopLimitEntry, StopLimitEntryParameters
from desk.planning.exit.atr_exit import AtrExit, AtrExitParameters
from desk.planning.exit.stop_and_target import StopAndTarget, StopAndTargetParameters
from desk.planning.exit.structure_exit import StructureExit, StructureExitParameters
from desk.planning.planner import Planner
from desk.planning.registry import make_planner
from desk.planning.size.fixed_fraction import FixedFraction, FixedFractionParameters
from desk.planning.size.volatility_target import VolatilityTarget, VolatilityTargetParameters
from desk.testing.building import PERPETUAL, SPOT, START_MS, instrument
from desk.testing.memory_desk import MemoryDesk
from tests.builders.examples import examples
from tests.builders.planning import PlanningBench, new_trade, planner_set
from tests.builders.ranging import MINUTE_MS, with_bars

AROUND = 1_000
"""The price that prices are mirrored at: a short there is a long here."""

MAX_FRACTION = Decimal("0.5")
FRACTION = Decimal("0.2")

steps = st.integers(-40, 40)
shapes = st.lists(st.tuples(steps, st.integers(0, 20), st.integers(0, 20)), min_size=14, max_size=40)
"""Bars as steps of their close from AROUND, and how far high and low are from that."""

shares = st.decimals("0.0001", "0.2", places=4)


def drawn(bars: Sequence[tuple[int, int, int]]) -> list[tuple[str, str, str]]:
    return [(str(AROUND + at + up), str(AROUND + at - down), str(AROUND + at)) for at, up, down in bars]


def mirrored(bars: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    return [(-at, down, up) for at, up, down in bars]


def desk_at(bars: Sequence[tuple[int, int, int]], cash: str = "10000", spread: str = "0.2") -> MemoryDesk:
    desk = MemoryDesk(cash={"USDT": Decimal(cash)})
    last = Decimal(AROUND + bars[-1][0])
    for symbol in (SPOT, PERPETUAL):
        desk.instruments[symbol] = instrument(symbol)
        half = Decimal(spread) / 2
        desk.quotes[symbol] = Quote(symbol, last - half, last + half, last, START_MS)
        with_bars(desk, symbol, drawn(bars))
    return desk


def exits() -> list[Planner]:
    ranges = AtrExitParameters(interval_ms=MINUTE_MS, atr_bars=5, target_multiple=Decimal(3))
    swings = StructureExitParameters(
        interval_ms=MINUTE_MS, swing_bars=1, lookback_bars=20, max_distance=Decimal("0.5")
    )
    return [AtrExit(ranges), StructureExit(swings), StopAndTarget(StopAndTargetParameters())]


def entries() -> list[Planner]:
    by_share = StopLimitEntryParameters(offset=Decimal("0.002"))
    by_range = StopLimitEntryParameters(atr_multiple=Decimal("0.5"), interval_ms=MINUTE_MS, atr_bars=5)
    return [make_planner("market"), make_planner("limit"), StopLimitEntry(by_share), StopLimitEntry(by_range)]


def sizes() -> list[Planner]:
    fraction = FixedFractionParameters(fraction=FRACTION)
    volatility = VolatilityTargetParameters(bars=12, interval_ms=MINUTE_MS, max_fraction=MAX_FRACTION)
    return [FixedFraction(fraction), VolatilityTarget(volatility)]


def plans(one: StrategyDirective, desk: MemoryDesk, **planners: Planner) -> TargetPlans | None:
    """Plan one directive whole; None where it was refused for a reason."""
    bench = PlanningBench(planners=planner_set(**planners), desk=desk).start()
    bench.issue(one)
    assert bench.failures == []
    if bench.refused:
        assert bench.refused[0].reason
        return None
    return bench.ready[0].targets[0]


@settings(max_examples=examples(50))
@given(
    bars=shapes,
    entry=st.sampled_from(entries()),
    leave=st.sampled_from(exits()),
    side=st.sampled_from(OrderSide),
    slippage=shares,
)
def test_a_stop_loses_and_a_target_wins_whatever_the_entry(
    bars: list[tuple[int, int, int]], entry: Planner, leave: Planner, side: OrderSide, slippage: Decimal
) -> None:
    wish = EntryDirective(max_acceptable_slippage=slippage)
    directive = new_trade(
        side, symbol=PERPETUAL, entry=wish, size_directive=SizeDirective(max_risk_amount=Decimal(10))
    )
    planned = plans(directive, desk_at(bars), entry=entry, exit=leave, size=make_planner("fixed_risk"))
    if planned is None or planned.entry is None or planned.exit is None:
        return
    sign, step = PositionSide.of(side).sign, Decimal("0.1")
    stop, target = planned.exit.stop_loss_price, planned.exit.take_profit_price
    assert stop is not None
    assert (planned.entry.first_price - stop) * sign > 0
    assert target is None or (target - planned.entry.expected_price) * sign > 0
    for price in (stop, target, planned.entry.limit_price, planned.entry.stop_price):
        assert price is None or (price > 0 and price % step == 0)
    if planned.entry.stop_price is not None and planned.entry.limit_price is not None:
        assert (planned.entry.limit_price - planned.entry.stop_price) * sign >= 0
        assert (planned.entry.stop_price - Decimal(AROUND + bars[-1][0])) * sign > 0


wishes = st.builds(
    SizeDirective,
    max_risk_amount=st.none() | st.decimals("1", "1000", places=2),
    notional_quote=st.none() | st.decimals("1", "100000", places=2),
)
trades = st.builds(
    new_trade, st.sampled_from(OrderSide), symbol=st.sampled_from([SPOT, PERPETUAL]), size_directive=wishes
)


@settings(max_examples=examples(100))
@given(
    bars=shapes,
    sizer=st.sampled_from(sizes()),
    entry=st.sampled_from(entries()),
    directive=trades,
    cash=st.integers(10, 10**7),
)
def test_a_size_passes_neither_fraction_cash_risk_nor_notional(
    bars: list[tuple[int, int, int]], sizer: Planner, entry: Planner, directive: StrategyDirective, cash: int
) -> None:
    planned = plans(directive, desk_at(bars, str(cash)), size=sizer, entry=entry)
    if planned is None or planned.size is None or planned.entry is None or planned.exit is None:
        return
    wish = directive.size_directive
    assert wish is not None
    held, price = planned.size.position_size_base, planned.entry.expected_price
    assert held > 0
    assert held % Decimal("0.0001") == 0
    most = FRACTION if isinstance(sizer, FixedFraction) else MAX_FRACTION
    assert held * price <= cash * most
    assert held * price * Decimal("1.0005") <= cash
    assert planned.size.risk_amount_quote <= (wish.max_risk_amount or cash)
    assert held * price <= (wish.notional_quote or cash)


@pytest.mark.parametrize("place", range(2))
@settings(max_examples=examples(50))
@given(bars=shapes)
def test_a_short_is_the_mirror_of_a_long(bars: list[tuple[int, int, int]], place: int) -> None:
    """Prices mirrored at AROUND give the mirrored stop, but for rounding and what is a share of the price."""
    leave = exits()[place]
    long = plans(new_trade(OrderSide.BUY, symbol=PERPETUAL), desk_at(bars), exit=leave)
    short = plans(new_trade(OrderSide.SELL, symbol=PERPETUAL), desk_at(mirrored(bars)), exit=leave)
    assert (long is None) == (short is None)
    if long is None or short is None or long.exit is None or short.exit is None:
        return
    stops = [one.exit.stop_loss_price for one in (long, short) if one.exit is not None]
    assert stops[0] is not None
    assert stops[1] is not None
    slack = Decimal("0.1") if isinstance(leave, AtrExit) else Decimal("0.2")
    assert abs(stops[0] + stops[1] - 2 * AROUND) <= slack
