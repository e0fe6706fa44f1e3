"""What the operator says is planned as it was said, or refused with what is missing."""

from decimal import Decimal

import pytest

from desk.contracts.directives import (
    OPERATOR_STRATEGY,
    EntryDirective,
    ExitDirective,
    PriceZone,
    SizeDirective,
)
from desk.contracts.execution import TargetPlans
from desk.contracts.plans import EntryType, TimeInForce
from desk.contracts.sides import OrderSide
from desk.testing.building import PERPETUAL, SPOT
from tests.builders.planning import PlanningBench, new_trade, routing, size

D = Decimal


def _told(
    bench: PlanningBench,
    wish: SizeDirective,
    leave: ExitDirective,
    side: OrderSide = OrderSide.BUY,
    *,
    symbol: str = PERPETUAL,
    limit: str | None = None,
) -> TargetPlans | None:
    """Plan a ticket as the operator's planners do; None where it was refused."""
    zone = None if limit is None else PriceZone(minimum=D(limit), maximum=D(limit))
    directive = new_trade(
        side,
        symbol=symbol,
        entry=None if zone is None else EntryDirective(preferred_price_zone=zone),
        strategy_id=OPERATOR_STRATEGY,
        size_directive=wish,
        exit_directive=leave,
        routing_directive=routing(execution_urgency=1 if limit is None else 0),
    )
    bench.start().bus.publish("STRATEGY_DIRECTIVE_ISSUED", directive, strategy_id=OPERATOR_STRATEGY)
    return bench.ready[-1].targets[0] if bench.ready else None


@pytest.mark.parametrize(
    ("side", "limit", "rounded", "stop"),
    [
        (OrderSide.BUY, "99000.07", "99000.0", "98000"),
        (OrderSide.SELL, "101000.01", "101000.1", "102000"),
    ],
)
def test_a_limit_waits_at_its_price_for_ever_and_gives_no_more(
    side: OrderSide, limit: str, rounded: str, stop: str
) -> None:
    leave = ExitDirective(stop_loss_price=D(stop))
    target = _told(PlanningBench(), size(notional_quote=1000), leave, side, limit=limit)
    assert target is not None
    assert target.entry is not None
    assert (target.entry.order_type, target.entry.limit_price) == (EntryType.LIMIT, D(rounded))
    assert target.entry.valid_until_ms is None
    assert target.routing is not None
    assert target.routing.time_in_force is TimeInForce.GTC
    assert target.exit is not None
    assert target.exit.take_profit_price is None


def test_the_target_of_a_waiting_entry_may_lie_before_the_market() -> None:
    leave = ExitDirective(stop_loss_price=D(98000), take_profit_price=D(99500))
    target = _told(PlanningBench(), size(notional_quote=1000), leave, limit="99000")
    assert target is not None
    assert target.exit is not None
    assert target.exit.take_profit_price == D(99500)


def test_a_risk_is_the_amount_that_was_said_whatever_the_equity() -> None:
    leave = ExitDirective(stop_loss_price=D(90000))
    target = _told(PlanningBench(), size(max_risk_amount=1500), leave)
    assert target is not None
    assert target.size is not None
    assert D(1490) < target.size.risk_amount_quote <= D(1500)


def test_an_amount_beyond_the_cash_is_refused_and_not_cut() -> None:
    bench = PlanningBench()
    leave = ExitDirective(stop_loss_price=D(98000))
    assert _told(bench, size(max_risk_amount=1500), leave, symbol=SPOT) is None
    assert "50000 USDT are free" in bench.refused[0].reason
