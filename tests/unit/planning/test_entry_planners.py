"""Entry planners say how to get in."""

from decimal import Decimal

import pytest

from desk.contracts.directives import PriceZone
from desk.contracts.market import Quote
from desk.contracts.plans import EntryPlan, EntryType, PlanRole
from desk.contracts.sides import OrderSide
from desk.planning.entry.limit import LimitEntry, LimitEntryParameters
from desk.planning.entry.market import MarketEntry
from desk.planning.impossible import PlanImpossible
from desk.planning.planner import NoParameters
from desk.testing.building import SPOT, START_MS
from tests.builders.planning import desk_in_memory, entering, new_trade, request

BUY, SELL = OrderSide.BUY, OrderSide.SELL


def limit(side: OrderSide, offset: str = "0.01", **wish: object) -> EntryPlan:
    planner = LimitEntry(LimitEntryParameters(max_offset=Decimal(offset)))
    return planner.plan(request(new_trade(side, entry=entering(**wish)), PlanRole.ENTRY))


@pytest.mark.parametrize(("side", "price"), [(BUY, "100010"), (SELL, "100000")])
def test_a_market_entry_refers_to_the_price_it_will_meet(side: OrderSide, price: str) -> None:
    plan = MarketEntry(NoParameters()).plan(request(new_trade(side), PlanRole.ENTRY))
    assert (plan.order_type, plan.direction) == (EntryType.MARKET, side)
    assert plan.expected_price == Decimal(price)


@pytest.mark.parametrize(("bid", "ask"), [("100", "99"), ("0", "1"), ("NaN", "1"), ("1", "Infinity")])
def test_an_impossible_quote_gives_no_entry(bid: str, ask: str) -> None:
    desk = desk_in_memory()
    desk.quotes[SPOT] = Quote(SPOT, Decimal(bid), Decimal(ask), Decimal(1), START_MS)
    with pytest.raises(PlanImpossible, match="impossible"):
        MarketEntry(NoParameters()).plan(request(new_trade(), PlanRole.ENTRY, desk=desk))


def test_a_symbol_without_a_price_gives_no_entry() -> None:
    desk = desk_in_memory()
    del desk.quotes[SPOT]
    with pytest.raises(PlanImpossible, match="no price of BTC/USDT yet"):
        MarketEntry(NoParameters()).plan(request(new_trade(), PlanRole.ENTRY, desk=desk))


@pytest.mark.parametrize(
    ("side", "timing", "price"),
    [
        (BUY, 0, "99000"),
        (BUY, "0.5", "99500"),
        (BUY, 1, "100000"),
        (SELL, 0, "101010.1"),
        (SELL, 1, "100010"),
    ],
)
def test_a_limit_stands_nearer_the_more_the_directive_hurries(
    side: OrderSide, timing: object, price: str
) -> None:
    assert limit(side, timing_preference=timing).limit_price == Decimal(price)


def test_a_limit_is_rounded_away_from_the_market() -> None:
    assert limit(BUY, "0.0012345", timing_preference=0).limit_price == Decimal("99876.5")
    assert limit(SELL, "0.0012345", timing_preference=0).limit_price == Decimal("100133.5")


def test_a_limit_moves_into_the_preferred_zone() -> None:
    zone = PriceZone(minimum=Decimal(98_000), maximum=Decimal(98_500))
    assert limit(BUY, preferred_price_zone=zone).limit_price == Decimal(98_500)


def test_a_limit_waits_only_for_a_while() -> None:
    planner = LimitEntry(LimitEntryParameters(valid_for_ms=60_000))
    plan = planner.plan(request(new_trade(), PlanRole.ENTRY))
    assert plan.valid_until_ms == START_MS + 60_000
    assert plan.order_type is EntryType.LIMIT


def test_plans_carry_directive_target_and_the_name_that_was_asked() -> None:
    asked = request(new_trade(), PlanRole.ENTRY)
    plan = MarketEntry(NoParameters()).plan(asked)
    assert (plan.directive_id, plan.target_id, plan.planner) == (asked.directive_id, asked.target_id, "asked")
