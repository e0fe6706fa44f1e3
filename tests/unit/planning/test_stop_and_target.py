"""The exit planner: stops that protect, targets that pay, and nothing that loosens."""

import dataclasses
from decimal import Decimal

import pytest

from desk.contracts.directives import OPERATOR_STRATEGY, ExitDirective, Protection, StopReference
from desk.contracts.plans import ExitPlan, PlanRole
from desk.contracts.positions import Position
from desk.contracts.sides import OrderSide, PositionSide
from desk.planning.exit.stop_and_target import StopAndTarget, StopAndTargetParameters
from desk.planning.impossible import PlanImpossible
from desk.testing.building import position
from tests.builders.planning import leaving, modify, new_trade, request

BUY, SELL = OrderSide.BUY, OrderSide.SELL
LONG, SHORT = PositionSide.LONG, PositionSide.SHORT


def planned(side: OrderSide, wish: ExitDirective | None = None, *, with_target: bool = True) -> ExitPlan:
    directive = new_trade(side) if wish is None else new_trade(side, exit_directive=wish)
    planner = StopAndTarget(StopAndTargetParameters(with_target=with_target))
    return planner.plan(request(directive, PlanRole.EXIT))


def moved(held: Position, wish: ExitDirective, strategy_id: str = "trend") -> ExitPlan:
    directive = modify(held, exit_directive=wish, strategy_id=strategy_id)
    return StopAndTarget(StopAndTargetParameters()).plan(request(directive, PlanRole.EXIT, position=held))


def stop_of(plan: ExitPlan) -> Decimal:
    assert plan.stop_loss_price is not None
    return plan.stop_loss_price


def test_a_long_stops_below_its_entry_and_a_short_above() -> None:
    assert stop_of(planned(BUY)) == Decimal("98009.8")
    assert stop_of(planned(SELL)) == Decimal(102000)


def test_the_target_pays_at_least_the_reward_risk_ratio() -> None:
    plan = planned(BUY, leaving(stop_loss_price="99000.7", risk_reward_ratio="1.33333"))
    assert plan.take_profit_price is not None
    reward, risk = plan.take_profit_price - Decimal(100_010), Decimal(100_010) - Decimal("99000.7")
    assert Decimal("1.33333") <= reward / risk < Decimal("1.3335")


def test_a_short_takes_its_profit_below() -> None:
    assert planned(SELL, leaving(risk_reward_ratio=3)).take_profit_price == Decimal(94_000)


def test_stops_are_rounded_away_from_the_market() -> None:
    assert stop_of(planned(BUY, leaving(stop_loss_price="98765.43"))) == Decimal("98765.4")
    assert stop_of(planned(SELL, leaving(stop_loss_price="101234.51"))) == Decimal("101234.6")


def test_a_planner_without_targets_plans_a_stop_alone() -> None:
    assert planned(BUY, with_target=False).take_profit_price is None
    wanted = leaving(take_profit_price=120_000)
    assert planned(BUY, wanted, with_target=False).take_profit_price == Decimal(120_000)


@pytest.mark.parametrize(
    ("side", "stop"), [(BUY, "100005"), (BUY, "100000"), (SELL, "100010"), (SELL, "99000")]
)
def test_a_stop_through_the_market_is_refused_with_the_reason(side: OrderSide, stop: str) -> None:
    with pytest.raises(PlanImpossible, match="would fire at once"):
        planned(side, leaving(stop_loss_price=stop))


def test_a_target_through_the_market_is_refused() -> None:
    with pytest.raises(PlanImpossible, match=r"target .* would fire at once"):
        planned(BUY, leaving(take_profit_price=99_000))


def test_a_short_target_below_zero_is_refused() -> None:
    with pytest.raises(PlanImpossible, match="too far"):
        planned(SELL, leaving(stop_loss_tolerance="0.5", risk_reward_ratio=3))


def test_a_trade_without_protection_gets_only_what_is_asked_for() -> None:
    directive = new_trade(BUY, exit_directive=leaving(take_profit_price=120_000), protection=Protection.NONE)
    plan = StopAndTarget(StopAndTargetParameters()).plan(request(directive, PlanRole.EXIT))
    assert (plan.stop_loss_price, plan.take_profit_price) == (None, Decimal(120_000))


HELD_LONG = position(LONG, entry="90000", stop="88000")
HELD_SHORT = position(SHORT, entry="110000", stop="112000")


def test_a_modify_changes_only_what_is_set() -> None:
    plan = moved(HELD_LONG, leaving(stop_loss_price=95_000))
    assert (plan.stop_loss_price, plan.take_profit_price) == (Decimal(95_000), None)
    plan = moved(HELD_LONG, leaving(take_profit_price=120_000))
    assert (plan.stop_loss_price, plan.take_profit_price) == (None, Decimal(120_000))


def test_a_tolerance_is_measured_from_the_reference_it_names() -> None:
    from_entry = leaving(stop_loss_tolerance="0.01")
    from_market = ExitDirective(stop_loss_tolerance=Decimal("0.01"), stop_reference=StopReference.CURRENT)
    assert stop_of(moved(HELD_LONG, from_entry)) == Decimal(89_100)
    assert stop_of(moved(HELD_LONG, from_market)) == Decimal("99004.9")
    assert stop_of(moved(HELD_SHORT, from_market)) == Decimal("101005.1")


@pytest.mark.parametrize(("held", "looser"), [(HELD_LONG, "87000"), (HELD_SHORT, "113000")])
def test_a_stop_never_loosens(held: Position, looser: str) -> None:
    assert stop_of(moved(held, leaving(stop_loss_price=looser))) == held.stop_price


@pytest.mark.parametrize(("held", "looser"), [(HELD_LONG, "87000"), (HELD_SHORT, "113000")])
def test_the_operator_alone_may_loosen_a_stop(held: Position, looser: str) -> None:
    plan = moved(held, leaving(stop_loss_price=looser), OPERATOR_STRATEGY)
    assert plan.stop_loss_price == Decimal(looser)


def test_the_operator_too_is_refused_a_stop_that_would_fire_at_once() -> None:
    with pytest.raises(PlanImpossible, match="would fire at once"):
        moved(HELD_LONG, leaving(stop_loss_price=101_000), OPERATOR_STRATEGY)


def test_the_confirmed_stop_binds_and_not_the_planned_one() -> None:
    hoped = dataclasses.replace(HELD_LONG, planned_stop_price=Decimal(97_000))
    assert stop_of(moved(hoped, leaving(stop_loss_price=95_000))) == Decimal(95_000)


def test_a_trade_whose_stop_is_gone_gets_the_stop_it_is_given() -> None:
    naked = dataclasses.replace(HELD_LONG, stop_price=None)
    assert stop_of(moved(naked, leaving(stop_loss_price=85_000))) == Decimal(85_000)


def test_a_ratio_in_a_modify_is_measured_in_the_first_confirmed_risk() -> None:
    tightened = dataclasses.replace(HELD_LONG, stop_price=Decimal(95_000))
    plan = moved(tightened, leaving(risk_reward_ratio=6))
    assert plan.take_profit_price == Decimal(102_000)


def test_an_exit_directive_that_sets_nothing_usable_is_refused() -> None:
    with pytest.raises(PlanImpossible, match="neither a stop nor a target"):
        moved(HELD_LONG, leaving(profit_taking_preference="0.5"))


def test_a_trade_without_an_entry_has_no_tolerance_from_it() -> None:
    waiting = dataclasses.replace(HELD_LONG, size_base=Decimal(0), stop_price=None, initial_stop_price=None)
    with pytest.raises(PlanImpossible, match="no entry to measure"):
        moved(waiting, leaving(stop_loss_tolerance="0.01"))
