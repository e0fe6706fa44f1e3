"""Routing planners say how to send; the registry knows every planner by its name."""

from decimal import Decimal

import pytest

from desk.contracts.plans import PlanRole, RoutingPlan, RoutingTiming, TimeInForce
from desk.planning.registry import PLANNERS, make_planner, planner_manifests
from tests.builders.planning import new_trade, request, routing


@pytest.mark.parametrize(
    ("name", "timing", "time_in_force"),
    [
        ("immediate", RoutingTiming.IMMEDIATE, TimeInForce.IOC),
        ("patient", RoutingTiming.PATIENT, TimeInForce.GTC),
    ],
)
def test_routing_follows_the_directives_wishes(
    name: str, timing: RoutingTiming, time_in_force: TimeInForce
) -> None:
    wish = routing(execution_urgency="0.9", max_total_slippage="0.03", iceberg_preference="0.5")
    plan = make_planner(name).plan(request(new_trade(routing_directive=wish), PlanRole.ROUTING))
    assert isinstance(plan, RoutingPlan)
    assert (plan.timing, plan.time_in_force) == (timing, time_in_force)
    assert (plan.urgency, plan.max_slippage, plan.iceberg) == (Decimal("0.9"), Decimal("0.03"), True)


def test_routing_has_defaults() -> None:
    plan = make_planner("immediate").plan(request(new_trade(), PlanRole.ROUTING))
    assert isinstance(plan, RoutingPlan)
    assert (plan.urgency, plan.max_slippage, plan.iceberg) == (Decimal("0.5"), Decimal("0.01"), False)


def test_every_planner_is_registered_under_its_own_name_with_working_defaults() -> None:
    for name, manifest in planner_manifests().items():
        assert manifest.name == name
        assert make_planner(name).manifest is manifest
    assert {one.manifest.role for one in PLANNERS.values()} == set(PlanRole)


def test_an_unknown_planner_is_an_error() -> None:
    with pytest.raises(KeyError):
        make_planner("kelly")
