"""Exits by the market's own measure: average ranges, and swings that stand."""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from desk.contracts.directives import ExitDirective, Protection
from desk.contracts.plans import ExitPlan, PlanRole
from desk.contracts.sides import OrderSide
from desk.planning.exit.atr_exit import AtrExit, AtrExitParameters
from desk.planning.exit.stop_and_target import StopAndTarget, StopAndTargetParameters
from desk.planning.exit.structure_exit import StructureExit, StructureExitParameters
from desk.planning.impossible import PlanImpossible
from desk.planning.planner import Planner
from desk.testing.building import SPOT, position
from tests.builders.planning import desk_in_memory, leaving, modify, new_trade, request
from tests.builders.ranging import MINUTE_MS, ranging, with_bars

BUY, SELL = OrderSide.BUY, OrderSide.SELL
RANGES = ranging(100, 200, 400)
"""With two bars the average range is (100 + 200) / 2 = 150, then 150 + (400 - 150) / 2 = 275."""

UP = [(str(one + 500), str(one), str(one + 250)) for one in (97_000, 96_000, 98_000, 97_500, 99_000, 99_200)]
"""Swing lows at 96,000 and 97,500, each with a higher low on both sides; the highs are 500 over the lows."""

DOWN = [
    (str(200_020 - int(low)), str(200_020 - int(high)), str(200_020 - int(close))) for high, low, close in UP
]
"""The same, mirrored: the bid of 100,000 is as far above as the ask of 100,010 is below, and 10 more."""


def by_range(stop: str = "2", target: str | None = None, **parameters: object) -> AtrExit:
    given = {"stop_multiple": Decimal(stop), "interval_ms": MINUTE_MS, "atr_bars": 2} | parameters
    given |= {} if target is None else {"target_multiple": Decimal(target)}
    return AtrExit(AtrExitParameters.model_validate(given))


def by_structure(**parameters: object) -> StructureExit:
    given = {"swing_bars": 1, "lookback_bars": 6, "buffer": Decimal("0.001"), "interval_ms": MINUTE_MS}
    return StructureExit(StructureExitParameters.model_validate(given | parameters))


def planned(
    planner: AtrExit | StructureExit,
    side: OrderSide,
    shapes: Sequence[tuple[str, str, str]],
    wish: ExitDirective | None = None,
    protection: Protection = Protection.REQUIRED,
) -> ExitPlan:
    given: dict[str, Any] = {} if wish is None else {"exit_directive": wish}
    asked = new_trade(side, protection=protection, **given)
    return planner.plan(request(asked, PlanRole.EXIT, desk=with_bars(desk_in_memory(), SPOT, shapes)))


def prices(plan: ExitPlan) -> tuple[Decimal | None, Decimal | None]:
    return plan.stop_loss_price, plan.take_profit_price


@pytest.mark.parametrize(("side", "stop", "target"), [(BUY, "99460", "101110"), (SELL, "100550", "98900")])
def test_a_stop_some_ranges_away_and_a_target_at_twice_the_risk(
    side: OrderSide, stop: str, target: str
) -> None:
    """100,010 - 2 x 275 = 99,460 and 100,010 + 2 x 550 = 101,110; short 100,000 + 550 and 100,000 - 1,100."""
    assert prices(planned(by_range(), side, RANGES)) == (Decimal(stop), Decimal(target))


@pytest.mark.parametrize(("side", "target"), [(BUY, "100835"), (SELL, "99175")])
def test_a_target_some_ranges_away(side: OrderSide, target: str) -> None:
    """3 x 275 = 825 from the entry."""
    assert planned(by_range(target="3"), side, RANGES).take_profit_price == Decimal(target)


def test_a_reward_risk_ratio_that_is_asked_for_is_the_least() -> None:
    near = planned(by_range(target="3"), BUY, RANGES, leaving(risk_reward_ratio=4))
    far = planned(by_range(target="9"), BUY, RANGES, leaving(risk_reward_ratio=4))
    assert near.take_profit_price == Decimal(100_010 + 4 * 550)
    assert far.take_profit_price == Decimal(100_010 + 9 * 275)


@pytest.mark.parametrize(
    ("side", "tolerance", "stop"),
    [(BUY, "0.005", "99509.9"), (BUY, "0.01", "99460"), (SELL, "0.005", "100500"), (SELL, "0.01", "100550")],
)
def test_a_tolerance_is_the_most(side: OrderSide, tolerance: str, stop: str) -> None:
    plan = planned(by_range(), side, RANGES, leaving(stop_loss_tolerance=tolerance))
    assert plan.stop_loss_price == Decimal(stop)


def test_a_price_that_is_told_goes_before_any_range_and_needs_no_bars() -> None:
    plan = planned(by_range(), BUY, (), leaving(stop_loss_price=99_000))
    assert prices(plan) == (Decimal(99_000), Decimal(100_010 + 2 * 1_010))
    assert prices(planned(by_structure(), BUY, (), leaving(stop_loss_price=99_000))) == prices(plan)


def test_a_price_that_is_told_keeps_its_target_by_ranges() -> None:
    plan = planned(by_range(target="3"), BUY, RANGES, leaving(stop_loss_price=99_000))
    assert prices(plan) == (Decimal(99_000), Decimal(100_835))


@pytest.mark.parametrize("planner", [by_range(), by_structure()])
def test_too_few_bars_give_no_exit(planner: AtrExit | StructureExit) -> None:
    with pytest.raises(PlanImpossible, match="2 bars of 60 s of BTC/USDT are known, and it takes 3"):
        planned(planner, BUY, RANGES[:2])


def test_a_stop_beyond_zero_is_refused() -> None:
    with pytest.raises(PlanImpossible, match="too far away"):
        planned(by_range("1000"), BUY, RANGES)


def test_the_average_is_of_the_newest_bars_however_many_others_keep() -> None:
    wild = ranging(*[9_000] * 50, *[100] * 9)
    assert planned(by_range("1"), BUY, wild) == planned(by_range("1"), BUY, wild[-9:])


@pytest.mark.parametrize(("side", "shapes", "stop"), [(BUY, UP, "97402.5"), (SELL, DOWN, "102622.6")])
def test_a_stop_beyond_the_newest_swing(
    side: OrderSide, shapes: list[tuple[str, str, str]], stop: str
) -> None:
    """97,500 x 0.999 = 97,402.5; mirrored 102,520 x 1.001 = 102,622.52, rounded up."""
    assert planned(by_structure(), side, shapes).stop_loss_price == Decimal(stop)


def test_a_swing_that_was_broken_stands_no_more() -> None:
    """A later low of 97,400 goes under the swing at 97,500, and not under the one at 96,000."""
    broken = [*UP, ("98000", "97400", "97600")]
    assert planned(by_structure(lookback_bars=7), BUY, broken).stop_loss_price == Decimal(95_904)


def test_a_swing_needs_the_bars_behind_it() -> None:
    """The last bar is lower than the one before it: that may be a turn, and is none yet."""
    unconfirmed = [*UP, ("99000", "98500", "98600")]
    assert planned(by_structure(lookback_bars=7), BUY, unconfirmed).stop_loss_price == Decimal("97402.5")


def test_of_equal_lows_the_first_is_the_swing() -> None:
    lows = ("97000", "96000", "96000", "97000")
    level = [("99000", low, "98000") for low in lows]
    assert planned(by_structure(), BUY, level).stop_loss_price == Decimal(95_904)


def test_a_market_without_a_swing_gives_no_exit() -> None:
    rising = [(str(one + 10), str(one), str(one)) for one in range(90_000, 90_600, 100)]
    with pytest.raises(
        PlanImpossible, match="no swing low under the entry at 100010 stands in the last 6 bars"
    ):
        planned(by_structure(), BUY, rising)


def test_swings_on_the_wrong_side_of_the_entry_do_not_count() -> None:
    above = [(str(int(high) + 10_000), str(int(low) + 10_000), close) for high, low, close in UP]
    with pytest.raises(PlanImpossible, match="no swing low under"):
        planned(by_structure(), BUY, above)


@pytest.mark.parametrize(("side", "shapes"), [(BUY, UP), (SELL, DOWN)])
def test_a_swing_too_far_away_gives_no_trade(side: OrderSide, shapes: list[tuple[str, str, str]]) -> None:
    with pytest.raises(PlanImpossible, match="farther away than allowed"):
        planned(by_structure(max_distance=Decimal("0.02")), side, shapes)
    with pytest.raises(PlanImpossible, match="farther away than allowed"):
        planned(by_structure(), side, shapes, leaving(stop_loss_tolerance="0.02"))
    assert planned(by_structure(), side, shapes, leaving(stop_loss_tolerance="0.03")).stop_loss_price


def test_a_lookback_without_room_for_a_swing_is_refused() -> None:
    with pytest.raises(ValidationError, match="lookback_bars must be at least 11"):
        by_structure(swing_bars=5)


@pytest.mark.parametrize("planner", [by_range(), by_structure()])
def test_a_modify_changes_only_what_is_set_and_reads_no_bars(planner: AtrExit | StructureExit) -> None:
    held = position(entry="90000", stop="88000")
    directive = modify(held, exit_directive=leaving(stop_loss_price=95_000))
    plan = planner.plan(request(directive, PlanRole.EXIT, position=held))
    assert (prices(plan), plan.hold_for_ms) == ((Decimal(95_000), None), None)


@pytest.mark.parametrize("planner", [by_range(), by_structure()])
def test_a_trade_without_protection_gets_only_what_is_asked_for(planner: AtrExit | StructureExit) -> None:
    plan = planned(planner, BUY, (), leaving(take_profit_price=120_000), Protection.NONE)
    assert prices(plan) == (None, Decimal(120_000))


def test_the_bars_an_exit_needs_are_those_it_reads() -> None:
    (ranges,) = AtrExitParameters().bars_needed_of(SPOT)
    (swings,) = StructureExitParameters().bars_needed_of(SPOT)
    assert (ranges.interval_ms, ranges.count) == (900_000, 57)
    assert (swings.interval_ms, swings.count) == (900_000, 100)


TIMED: list[Planner] = [
    by_range(max_hold_s=90),
    by_structure(max_hold_s=90),
    StopAndTarget(StopAndTargetParameters(max_hold_s=90)),
]


@pytest.mark.parametrize("planner", TIMED)
def test_every_exit_may_limit_the_time_of_a_new_trade_alone(planner: Planner) -> None:
    asked = request(new_trade(BUY), PlanRole.EXIT, desk=with_bars(desk_in_memory(), SPOT, UP))
    plan = planner.plan(asked)
    assert isinstance(plan, ExitPlan)
    assert plan.hold_for_ms == 90_000
    held = dataclasses.replace(position(), hold_for_ms=90_000)
    later = modify(held, exit_directive=leaving(stop_loss_price=99_000))
    moved = planner.plan(request(later, PlanRole.EXIT, position=held))
    assert isinstance(moved, ExitPlan)
    assert moved.hold_for_ms is None
    assert held.leave_at_ms == (held.opened_at_ms or 0) + 90_000


def test_a_trade_without_protection_may_have_a_time_alone() -> None:
    wish = leaving(profit_taking_preference="0.5")
    asked = new_trade(BUY, exit_directive=wish, protection=Protection.NONE)
    plan = StopAndTarget(StopAndTargetParameters(max_hold_s=90)).plan(request(asked, PlanRole.EXIT))
    assert (prices(plan), plan.hold_for_ms) == ((None, None), 90_000)


@pytest.mark.parametrize("hold_s", [0, -1])
def test_no_time_at_all_is_refused(hold_s: int) -> None:
    with pytest.raises(ValidationError):
        StopAndTargetParameters(max_hold_s=hold_s)
