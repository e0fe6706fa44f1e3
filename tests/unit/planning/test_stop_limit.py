"""The breakout entry: a trigger beyond the market, a limit beyond the trigger, for a while."""

from decimal import Decimal

import pytest

from desk.contracts.directives import PriceZone
from desk.contracts.ids import ExitPlanId
from desk.contracts.market import Quote
from desk.contracts.plans import EntryPlan, EntryType, ExitPlan, PlanRole
from desk.contracts.sides import OrderSide
from desk.planning.entry.stop_limit import StopLimitEntry, StopLimitEntryParameters
from desk.planning.impossible import PlanImpossible
from desk.planning.request import PlanRequest
from desk.testing.building import PERPETUAL, SPOT, START_MS
from desk.testing.memory_desk import MemoryDesk
from tests.builders.planning import (
    PlanningBench,
    ScriptedPlanner,
    desk_in_memory,
    entering,
    leaving,
    new_trade,
    planner_set,
    request,
    size,
)
from tests.builders.ranging import MINUTE_MS, ranging, with_bars

BUY, SELL = OrderSide.BUY, OrderSide.SELL


def breakout(offset: str = "0.01", **parameters: object) -> StopLimitEntry:
    given = {"offset": Decimal(offset), "interval_ms": MINUTE_MS, "atr_bars": 2} | parameters
    return StopLimitEntry(StopLimitEntryParameters.model_validate(given))


def planned(
    side: OrderSide, planner: StopLimitEntry | None = None, desk: MemoryDesk | None = None, **wish: object
) -> EntryPlan:
    asked = request(new_trade(side, entry=entering(**wish)), PlanRole.ENTRY, desk=desk)
    return (planner or breakout()).plan(asked)


def prices(plan: EntryPlan) -> tuple[Decimal, Decimal]:
    assert plan.stop_price is not None
    assert plan.limit_price is not None
    return plan.stop_price, plan.limit_price


def test_a_purchase_waits_above_the_ask_and_pays_no_more_than_the_slippage() -> None:
    """ask 100,010 x 1.01 = 101,010.1; x 1.005 = 101,515.1505, rounded down."""
    assert prices(planned(BUY)) == (Decimal("101010.1"), Decimal("101515.1"))


def test_a_sale_waits_under_the_bid_and_takes_no_less_than_the_slippage() -> None:
    """bid 100,000 x 0.99 = 99,000; x 0.995 = 98,505."""
    assert prices(planned(SELL)) == (Decimal(99_000), Decimal(98_505))


def test_the_trigger_is_rounded_away_from_the_market() -> None:
    assert prices(planned(BUY, breakout("0.0012345")))[0] == Decimal("100133.5")
    assert prices(planned(SELL, breakout("0.0012345")))[0] == Decimal("99876.5")


def test_a_slippage_of_nothing_leaves_the_limit_at_the_trigger() -> None:
    assert (
        prices(planned(BUY, breakout("0.0012345"), max_acceptable_slippage=0)) == (Decimal("100133.5"),) * 2
    )
    assert (
        prices(planned(SELL, breakout("0.0012345"), max_acceptable_slippage=0)) == (Decimal("99876.5"),) * 2
    )


def test_the_trigger_may_be_some_ranges_away() -> None:
    """True ranges 100, 200, 400: (100 + 200) / 2 = 150, then 150 + (400 - 150) / 2 = 275; 2 x 275 = 550."""
    desk = with_bars(desk_in_memory(), SPOT, ranging(100, 200, 400))
    by_range = breakout(atr_multiple=Decimal(2))
    assert prices(planned(BUY, by_range, desk))[0] == Decimal(100_560)
    assert prices(planned(SELL, by_range, desk))[0] == Decimal(99_450)


def test_too_few_bars_give_no_entry() -> None:
    desk = with_bars(desk_in_memory(), SPOT, ranging(100, 200))
    with pytest.raises(PlanImpossible, match="2 bars of 60 s of BTC/USDT are known, and it takes 3"):
        planned(BUY, breakout(atr_multiple=Decimal(2)), desk)


def test_old_bars_give_no_entry() -> None:
    desk = with_bars(desk_in_memory(), SPOT, ranging(100, 200, 300))
    desk.time_ms += 6 * MINUTE_MS
    with pytest.raises(PlanImpossible, match="closed 360 s ago"):
        planned(BUY, breakout(atr_multiple=Decimal(2)), desk)


def test_a_market_that_stands_still_has_no_ranges() -> None:
    desk = with_bars(desk_in_memory(), SPOT, ranging(0, 0, 0))
    with pytest.raises(PlanImpossible, match="did not move over the last 3 bars"):
        planned(BUY, breakout(atr_multiple=Decimal(2)), desk)


def test_an_offset_needs_no_bars_and_asks_for_none() -> None:
    assert StopLimitEntryParameters().bars_needed_of(SPOT) == ()
    (need,) = StopLimitEntryParameters(atr_multiple=Decimal(1)).bars_needed_of(SPOT)
    assert (need.symbol, need.interval_ms, need.count) == (SPOT, 900_000, 57)


def test_both_prices_move_into_the_preferred_zone() -> None:
    zone = PriceZone(minimum=Decimal(102_000), maximum=Decimal(102_200))
    assert prices(planned(BUY, preferred_price_zone=zone)) == (Decimal(102_000), Decimal(102_200))


def test_a_zone_that_the_market_is_through_gives_no_entry() -> None:
    zone = PriceZone(minimum=Decimal(90_000), maximum=Decimal(95_000))
    with pytest.raises(PlanImpossible, match="would be 95000, and the market is at 100000 already"):
        planned(BUY, preferred_price_zone=zone)


@pytest.mark.parametrize("last", ["100010.1", "NaN"])
def test_a_trigger_that_was_touched_already_gives_no_entry(last: str) -> None:
    desk = desk_in_memory()
    desk.quotes[SPOT] = Quote(SPOT, Decimal(100_000), Decimal(100_010), Decimal(last), START_MS)
    with pytest.raises(PlanImpossible, match="already"):
        planned(BUY, breakout("0"), desk)


def test_it_waits_only_for_a_while() -> None:
    plan = planned(BUY, breakout(valid_for_ms=60_000))
    assert (plan.order_type, plan.valid_until_ms) == (EntryType.STOP_LIMIT, START_MS + 60_000)
    assert (plan.first_price, plan.expected_price) == prices(plan)


def bench(desk: MemoryDesk | None = None) -> PlanningBench:
    planners = planner_set(entry=breakout(), routing="patient")
    return PlanningBench(planners=planners, desk=desk or desk_in_memory()).start()


@pytest.mark.parametrize(
    ("side", "stop", "target"), [(BUY, "98989.8", "106565.8"), (SELL, "100980", "93555")]
)
def test_stop_is_measured_from_the_trigger_and_target_and_risk_from_the_worst_price(
    side: OrderSide, stop: str, target: str
) -> None:
    """Long: 101,010.1 x 0.98 = 98,989.898; 101,515.1 + 2 x (101,515.1 - 98,989.8) = 106,565.7 and a step.

    Short: 99,000 x 1.02 = 100,980; 98,505 - 2 x (100,980 - 98,505) = 93,555.
    """
    wish = size(max_risk_amount=100)
    plans = bench().only_target(new_trade(side, symbol=PERPETUAL, size_directive=wish))
    assert plans.exit is not None
    assert plans.size is not None
    assert plans.exit.stop_loss_price == Decimal(stop)
    assert abs((plans.exit.take_profit_price or 0) - Decimal(target)) <= Decimal("0.1")
    assert plans.entry is not None
    worst = abs(plans.entry.expected_price - Decimal(stop)) * plans.size.position_size_base
    assert worst == plans.size.risk_amount_quote <= 100


@pytest.mark.parametrize(("side", "stop"), [(BUY, "100500"), (SELL, "99500")])
def test_a_stop_between_the_market_and_the_trigger_is_sound(side: OrderSide, stop: str) -> None:
    """It would fire at once if the trade were open now; it is opened beyond it."""
    one = new_trade(side, symbol=PERPETUAL, exit_directive=leaving(stop_loss_price=stop))
    plans = bench().only_target(one)
    assert plans.exit is not None
    assert plans.exit.stop_loss_price == Decimal(stop)


@pytest.mark.parametrize(("side", "stop"), [(BUY, "101200"), (SELL, "98800")])
def test_a_stop_between_the_trigger_and_the_limit_is_refused(side: OrderSide, stop: str) -> None:
    one = new_trade(side, symbol=PERPETUAL, exit_directive=leaving(stop_loss_price=stop))
    assert "is on the wrong side of the entry at" in bench().refusal(one)


def test_the_cross_check_judges_a_stop_by_the_trigger_too() -> None:
    """An exit planner of another hand that measures from the limit is caught."""

    def between(asked: PlanRequest) -> ExitPlan:
        return ExitPlan(
            plan_id=asked.ids.new(ExitPlanId),
            directive_id=asked.directive_id,
            target_id=asked.target_id,
            planner=asked.planner,
            stop_loss_price=Decimal(101_200),
        )

    own = ScriptedPlanner(PlanRole.EXIT, between, needs=frozenset({PlanRole.ENTRY}))
    planners = planner_set(entry=breakout(), exit=own)
    reason = PlanningBench(planners=planners).start().refusal(new_trade(BUY, symbol=PERPETUAL))
    assert "the stop 101200 of scripted is on the wrong side of the entry 101010.1" in reason
