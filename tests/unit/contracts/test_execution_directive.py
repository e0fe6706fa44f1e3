"""The final contract is complete for its scope, or it does not exist."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.causality import CausalityChain
from desk.contracts.directives import DirectiveScope, Protection
from desk.contracts.execution import ExecutionDirective, TargetPlans
from desk.contracts.ids import (
    DirectiveId,
    EntryPlanId,
    ExecutionDirectiveId,
    ExitPlanId,
    RoutingPlanId,
    SizePlanId,
    TickId,
    TradeId,
)
from desk.contracts.plans import (
    EntryPlan,
    EntryType,
    ExitPlan,
    RoutingPlan,
    RoutingTiming,
    SizePlan,
    TimeInForce,
)
from desk.contracts.sides import OrderSide

NOW_MS = 1_700_000_000_000
DIRECTIVE = DirectiveId.at(NOW_MS, 1)
TRADE = TradeId.at(NOW_MS, 1)
ENTRY = EntryPlan(
    plan_id=EntryPlanId.at(NOW_MS, 1),
    directive_id=DIRECTIVE,
    target_id=TRADE,
    planner="market",
    symbol="BTC/USDT",
    direction=OrderSide.BUY,
    order_type=EntryType.MARKET,
    reference_price=Decimal(100),
)
SIZE = SizePlan(
    plan_id=SizePlanId.at(NOW_MS, 1),
    directive_id=DIRECTIVE,
    target_id=TRADE,
    planner="fixed",
    position_size_base=Decimal(1),
    position_value_quote=Decimal(100),
    risk_amount_quote=Decimal(2),
    leverage=Decimal(1),
)
STOP = ExitPlan(
    plan_id=ExitPlanId.at(NOW_MS, 1),
    directive_id=DIRECTIVE,
    target_id=TRADE,
    planner="stop",
    stop_loss_price=Decimal(98),
)
ROUTING = RoutingPlan(
    plan_id=RoutingPlanId.at(NOW_MS, 1),
    directive_id=DIRECTIVE,
    target_id=TRADE,
    planner="now",
    timing=RoutingTiming.IMMEDIATE,
    time_in_force=TimeInForce.IOC,
    urgency=Decimal(1),
    max_slippage=Decimal("0.01"),
)


def contract(
    scope: DirectiveScope,
    *targets: TargetPlans,
    protection: Protection = Protection.REQUIRED,
    emergency: bool = False,
) -> ExecutionDirective:
    return ExecutionDirective(
        execution_directive_id=ExecutionDirectiveId.at(NOW_MS, 1),
        directive_id=DIRECTIVE,
        strategy_id="test",
        strategy_planner_id="planner",
        causality=CausalityChain.born(TickId.at(NOW_MS, 1)),
        scope=scope,
        confidence=Decimal(1),
        rationale="because",
        created_at_ms=NOW_MS,
        targets=targets,
        protection=protection,
        emergency=emergency,
    )


@pytest.mark.parametrize("missing", ["entry", "size", "exit", "routing"])
def test_a_new_trade_lacks_none_of_its_plans(missing: str) -> None:
    plans = TargetPlans(
        trade_id=TRADE, symbol="BTC/USDT", entry=ENTRY, size=SIZE, exit=STOP, routing=ROUTING
    ).model_copy(update={missing: None})
    with pytest.raises(ValidationError, match=f"lacks its {missing} plan"):
        contract(DirectiveScope.NEW_TRADE, plans)


def test_a_new_trade_with_a_target_and_no_stop_is_refused() -> None:
    only_target = STOP.model_copy(update={"stop_loss_price": None, "take_profit_price": Decimal(104)})
    plans = TargetPlans(
        trade_id=TRADE, symbol="BTC/USDT", entry=ENTRY, size=SIZE, exit=only_target, routing=ROUTING
    )
    with pytest.raises(ValidationError, match="lacks its exit plan"):
        contract(DirectiveScope.NEW_TRADE, plans)


def test_accumulation_that_declares_no_protection_needs_no_exit() -> None:
    plans = TargetPlans(trade_id=TRADE, symbol="BTC/USDT", entry=ENTRY, size=SIZE, routing=ROUTING)
    assert contract(DirectiveScope.NEW_TRADE, plans, protection=Protection.NONE).targets == (plans,)


def test_a_modify_has_a_plan_and_a_close_needs_none() -> None:
    bare = TargetPlans(trade_id=TRADE, symbol="BTC/USDT")
    with pytest.raises(ValidationError, match="entry, size or exit"):
        contract(DirectiveScope.MODIFY_EXISTING, bare)
    assert contract(DirectiveScope.CLOSE_EXISTING, bare).flow_id == DIRECTIVE


def test_only_an_emergency_has_no_target() -> None:
    with pytest.raises(ValidationError, match="at least one target"):
        contract(DirectiveScope.CLOSE_EXISTING)
    assert contract(DirectiveScope.CLOSE_EXISTING, emergency=True).targets == ()


@pytest.mark.parametrize(
    ("order_type", "limit", "stop"),
    [
        (EntryType.MARKET, Decimal(1), None),
        (EntryType.LIMIT, None, None),
        (EntryType.LIMIT, Decimal(1), Decimal(1)),
        (EntryType.STOP_LIMIT, Decimal(1), None),
    ],
)
def test_an_entry_plan_has_the_prices_of_its_type(
    order_type: EntryType, limit: Decimal | None, stop: Decimal | None
) -> None:
    fields = ENTRY.model_dump() | {"order_type": order_type, "limit_price": limit, "stop_price": stop}
    with pytest.raises(ValidationError, match="entry has limit"):
        EntryPlan.model_validate(fields)


def test_an_exit_plan_says_something() -> None:
    fields = STOP.model_dump() | {"stop_loss_price": None}
    with pytest.raises(ValidationError, match="a stop, a target, a time"):
        ExitPlan.model_validate(fields)
