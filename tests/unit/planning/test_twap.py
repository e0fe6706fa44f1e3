"""The routing planner that slices an order says over how long and in how many slices."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from desk.contracts.plans import EntryPlan, EntryType, PlanRole, RoutingPlan, RoutingTiming, TimeInForce
from desk.planning.impossible import PlanImpossible
from desk.planning.registry import make_planner
from desk.planning.request import PlansSoFar
from desk.planning.routing.twap import TwapParameters, TwapRouting
from tests.builders.desk import DeskHouse
from tests.builders.planning import new_trade, request, routing


def planned(plans: PlansSoFar | None = None, **given: object) -> RoutingPlan:
    planner = TwapRouting(TwapParameters.model_validate(given))
    wish = routing(max_total_slippage="0.003")
    return planner.plan(request(new_trade(routing_directive=wish), PlanRole.ROUTING, plans=plans))


def test_it_plans_ten_slices_over_ten_minutes_unless_told_otherwise() -> None:
    plan = planned()
    assert (plan.timing, plan.time_in_force) == (RoutingTiming.TWAP, TimeInForce.IOC)
    assert (plan.duration_ms, plan.slices, plan.max_slippage) == (600_000, 10, Decimal("0.003"))


def test_it_plans_what_it_is_told() -> None:
    plan = planned(duration_s=Decimal("7.5"), slices=3)
    assert (plan.duration_ms, plan.slices) == (7_500, 3)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"slices": 1}, "greater than or equal to 2"),
        ({"slices": 1001}, "less than or equal to 1000"),
        ({"duration_s": Decimal("0.5")}, "greater than or equal to 1"),
        ({"duration_s": Decimal("NaN")}, "finite"),
        ({"duration_s": Decimal(86_401)}, "less than or equal to 86400"),
        ({"duration_s": Decimal(9)}, "10 slices in 9 s"),
    ],
)
def test_it_refuses_what_is_out_of_range(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        TwapParameters.model_validate(given)


def test_an_entry_that_waits_for_a_stop_price_is_not_sliced() -> None:
    one = request(new_trade(), PlanRole.ENTRY)
    market = make_planner("market").plan(one)
    assert isinstance(market, EntryPlan)
    price = Decimal(101_000)
    waits = market.model_copy(
        update={"order_type": EntryType.STOP_LIMIT, "stop_price": price, "limit_price": price}
    )
    with pytest.raises(PlanImpossible, match="route it patient"):
        planned(PlansSoFar(entry=waits))


def test_only_a_twap_has_slices() -> None:
    fields = planned().model_dump()
    with pytest.raises(ValidationError, match="TWAP routing has duration_ms None"):
        RoutingPlan.model_validate(fields | {"duration_ms": None})
    with pytest.raises(ValidationError, match="PATIENT routing has duration_ms 600000"):
        RoutingPlan.model_validate(fields | {"timing": RoutingTiming.PATIENT})


def test_a_routing_plan_of_an_older_journal_is_read() -> None:
    plan = make_planner("immediate").plan(request(new_trade(), PlanRole.ROUTING))
    assert isinstance(plan, RoutingPlan)
    older = plan.model_dump(exclude={"duration_ms", "slices"})
    assert RoutingPlan.model_validate(older) == plan


PAGE = (Path(__file__).parents[3] / "docs" / "routing.md").read_text(encoding="utf-8")


def test_its_page_has_every_parameter_with_its_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", PAGE, re.MULTILINE)
    fields = TwapParameters.model_fields.items()
    assert rows == [(name, str(field.default)) for name, field in fields]


def test_the_example_of_its_page_is_a_blueprint_that_loads(tmp_path: Path) -> None:
    example = PAGE.partition("```yaml\n")[2].partition("```")[0]
    blueprint = f"name: tiny\nsymbols: [BTC/USDT]\nworkers: [{{use: breakeven_mover}}]\n{example}"
    house = DeskHouse(tmp_path, blueprints=(blueprint,))
    (found,) = house.configuration.blueprints
    assert [one.use for one in found.blueprint.planners.routing] == ["twap", "immediate"]
