"""Whatever planners do, a directive has exactly one ending, and nothing of it is left."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from desk.bus import BusLimits
from desk.contracts import events
from desk.contracts.directives import StrategyDirective
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.plans import Plan, PlanRole
from desk.contracts.positions import Position
from desk.planning.impossible import PlanImpossible
from desk.planning.registry import make_planner
from desk.planning.request import PlanRequest
from desk.testing.building import START_MS, position
from tests.builders.planning import (
    DEFAULTS,
    PlanningBench,
    ScriptedPlanner,
    close,
    leaving,
    modify,
    new_trade,
    planner_set,
    routing,
    size,
)

BOOK = tuple(position(entry="90000", stop="88000", size="0.1", number=number) for number in (901, 902, 903))
STRANGER = position(number=909)

Behaviour = Callable[[PlanningBench, PlanRequest, Plan | None], Plan | None]
REAL = {role: make_planner(name) for role, name in DEFAULTS.items()}


def well(_: PlanningBench, __: PlanRequest, plan: Plan | None) -> Plan | None:
    return plan


def silent(_: PlanningBench, __: PlanRequest, ___: Plan | None) -> Plan | None:
    return None


def giving_up(_: PlanningBench, __: PlanRequest, ___: Plan | None) -> Plan | None:
    raise PlanImpossible("no")


def raising(_: PlanningBench, __: PlanRequest, ___: Plan | None) -> Plan | None:
    raise ArithmeticError("broken")


def twice(bench: PlanningBench, _: PlanRequest, plan: Plan | None) -> Plan | None:
    """Publish the plan before it is returned, so that it comes again."""
    for name in (events.ENTRY_PLAN_CREATED, events.EXIT_PLAN_CREATED):
        bench.bus.publish(name, plan)
    return plan


def foreign_directive(_: PlanningBench, __: PlanRequest, plan: Plan | None) -> Plan | None:
    return plan and plan.model_copy(update={"directive_id": DirectiveId.at(START_MS, 999)})


def foreign_target(_: PlanningBench, __: PlanRequest, plan: Plan | None) -> Plan | None:
    return plan and plan.model_copy(update={"target_id": TradeId.at(START_MS, 999)})


def under_another_name(_: PlanningBench, __: PlanRequest, plan: Plan | None) -> Plan | None:
    return plan and plan.model_copy(update={"planner": "somebody"})


def of_another_role(_: PlanningBench, request: PlanRequest, __: Plan | None) -> Plan | None:
    other = PlanRole.ENTRY if request.role is PlanRole.ROUTING else PlanRole.ROUTING
    return REAL[other].plan(request)


def issuing_again(bench: PlanningBench, request: PlanRequest, plan: Plan | None) -> Plan | None:
    bench.issue(request.directive)
    return plan


BEHAVIOURS: list[Behaviour] = [
    well, silent, giving_up, raising, twice, foreign_directive, foreign_target, under_another_name,
    of_another_role, issuing_again,
]  # fmt: skip

some_targets = st.lists(st.sampled_from([*BOOK, STRANGER]), min_size=1, unique=True)
some_exits = st.sampled_from([
    None, leaving(), leaving(stop_loss_price=95_000), leaving(stop_loss_price=150_000),
    leaving(take_profit_price=1), leaving(risk_reward_ratio=3), leaving(stop_loss_tolerance="0.5"),
])  # fmt: skip
some_sizes = st.sampled_from([
    None, size(), size(max_risk_amount=100), size(max_risk_amount="0.01"), size(notional_quote=500),
    size(target_size_base=0), size(target_size_base="0.05"), size(target_size_base=1_000),
])  # fmt: skip
some_routings = st.sampled_from([None, routing(execution_urgency=1)])
shares = st.integers(0, 100).map(lambda percent: Decimal(percent) / 100)


@st.composite
def directives(draw: st.DrawFn, number: int) -> StrategyDirective:
    parts: dict[str, Any] = {
        "exit_directive": draw(some_exits),
        "size_directive": draw(some_sizes),
        "routing_directive": draw(some_routings),
        "confidence": draw(shares),
    }
    kind = draw(st.sampled_from(["new", "modify", "close", "emergency"]))
    if kind == "new":
        return new_trade(number=number, **parts)
    targets: list[Position] = draw(some_targets)
    changes = [parts["exit_directive"], parts["size_directive"]]
    if kind == "modify" and any(part and part.model_fields_set for part in changes):
        return modify(*targets, number=number, **parts)
    return close(*targets, number=number, emergency=kind == "emergency", **parts)


def acting(bench: list[PlanningBench], role: PlanRole, behaviour: Behaviour) -> ScriptedPlanner:
    real = REAL[role]

    def answer(request: PlanRequest) -> Plan | None:
        plan = None if behaviour is raising else real.plan(request)
        return behaviour(bench[0], request, plan)

    return ScriptedPlanner(role, answer, real.manifest.name, real.manifest.needs)


def bench_of(behaviours: dict[PlanRole, Behaviour], limits: BusLimits | None = None) -> PlanningBench:
    place: list[PlanningBench] = []
    planners = {role.value: acting(place, role, behaviour) for role, behaviour in behaviours.items()}
    place.append(PlanningBench(*BOOK, planners=planner_set(**planners), limits=limits))
    return place[0]


some_behaviours = st.fixed_dictionaries({role: st.sampled_from(BEHAVIOURS) for role in PlanRole})
some_directives = st.lists(st.integers(), min_size=1, max_size=4).flatmap(
    lambda slots: st.tuples(*(directives(number) for number, _ in enumerate(slots, start=1)))
)


def check(bench: PlanningBench, heard: list[StrategyDirective]) -> None:
    assert bench.ended() == sorted({one.directive_id for one in heard})
    assert bench.layer.open_directives == 0
    assert all(one.reason for one in bench.refused)


@given(behaviours=some_behaviours, issued=some_directives)
def test_every_directive_has_exactly_one_ending(
    behaviours: dict[PlanRole, Behaviour], issued: tuple[StrategyDirective, ...]
) -> None:
    bench = bench_of(behaviours).start()
    bench.issue(*issued)
    check(bench, list(issued))


@given(behaviours=some_behaviours, first=directives(1), depth=st.integers(2, 20))
def test_every_directive_of_a_loop_has_exactly_one_ending(
    behaviours: dict[PlanRole, Behaviour], first: StrategyDirective, depth: int
) -> None:
    bench = bench_of(behaviours, BusLimits(max_depth=depth, max_chain_events=300))
    heard: list[StrategyDirective] = []
    bench.bus.subscribe(events.STRATEGY_DIRECTIVE_ISSUED, heard.append, subscriber="recorder")
    counter = iter(range(2, 1_000_000))

    def again(_: object) -> None:
        fresh = DirectiveId.at(START_MS, next(counter))
        bench.issue(first.model_copy(update={"directive_id": fresh}))

    bench.bus.subscribe(events.EXECUTION_DIRECTIVE_READY, again, subscriber="looping")
    bench.bus.subscribe(events.DIRECTIVE_REFUSED, again, subscriber="looping")
    bench.start().issue(first)
    check(bench, heard)
    assert bench.bus.loops_cut >= 1


@given(issued=some_directives)
def test_what_is_ready_keeps_its_promises(issued: tuple[StrategyDirective, ...]) -> None:
    bench = bench_of(dict.fromkeys(PlanRole, well)).start()
    bench.issue(*issued)
    for ready in bench.ready:
        assert ready.causality.tick_id is not None
        for target in ready.targets:
            held = bench.desk.position(target.trade_id)
            if held is not None and target.exit is not None and target.exit.stop_loss_price is not None:
                assert held.stop_price is not None
                assert target.exit.stop_loss_price >= held.stop_price
    assert bench.failures == []
