"""Sizes by the equity: a fraction of it, or what moves it so much."""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from desk.contracts.directives import SizeDirective
from desk.contracts.market import Bar
from desk.contracts.plans import PlanRole, SizePlan
from desk.contracts.sides import OrderSide
from desk.indicators.volatility import realised_volatility
from desk.planning.impossible import PlanImpossible
from desk.planning.size.fixed_fraction import FixedFraction, FixedFractionParameters
from desk.planning.size.volatility_target import Horizon, VolatilityTarget, VolatilityTargetParameters
from desk.testing.building import PERPETUAL, SPOT, position
from desk.testing.memory_desk import MemoryDesk
from tests.builders.planning import (
    PlanningBench,
    desk_in_memory,
    leaving,
    modify,
    new_trade,
    planner_set,
    request,
    size,
)
from tests.builders.ranging import MINUTE_MS, bars_of, closing_at, with_bars

DAY_MS = 86_400_000
BUY, SELL = OrderSide.BUY, OrderSide.SELL
STEADY = closing_at("100000", *["101000", "100000"] * 6)
"""Twelve returns of 1 % up or down: each ln(1.01) = 0.00995033 in size."""


def fraction_of(fraction: str = "0.1", leverage: int = 1) -> FixedFraction:
    return FixedFraction(FixedFractionParameters(fraction=Decimal(fraction), leverage=Decimal(leverage)))


def by_volatility(**parameters: object) -> VolatilityTarget:
    given = {"bars": 12, "interval_ms": MINUTE_MS, "target": Decimal("0.01")} | parameters
    return VolatilityTarget(VolatilityTargetParameters.model_validate(given))


def leveraged(desk: MemoryDesk, most: int) -> MemoryDesk:
    desk.instruments[PERPETUAL] = dataclasses.replace(desk.instruments[PERPETUAL], max_leverage=Decimal(most))
    return desk


def planned(
    planner: FixedFraction | VolatilityTarget,
    wish: SizeDirective | None = None,
    *,
    symbol: str = PERPETUAL,
    side: OrderSide = BUY,
    desk: MemoryDesk | None = None,
) -> SizePlan:
    """Plan as the layer does, with a stop 2 % from the entry at the market."""
    bench = PlanningBench(planners=planner_set(size=planner), desk=desk or desk_in_memory()).start()
    given: dict[str, Any] = {} if wish is None else {"size_directive": wish}
    plans = bench.only_target(new_trade(side, symbol=symbol, exit_directive=leaving(), **given))
    assert plans.size is not None
    return plans.size


@pytest.mark.parametrize(("side", "expected"), [(BUY, "0.0499"), (SELL, "0.05")])
def test_a_fraction_of_the_equity(side: OrderSide, expected: str) -> None:
    """50,000 x 0.1 = 5,000; / 100,010 = 0.04999 and / 100,000 = 0.05, rounded down to 0.0001."""
    assert planned(fraction_of(), side=side).position_size_base == Decimal(expected)


def test_a_spot_purchase_pays_fee_and_slippage_out_of_its_fraction() -> None:
    """5,000 / (100,010 x 1.0055) = 0.04972, rounded down."""
    plan = planned(fraction_of(), symbol=SPOT)
    assert plan.position_size_base == Decimal("0.0497")


def test_more_than_the_equity_takes_leverage() -> None:
    with pytest.raises(ValidationError, match=r"fraction 1\.5 needs a leverage of as much, and it is 1"):
        fraction_of("1.5")
    desk = leveraged(desk_in_memory(), 3)
    plan = planned(fraction_of("1.5", 3), desk=desk)
    assert (plan.position_size_base, plan.leverage) == (Decimal("0.7499"), Decimal(3))


def test_a_leverage_over_the_instruments_is_refused() -> None:
    bench = PlanningBench(planners=planner_set(size=fraction_of("1.5", 3))).start()
    assert "leverage 3 is above the 1" in bench.refusal(new_trade(symbol=PERPETUAL))


def test_no_more_than_the_cash_is_spent() -> None:
    plan = planned(fraction_of("1"), symbol=SPOT)
    assert plan.position_size_base * Decimal(100010) * Decimal("1.0055") <= 50_000
    assert plan.position_size_base == Decimal("0.4972")


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (size(max_risk_amount=50), "0.0249"),
        (size(account_risk_fraction="0.0005"), "0.0124"),
        (size(notional_quote=1_000), "0.0099"),
    ],
)
def test_what_the_directive_sets_is_the_most(wish: SizeDirective, expected: str) -> None:
    """The stop is 2,000.2 away: 50 / 2,000.2 = 0.02499 and 25 / 2,000.2 = 0.01249; 1,000 / 100,010."""
    for planner in (fraction_of(), by_volatility(target=Decimal("0.05"))):
        desk = with_bars(desk_in_memory(), PERPETUAL, STEADY)
        assert planned(planner, wish, desk=desk).position_size_base == Decimal(expected)


def test_unknown_equity_gives_no_size() -> None:
    desk = desk_in_memory()
    desk.cash = {}
    with pytest.raises(PlanImpossible, match="equity in USDT is not known"):
        fraction_of().plan(request(new_trade(symbol=PERPETUAL), PlanRole.SIZE, desk=desk))


def test_the_whole_trade_is_the_fraction_and_not_what_is_added() -> None:
    held = position(symbol=PERPETUAL, size="0.02")
    directive = modify(held, size_directive=size(aggressiveness="0.5"))
    plan = fraction_of().plan(request(directive, PlanRole.SIZE, position=held))
    assert plan.position_size_base == Decimal("0.0499")


def test_realised_volatility_by_hand() -> None:
    """Twelve returns of ln 1.01 in twelve minutes: per minute 0.00995033, per day x sqrt(1440) = 0.377589."""
    sigma = realised_volatility(bars_of(SPOT, STEADY), DAY_MS)
    assert sigma is not None
    assert sigma.quantize(Decimal("0.000001")) == Decimal("0.377589")
    a_minute = realised_volatility(bars_of(SPOT, STEADY), MINUTE_MS)
    assert a_minute is not None
    assert a_minute.quantize(Decimal("0.00000001")) == Decimal("0.00995033")


def test_a_hole_in_the_bars_counts_as_the_time_it_lasted() -> None:
    """One return of ln 1.01 over four minutes: sqrt(0.0000990091 / 4) = 0.00497517 a minute."""
    first, _, _, _, last = bars_of(SPOT, closing_at("100", "1", "1", "1", "101"))
    sigma = realised_volatility([first, last], MINUTE_MS)
    assert sigma is not None
    assert sigma.quantize(Decimal("0.00000001")) == Decimal("0.00497517")


def test_one_bar_has_no_volatility() -> None:
    empty: Sequence[Bar] = ()
    assert realised_volatility(empty, DAY_MS) is None
    assert realised_volatility(bars_of(SPOT, closing_at("100")), DAY_MS) is None


def test_a_position_moves_the_equity_by_the_target_a_day() -> None:
    """50,000 x 0.01 / 0.377589 = 1,324.192; / 100,010 = 0.01324, rounded down."""
    desk = with_bars(desk_in_memory(), PERPETUAL, STEADY)
    assert planned(by_volatility(), desk=desk).position_size_base == Decimal("0.0132")


def test_a_target_a_year_is_measured_over_365_days() -> None:
    """0.377589 x sqrt(365) = 7.213820; 50,000 x 0.2 / 7.213820 = 1,386.228; / 100,010 = 0.01386."""
    desk = with_bars(desk_in_memory(), PERPETUAL, STEADY)
    yearly = by_volatility(target=Decimal("0.2"), horizon=Horizon.YEAR)
    assert planned(yearly, desk=desk).position_size_base == Decimal("0.0138")


def test_half_the_volatility_holds_twice_as_much() -> None:
    """Returns of 0.5 %: ln 1.005 = 0.00498754, 50,000 x 0.01 / (0.00498754 x 37.947332) = 2,641.836."""
    calm = closing_at("100000", *["100500", "100000"] * 6)
    desk = with_bars(desk_in_memory(), PERPETUAL, calm)
    assert planned(by_volatility(), desk=desk).position_size_base == Decimal("0.0264")


def test_a_calm_market_is_held_no_more_of_than_allowed() -> None:
    calm = closing_at("100000", *["100001", "100000"] * 6)
    desk = with_bars(desk_in_memory(), PERPETUAL, calm)
    plan = planned(by_volatility(max_fraction=Decimal("0.3")), desk=desk)
    assert plan.position_size_base == Decimal("0.1499")


@pytest.mark.parametrize(
    ("closes", "reason"),
    [
        (closing_at(*["100"] * 12), "12 bars of 60 s of BTC/USDT:USDT are known, and it takes 13"),
        (closing_at(*["100"] * 13), "did not move over the last 13 bars"),
    ],
)
def test_no_size_is_guessed(closes: list[tuple[str, str, str]], reason: str) -> None:
    desk = with_bars(desk_in_memory(), PERPETUAL, closes)
    bench = PlanningBench(planners=planner_set(size=by_volatility()), desk=desk).start()
    assert reason in bench.refusal(new_trade(symbol=PERPETUAL))


def test_the_bars_it_needs_are_those_it_reads() -> None:
    (need,) = VolatilityTargetParameters().bars_needed_of(SPOT)
    assert (need.symbol, need.interval_ms, need.count) == (SPOT, 900_000, 97)
