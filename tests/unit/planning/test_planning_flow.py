"""One directive, one ending: an execution directive with its plans, or a refusal that says why not."""

from decimal import Decimal

import pytest

from desk.bus import BusLimits
from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import OPERATOR_STRATEGY, Protection, StrategyDirective
from desk.contracts.execution import DirectiveRefused
from desk.contracts.ids import EntryPlanId, OpportunityId, TickId, TradeId
from desk.contracts.market import ONE, ZERO, Quote
from desk.contracts.plans import EntryPlan, Plan, PlanRole
from desk.contracts.ports.bus import EventHandler
from desk.contracts.sides import OrderSide, PositionSide
from desk.planning import PlannerChoice, PlannerSet
from desk.planning.registry import make_planner
from desk.planning.request import PlanRequest
from desk.testing.building import PERPETUAL, SPOT, START_MS, position
from tests.builders.planning import (
    PlanningBench,
    ScriptedPlanner,
    close,
    desk_in_memory,
    leaving,
    modify,
    new_trade,
    planner_set,
    routing,
    size,
)

HELD = position(entry="90000", stop="88000", size="0.1")
OTHER = position(entry="95000", stop="93000", size="0.1", number=2)


def test_a_new_trade_gets_its_four_plans_and_a_trade_of_its_own() -> None:
    bench = PlanningBench().start()
    ready = bench.plan(new_trade(size_directive=size(max_risk_amount=100)))
    [target] = ready.targets
    assert target.entry
    assert target.size
    assert target.exit
    assert target.routing
    assert target.trade_id.startswith("TRD_")
    assert {plan.target_id for plan in bench.plans} == {target.trade_id}
    assert bench.layer.open_directives == 0


def test_the_execution_directive_keeps_the_birth_and_names_every_plan() -> None:
    bench = PlanningBench().start()
    birth = CausalityChain.born(TickId.at(START_MS, 1)).extended(OpportunityId.at(START_MS, 9))
    directive = new_trade(causality=birth)
    ready = bench.plan(directive)
    assert ready.causality.tick_id == birth.tick_id
    assert ready.causality.opportunity_ids == birth.opportunity_ids
    assert ready.causality.directive_id == directive.directive_id == ready.flow_id
    assert len(bench.plans) == 4
    assert set(ready.causality.plan_ids) == {plan.plan_id for plan in bench.plans}


def test_planners_are_asked_in_the_order_of_their_needs_and_routing_last() -> None:
    bench, asked = PlanningBench(), list[str]()
    for name in (
        events.PLAN_ENTRY_REQUESTED,
        events.PLAN_SIZE_REQUESTED,
        events.PLAN_EXIT_REQUESTED,
        events.ROUTING_PLANNING_REQUESTED,
    ):
        bench.bus.subscribe(name, _noting(asked, name), subscriber="observer")
    bench.start().plan(new_trade())
    assert asked == [
        events.PLAN_ENTRY_REQUESTED,
        events.PLAN_EXIT_REQUESTED,
        events.PLAN_SIZE_REQUESTED,
        events.ROUTING_PLANNING_REQUESTED,
    ]


def _noting(names: list[str], name: str) -> EventHandler:
    return lambda _: names.append(name)


def test_planners_without_needs_are_asked_together_on_what_was_known_then() -> None:
    real = {role: make_planner(name) for role, name in (("entry", "market"), ("exit", "stop_and_target"))}
    entry = ScriptedPlanner(PlanRole.ENTRY, real["entry"].plan, "first")
    leaving_too = ScriptedPlanner(PlanRole.EXIT, real["exit"].plan, "together")
    PlanningBench(planners=planner_set(entry=entry, exit=leaving_too)).start().plan(new_trade())
    assert leaving_too.requests[0].plans.entry is None


def test_all_planners_of_a_directive_see_one_market() -> None:
    bench = PlanningBench()
    moved = Quote(SPOT, Decimal(1), Decimal(2), Decimal(1), START_MS)

    def move(_: object) -> None:
        bench.desk.quotes[SPOT] = moved

    bench.bus.subscribe(events.ENTRY_PLAN_CREATED, move, subscriber="market")
    target = bench.start().only_target(new_trade())
    assert target.exit is not None
    assert target.exit.stop_loss_price == Decimal("98009.8")


def test_a_modify_expects_only_what_it_sets_and_routing() -> None:
    bench = PlanningBench(HELD).start()
    target = bench.only_target(modify(HELD, exit_directive=leaving(stop_loss_price=95_000)))
    assert target.exit is not None
    assert target.exit.stop_loss_price == Decimal(95_000)
    assert target.routing is not None
    assert (target.entry, target.size) == (None, None)


def test_a_modify_of_several_trades_plans_each() -> None:
    bench = PlanningBench(HELD, OTHER).start()
    ready = bench.plan(modify(HELD, OTHER, exit_directive=leaving(stop_loss_price=96_000)))
    assert [target.trade_id for target in ready.targets] == [HELD.trade_id, OTHER.trade_id]
    assert len({target.exit.plan_id for target in ready.targets if target.exit}) == 2


def test_an_absolute_target_size_needs_no_sizer_of_the_strategy() -> None:
    bench = PlanningBench(HELD, planners=planner_set(size=None)).start()
    target = bench.only_target(modify(HELD, size_directive=size(target_size_base="0.05")))
    assert target.size is not None
    assert target.size.position_size_base == Decimal("0.05")


def test_a_close_needs_no_plan() -> None:
    bench = PlanningBench(HELD, planners=planner_set(routing=None)).start()
    target = bench.only_target(close(HELD))
    assert (target.trade_id, target.symbol) == (HELD.trade_id, SPOT)
    assert bench.plans == []


def test_a_close_with_a_routing_directive_is_routed() -> None:
    bench = PlanningBench(HELD).start()
    target = bench.only_target(close(HELD, routing_directive=routing(execution_urgency=1)))
    assert target.routing is not None
    assert target.routing.urgency == 1


def fails(_: PlanRequest) -> Plan | None:
    raise RuntimeError("broken\nplanner")


def test_a_close_happens_even_where_its_routing_planner_fails() -> None:
    bench = PlanningBench(
        HELD, planners=planner_set(routing=ScriptedPlanner(PlanRole.ROUTING, fails))
    ).start()
    target = bench.only_target(close(HELD, routing_directive=routing(execution_urgency=1)))
    assert target.routing is None
    [failure] = bench.failures
    assert (failure.subscriber, failure.flow_id) == ("trend.scripted", None)


def test_a_close_goes_on_with_the_trades_it_knows() -> None:
    bench = PlanningBench(HELD).start()
    ready = bench.plan(close(OTHER, HELD))
    assert [target.trade_id for target in ready.targets] == [HELD.trade_id]


def test_a_close_of_nothing_known_is_refused() -> None:
    assert "no trade is known" in PlanningBench().start().refusal(close(HELD))


def test_an_emergency_asks_nobody_and_may_meet_an_empty_book() -> None:
    broken = {role.value: ScriptedPlanner(role, fails) for role in PlanRole}
    bench = PlanningBench(HELD, planners=planner_set(**broken)).start()
    ready = bench.plan(close(HELD, emergency=True, routing_directive=routing(execution_urgency=1)))
    assert ready.emergency
    assert [target.trade_id for target in ready.targets] == [HELD.trade_id]
    assert bench.plan(close(emergency=True, number=2)).targets == ()
    assert bench.failures == []


def test_a_spot_accumulation_without_protection_needs_no_exit() -> None:
    sets = planner_set(size="fixed_notional", exit=None)
    target = (
        PlanningBench(planners=sets)
        .start()
        .only_target(new_trade(protection=Protection.NONE, size_directive=size(notional_quote=100)))
    )
    assert target.exit is None
    assert target.size is not None
    assert target.size.risk_amount_quote == ZERO


def test_the_operators_directives_are_planned_by_the_platforms_planners() -> None:
    broken = {role.value: ScriptedPlanner(role, fails) for role in PlanRole}
    bench = PlanningBench(HELD, planners=planner_set(**broken)).start()
    wish = modify(HELD, exit_directive=leaving(stop_loss_price=87_000), strategy_id=OPERATOR_STRATEGY)
    target = bench.only_target(wish)
    assert target.exit is not None
    assert target.exit.stop_loss_price == Decimal(87_000)


def make_entry(one: StrategyDirective, target: TradeId) -> EntryPlan:
    return EntryPlan.model_validate(
        {
            "plan_id": EntryPlanId.at(START_MS, 500),
            "directive_id": one.directive_id,
            "target_id": target,
            "planner": "market",
            "symbol": SPOT,
            "direction": OrderSide.BUY,
            "order_type": "MARKET",
            "reference_price": Decimal(1),
        },
        strict=False,
    )


def test_a_plan_nobody_waits_for_is_stale() -> None:
    bench = PlanningBench().start()
    bench.bus.publish(events.ENTRY_PLAN_CREATED, make_entry(new_trade(), HELD.trade_id))
    [rejected] = bench.rejected
    assert rejected.reason.startswith("stale:")


def intruding(bench: PlanningBench, *, planner: str, target: TradeId | None = None) -> None:
    """Publish a second entry plan as soon as the first exists."""

    def intrude(plan: EntryPlan) -> None:
        if plan.plan_id != EntryPlanId.at(START_MS, 500):
            intruder = make_entry(new_trade(), target or plan.target_id)
            bench.bus.publish(events.ENTRY_PLAN_CREATED, intruder.model_copy(update={"planner": planner}))

    bench.bus.subscribe(events.ENTRY_PLAN_CREATED, intrude, subscriber="intruder")


def test_a_second_plan_of_a_role_is_a_duplicate_and_changes_nothing() -> None:
    bench = PlanningBench().start()
    intruding(bench, planner="market")
    target = bench.only_target(new_trade())
    assert target.entry is not None
    assert target.entry.reference_price == Decimal(100_010)
    assert [one.reason.partition(":")[0] for one in bench.rejected] == ["duplicate"]


@pytest.mark.parametrize(("planner", "target"), [("stranger", None), ("market", OTHER.trade_id)])
def test_a_foreign_plan_is_rejected_with_a_reason(planner: str, target: TradeId | None) -> None:
    bench = PlanningBench().start()
    intruding(bench, planner=planner, target=target)
    bench.plan(new_trade())
    assert [one.reason.partition(":")[0] for one in bench.rejected] == ["foreign"]


def test_a_planner_that_plans_for_another_directive_ends_the_flow_and_says_so() -> None:
    def astray(request: PlanRequest) -> Plan | None:
        return make_entry(new_trade(number=2), request.target_id)

    bench = PlanningBench(
        planners=planner_set(entry=ScriptedPlanner(PlanRole.ENTRY, astray, "market"))
    ).start()
    assert "no entry plan from market" in bench.refusal(new_trade())
    assert bench.rejected[0].reason.startswith("stale:")


def test_a_directive_that_was_refused_before_is_left_alone() -> None:
    """A schedule claim that exists already is refused by whoever records it, ahead of planning."""
    bench = PlanningBench()

    def refuse(one: StrategyDirective) -> None:
        refused = DirectiveRefused(
            directive_id=one.directive_id, refused_by="claims", reason="claimed", refused_at_ms=START_MS
        )
        bench.bus.publish(events.DIRECTIVE_REFUSED, refused)

    bench.bus.subscribe(events.STRATEGY_DIRECTIVE_ISSUED, refuse, subscriber="claims")
    assert bench.start().refusal(new_trade()) == "claimed"


def test_a_directive_issued_again_while_it_is_in_hand_has_one_ending() -> None:
    bench = PlanningBench()
    directive = new_trade()
    bench.bus.subscribe(events.EXECUTION_DIRECTIVE_READY, lambda _: bench.issue(directive), subscriber="echo")
    bench.bus.subscribe(events.ENTRY_PLAN_CREATED, lambda _: bench.issue(directive), subscriber="echo")
    bench.start().issue(directive)
    assert (len(bench.ready), len(bench.refused)) == (1, 0)


def test_a_directive_issued_while_another_is_planned_is_planned_too() -> None:
    bench = PlanningBench(HELD)
    inner = modify(HELD, number=2, exit_directive=leaving(stop_loss_price=95_000))
    is_first = [True]

    def issue(_: object) -> None:
        if is_first.pop() if is_first else False:
            bench.issue(inner)

    bench.bus.subscribe(events.ENTRY_PLAN_CREATED, issue, subscriber="reacting")
    bench.start().issue(new_trade())
    assert [one.directive_id for one in bench.ready] == [inner.directive_id, new_trade().directive_id]
    assert bench.layer.open_directives == 0


def test_directives_in_a_loop_of_events_each_have_their_ending() -> None:
    bench = PlanningBench(limits=BusLimits(max_depth=12))
    issued: list[StrategyDirective] = []

    def again(_: object) -> None:
        issued.append(new_trade(number=len(issued) + 2))
        bench.issue(issued[-1])

    bench.bus.subscribe(events.EXECUTION_DIRECTIVE_READY, again, subscriber="looping")
    heard: list[StrategyDirective] = []
    bench.bus.subscribe(events.STRATEGY_DIRECTIVE_ISSUED, heard.append, subscriber="recorder")
    bench.start().issue(new_trade())
    assert bench.ended() == sorted(one.directive_id for one in heard)
    assert bench.bus.loops_cut == 1
    assert any("loop of events" in one.reason for one in bench.refused)
    assert bench.layer.open_directives == 0


def test_strategies_do_not_use_each_others_planners() -> None:
    bench = PlanningBench(
        planners=planner_set(entry=ScriptedPlanner(PlanRole.ENTRY, fails, "market"))
    ).start()
    target = bench.only_target(new_trade(strategy_id="another", size_directive=size(notional_quote=100)))
    assert target.entry is not None
    assert target.entry.planner == "market"
    assert bench.failures == []


def test_a_short_on_a_perpetual_is_planned_the_other_way_round() -> None:
    bench = PlanningBench(desk=desk_in_memory()).start()
    target = bench.only_target(
        new_trade(OrderSide.SELL, symbol=PERPETUAL, size_directive=size(max_risk_amount=100))
    )
    assert target.exit is not None
    assert target.exit.stop_loss_price == Decimal(102_000)
    assert PositionSide.of(OrderSide.SELL) is PositionSide.SHORT


def test_one_planner_of_a_role_is_asked_by_the_ranges_that_hold() -> None:
    sure = ScriptedPlanner(PlanRole.ENTRY, make_planner("market").plan, "entry")
    unsure = ScriptedPlanner(PlanRole.ENTRY, make_planner("limit").plan, "entry")
    half = Decimal("0.5")
    sets = PlannerSet(
        {
            PlanRole.ENTRY: [
                PlannerChoice(unsure, {"confidence": (ZERO, half)}),
                PlannerChoice(sure, {"confidence": (half, ONE)}),
            ],
            PlanRole.EXIT: [PlannerChoice(make_planner("stop_and_target"))],
            PlanRole.SIZE: [PlannerChoice(make_planner("fixed_risk"))],
        }
    )
    bench = PlanningBench(planners=sets).start()
    target = bench.only_target(new_trade(confidence=Decimal("0.9")))
    assert target.entry is not None
    assert target.entry.planner == "entry#2"
    assert (len(unsure.requests), len(sure.requests)) == (0, 1)
    assert bench.rejected == []
