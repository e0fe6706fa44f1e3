"""A directive that cannot be planned is refused once, with what is missing and why."""

import dataclasses
import gc
import warnings
from decimal import Decimal

import pytest

from desk.contracts.execution import BLUEPRINT
from desk.contracts.market import ONE, ZERO
from desk.contracts.plans import EntryPlan, ExitPlan, Plan, PlanRole, SizePlan
from desk.contracts.sides import OrderSide
from desk.planning import PlannerChoice, PlannerSet
from desk.planning.impossible import PlanImpossible
from desk.planning.registry import make_planner
from desk.planning.request import PlanRequest
from desk.testing.building import PERPETUAL, SPOT, START_MS, STRATEGY, position
from tests.builders.planning import (
    PlanningBench,
    ScriptedPlanner,
    close,
    leaving,
    modify,
    new_trade,
    planner_set,
    size,
)

HELD = position(entry="90000", stop="88000", size="0.1")
OTHER = position(entry="95000", stop="93000", size="0.1", number=2)


def fails(_: PlanRequest) -> Plan | None:
    raise RuntimeError("broken\nplanner")


def nothing(_: PlanRequest) -> Plan | None:
    return None


def impossible(_: PlanRequest) -> Plan | None:
    raise PlanImpossible("the moon is full")


def wrong_role(request: PlanRequest) -> Plan | None:
    return make_planner("immediate").plan(request)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (nothing, "it had no plan"),
        (impossible, "the moon is full"),
        (fails, "it failed with RuntimeError: broken planner"),
        (wrong_role, "it answered with RoutingPlan"),
    ],
)
def test_a_missing_plan_ends_the_flow_with_its_name_planner_and_target(answer: object, why: str) -> None:
    assert callable(answer)
    bench = PlanningBench(HELD, planners=planner_set(exit=ScriptedPlanner(PlanRole.EXIT, answer))).start()
    reason = bench.refusal(modify(HELD, exit_directive=leaving(stop_loss_price=95_000)))
    assert reason == f"no exit plan from scripted for {HELD.trade_id} (BTC/USDT): {why}"
    assert bench.refused[0].refused_by == "planning"
    assert (bench.refused[0].trade_id, bench.refused[0].symbol) == (HELD.trade_id, SPOT)
    assert bench.layer.open_directives == 0


def test_a_coroutine_in_place_of_a_plan_is_refused_and_not_left_to_complain() -> None:
    async def answer() -> Plan | None:
        return None

    careless = ScriptedPlanner(PlanRole.EXIT, lambda _: answer())  # type: ignore[arg-type,return-value]
    bench = PlanningBench(HELD, planners=planner_set(exit=careless)).start()
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        reason = bench.refusal(modify(HELD, exit_directive=leaving(stop_loss_price=95_000)))
        gc.collect()
    assert reason.endswith("it answered with coroutine")
    assert complaints == []


def test_a_refused_new_trade_names_its_symbol_and_no_trade() -> None:
    bench = PlanningBench(planners=planner_set(entry=ScriptedPlanner(PlanRole.ENTRY, nothing))).start()
    bench.refusal(new_trade())
    assert (bench.refused[0].trade_id, bench.refused[0].symbol) == (None, SPOT)


def test_a_failing_planner_is_counted_and_reported_and_never_stopped() -> None:
    broken = ScriptedPlanner(PlanRole.EXIT, fails)
    bench = PlanningBench(planners=planner_set(exit=broken)).start()
    for number in range(20):
        bench.issue(new_trade(number=number))
    assert len(broken.requests) == len(bench.refused) == bench.bus.errors["trend.scripted"] == 20


def test_no_planner_for_the_directive_is_an_ending_with_a_reason() -> None:
    bench = PlanningBench(planners=planner_set(size=None)).start()
    assert "no size plan" in (reason := bench.refusal(new_trade()))
    assert "no planner's ranges hold" in reason


def test_planners_that_wait_for_each_other_are_told_apart() -> None:
    sets = planner_set(
        entry=ScriptedPlanner(PlanRole.ENTRY, nothing, "chicken", frozenset({PlanRole.EXIT})),
        exit=ScriptedPlanner(PlanRole.EXIT, nothing, "egg", frozenset({PlanRole.ENTRY})),
    )
    reason = PlanningBench(planners=sets).start().refusal(new_trade())
    assert "no entry plan" in reason
    assert "its planner waits for the exit plan" in reason


@pytest.mark.parametrize("symbol", ["DOGE/USDT", "ETH/USDT"])
def test_an_unknown_symbol_is_refused(symbol: str) -> None:
    assert f"{symbol} is no instrument" in PlanningBench().start().refusal(new_trade(symbol=symbol))


ONLY_SPOT = {STRATEGY: frozenset({SPOT})}


def test_a_trade_in_a_symbol_that_the_blueprint_does_not_list_is_refused_before_anyone_plans_it() -> None:
    bench = PlanningBench(symbols=ONLY_SPOT).start()
    reason = bench.refusal(new_trade(symbol=PERPETUAL))
    assert reason == f"{PERPETUAL} is none of the symbols of {STRATEGY}; to trade it, add it to them"
    assert (bench.refused[0].refused_by, bench.refused[0].symbol) == (BLUEPRINT, PERPETUAL)
    assert bench.plans == []
    assert bench.layer.open_directives == 0


def test_a_listed_symbol_and_one_of_a_strategy_without_a_list_are_planned() -> None:
    bench = PlanningBench(symbols=ONLY_SPOT).start()
    other = new_trade(
        symbol=PERPETUAL, strategy_id="another", number=2, size_directive=size(notional_quote=100)
    )
    bench.issue(new_trade(), other)
    assert len(bench.ready) == 2


def test_what_is_held_outside_of_the_list_can_be_changed_and_closed() -> None:
    held = position(symbol=PERPETUAL, entry="90000", stop="88000", size="0.1")
    bench = PlanningBench(held, symbols=ONLY_SPOT).start()
    bench.issue(modify(held, exit_directive=leaving(stop_loss_price=95_000)), close(held, number=2))
    assert len(bench.ready) == 2


def test_a_modify_of_a_closed_trade_is_refused() -> None:
    closed = dataclasses.replace(HELD, size_base=ZERO, closed_at_ms=START_MS)
    wish = modify(closed, exit_directive=leaving(stop_loss_price=95_000))
    assert PlanningBench(closed).start().refusal(wish) == f"{HELD.trade_id} is closed"
    assert PlanningBench().start().refusal(wish) == f"{HELD.trade_id} is not known"


def oversized(request: PlanRequest) -> Plan | None:
    plan = make_planner("fixed_risk").plan(request)
    assert isinstance(plan, SizePlan)
    return plan.model_copy(update={"position_size_base": plan.position_size_base * 2})


def test_a_size_that_risks_more_than_allowed_is_refused_whoever_planned_it() -> None:
    sizer = ScriptedPlanner(PlanRole.SIZE, oversized, needs=frozenset({PlanRole.ENTRY, PlanRole.EXIT}))
    bench = PlanningBench(planners=planner_set(size=sizer)).start()
    reason = bench.refusal(new_trade(symbol=PERPETUAL, size_directive=size(max_risk_amount=100)))
    assert (
        "scripted planned too much: |100010 - 98009.8| x 0.0998 = 199.61996 is over max_risk_amount" in reason
    )


def stop_above(request: PlanRequest) -> Plan | None:
    plan = make_planner("stop_and_target").plan(request)
    assert isinstance(plan, ExitPlan)
    return plan.model_copy(update={"stop_loss_price": Decimal(200_000)})


def without_stop(request: PlanRequest) -> Plan | None:
    plan = make_planner("stop_and_target").plan(request)
    assert isinstance(plan, ExitPlan)
    return plan.model_copy(update={"stop_loss_price": None})


@pytest.mark.parametrize(
    ("answer", "why"), [(stop_above, "wrong side of the entry"), (without_stop, "has no stop")]
)
def test_an_exit_that_does_not_protect_is_refused(answer: object, why: str) -> None:
    assert callable(answer)
    leaving_so = ScriptedPlanner(PlanRole.EXIT, answer, needs=frozenset({PlanRole.ENTRY}))
    sets = planner_set(exit=leaving_so, size="fixed_notional")
    bench = PlanningBench(planners=sets).start()
    assert why in bench.refusal(new_trade(size_directive=size(notional_quote=100)))


def sells(request: PlanRequest) -> Plan | None:
    plan = make_planner("market").plan(request)
    assert isinstance(plan, EntryPlan)
    return plan.model_copy(update={"direction": OrderSide.SELL})


def test_an_entry_in_the_other_direction_is_refused() -> None:
    bench = PlanningBench(planners=planner_set(entry=ScriptedPlanner(PlanRole.ENTRY, sells))).start()
    reason = bench.refusal(new_trade())
    assert "is SELL BTC/USDT, the directive BUY BTC/USDT" in reason


def test_a_fault_within_planning_is_an_ending_that_leaves_nothing_behind() -> None:
    odd = PlannerSet({PlanRole.ENTRY: [PlannerChoice(make_planner("market"), {"mood": (ZERO, ONE)})]})
    bench = PlanningBench(planners=odd).start()
    assert bench.refusal(new_trade()) == "planning failed with KeyError: 'mood'"
    assert bench.layer.open_directives == 0
