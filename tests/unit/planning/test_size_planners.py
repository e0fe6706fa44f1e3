"""Size planners say how much: never over the risk, the cash or the lot."""

import dataclasses
import re
from decimal import Decimal
from fractions import Fraction

import pytest

from desk.contracts.directives import SizeDirective
from desk.contracts.ids import EntryPlanId, ExitPlanId
from desk.contracts.plans import EntryPlan, EntryType, ExitPlan, PlanRole, SizePlan
from desk.contracts.positions import Position
from desk.contracts.sides import OrderSide, PositionSide
from desk.planning.impossible import PlanImpossible
from desk.planning.planner import NoParameters, Planner
from desk.planning.request import PlanRequest, PlansSoFar
from desk.planning.size.fixed_notional import FixedNotional, FixedNotionalParameters
from desk.planning.size.fixed_risk import FixedRisk, FixedRiskParameters
from desk.planning.size.sizing import floor_divide
from desk.planning.size.target import TargetSize
from desk.testing.building import PERPETUAL, SPOT, position
from desk.testing.memory_desk import MemoryDesk
from tests.builders.planning import (
    desk_in_memory,
    modify,
    new_trade,
    request,
    size,
)


def fixed_risk(leverage: int = 1) -> FixedRisk:
    return FixedRisk(FixedRiskParameters(leverage=Decimal(leverage)))


def fixed_notional(notional: str | None = None) -> FixedNotional:
    return FixedNotional(FixedNotionalParameters(notional_quote=Decimal(notional) if notional else None))


def asked(
    wish: SizeDirective,
    *,
    entry: str | None = "100000",
    stop: str | None = "98000",
    symbol: str = PERPETUAL,
    side: OrderSide = OrderSide.BUY,
    desk: MemoryDesk | None = None,
) -> PlanRequest:
    """Ask for the size of a new trade whose entry and exit are planned; `entry` is a limit."""
    bare = request(new_trade(side, symbol=symbol, size_directive=wish), PlanRole.SIZE, desk=desk)
    plans = PlansSoFar(
        entry=None if entry is None else limit_plan(bare, entry),
        exit=None if stop is None else exit_plan(bare, stop),
    )
    return dataclasses.replace(bare, plans=plans)


def limit_plan(bare: PlanRequest, price: str) -> EntryPlan:
    return EntryPlan(
        plan_id=bare.ids.new(EntryPlanId),
        directive_id=bare.directive_id,
        target_id=bare.target_id,
        planner="entry",
        symbol=bare.symbol,
        direction=bare.direction,
        order_type=EntryType.LIMIT,
        reference_price=Decimal(price),
        limit_price=Decimal(price),
    )


def exit_plan(bare: PlanRequest, stop: str) -> ExitPlan:
    return ExitPlan(
        plan_id=bare.ids.new(ExitPlanId),
        directive_id=bare.directive_id,
        target_id=bare.target_id,
        planner="exit",
        stop_loss_price=Decimal(stop),
    )


def size_of(planner: Planner, wish: PlanRequest) -> Decimal:
    plan = planner.plan(wish)
    assert isinstance(plan, SizePlan)
    return plan.position_size_base


def test_fixed_risk_loses_the_risk_amount_at_the_stop() -> None:
    plan = fixed_risk().plan(asked(size(max_risk_amount=100)))
    assert plan.position_size_base == Decimal("0.05")
    assert plan.risk_amount_quote == Decimal(100)
    assert plan.position_value_quote == Decimal(5_000)


@pytest.mark.parametrize(("fraction", "expected"), [("0.001", "0.025"), ("0.01", "0.05")])
def test_the_smaller_of_amount_and_share_of_the_equity_counts(fraction: str, expected: str) -> None:
    wish = size(max_risk_amount=100, account_risk_fraction=fraction)
    assert size_of(fixed_risk(), asked(wish)) == Decimal(expected)


def test_the_equity_is_converted_to_the_quote_currency() -> None:
    class EuroDesk(MemoryDesk):
        def rate(self, currency: str) -> Decimal | None:
            return Decimal("0.5")

    desk = EuroDesk(
        **{one.name: getattr(desk_in_memory(), one.name) for one in dataclasses.fields(MemoryDesk)}
    )
    wish = asked(size(account_risk_fraction="0.001"), desk=desk)
    assert size_of(fixed_risk(), wish) == Decimal("0.05")


def test_unknown_equity_gives_no_size() -> None:
    desk = desk_in_memory()
    desk.cash = {}
    with pytest.raises(PlanImpossible, match="equity in USDT is not known"):
        fixed_risk().plan(asked(size(account_risk_fraction="0.001"), desk=desk))


def test_a_size_is_rounded_down_to_the_lot() -> None:
    assert size_of(fixed_risk(), asked(size(max_risk_amount=100), stop="97000")) == Decimal("0.0333")


def test_a_risk_without_a_stop_gives_no_size() -> None:
    with pytest.raises(PlanImpossible, match="needs a stop"):
        fixed_risk().plan(asked(size(max_risk_amount=100), stop=None))


def test_a_size_below_the_venues_minimum_is_refused() -> None:
    with pytest.raises(
        PlanImpossible, match=re.escape("below the minimum of BTC/USDT:USDT: 0.0001 BTC and 5 USDT")
    ):
        fixed_risk().plan(asked(size(max_risk_amount="0.1")))


def test_a_risk_that_needs_more_cash_than_there_is_holds_less() -> None:
    wish = asked(size(max_risk_amount=500), symbol=SPOT, desk=desk_in_memory(cash="10000"))
    held = size_of(fixed_risk(), dataclasses.replace(wish, directive=wish.directive))
    assert Decimal("0.09") < held < Decimal("0.1")
    assert held * Decimal(100_000) * Decimal("1.0005") <= Decimal(10_000)


def test_leverage_lets_a_perpetual_hold_more_than_its_cash() -> None:
    desk = desk_in_memory(cash="10000")
    desk.instruments[PERPETUAL] = dataclasses.replace(desk.instruments[PERPETUAL], max_leverage=Decimal(10))
    wish = asked(size(max_risk_amount=200, account_risk_fraction=1), stop="99900", desk=desk)
    assert size_of(fixed_risk(), wish) < Decimal("0.1")
    assert size_of(fixed_risk(leverage=5), wish) > Decimal("0.49")


def test_leverage_over_the_instruments_is_refused() -> None:
    with pytest.raises(PlanImpossible, match="leverage 5 is above the 1"):
        fixed_risk(leverage=5).plan(asked(size(max_risk_amount=100)))


def test_a_short_risks_upwards() -> None:
    wish = asked(size(max_risk_amount=100), stop="102000", side=OrderSide.SELL)
    assert size_of(fixed_risk(), wish) == Decimal("0.05")


def test_a_fixed_notional_holds_its_worth_on_a_perpetual() -> None:
    plan = fixed_notional().plan(asked(size(notional_quote=1_000)))
    assert plan.position_size_base == Decimal("0.01")
    assert plan.risk_amount_quote == Decimal(20)


def test_a_spot_purchase_pays_fee_and_slippage_out_of_the_notional() -> None:
    """size = floor(notional / (ask(1 + fee + slippage))), as domain reference §8.4 has it for DCA."""
    wish = asked(size(notional_quote=1_000), entry=None, stop=None, symbol=SPOT)
    assert size_of(fixed_notional(), wish) == Decimal("0.0099")
    assert Decimal("0.0099") * Decimal(100_010) * Decimal("1.0055") <= Decimal(1_000)


def test_all_the_free_cash_may_be_spent() -> None:
    wish = asked(
        size(notional_quote=1_000), entry=None, stop=None, symbol=SPOT, desk=desk_in_memory(cash="1000")
    )
    assert size_of(fixed_notional(), wish) == Decimal("0.0099")


def test_a_notional_beyond_the_cash_is_refused() -> None:
    wish = asked(
        size(notional_quote=1_500), entry=None, stop=None, symbol=SPOT, desk=desk_in_memory(cash="1000")
    )
    with pytest.raises(PlanImpossible, match="1000 USDT are free"):
        fixed_notional().plan(wish)


def test_the_planners_own_notional_serves_a_directive_that_names_none() -> None:
    assert size_of(fixed_notional("2000"), asked(size())) == Decimal("0.02")
    with pytest.raises(PlanImpossible, match="notional_quote"):
        fixed_notional().plan(asked(size()))


def targeted(held: Position, target: str, desk: MemoryDesk | None = None) -> PlanRequest:
    wish = modify(held, size_directive=size(target_size_base=target))
    return request(wish, PlanRole.SIZE, position=held, desk=desk)


HELD = position(size="0.1")


@pytest.mark.parametrize("target", ["0.05", "0.1", "0.2", "0"])
def test_an_absolute_target_is_taken_as_it_is(target: str) -> None:
    assert size_of(TargetSize(NoParameters()), targeted(HELD, target)) == Decimal(target)


def test_the_risk_of_a_target_is_measured_from_the_real_entry_to_the_confirmed_stop() -> None:
    plan = TargetSize(NoParameters()).plan(targeted(HELD, "0.05"))
    assert plan.risk_amount_quote == Decimal(100)


def test_a_target_that_leaves_dust_is_refused() -> None:
    with pytest.raises(PlanImpossible, match="below the minimum"):
        TargetSize(NoParameters()).plan(targeted(HELD, "0.00001"))


def test_a_target_that_cannot_be_paid_is_refused() -> None:
    with pytest.raises(PlanImpossible, match="10000 USDT are free"):
        TargetSize(NoParameters()).plan(targeted(HELD, "0.3", desk_in_memory(HELD, cash="10000")))


def test_the_largest_order_never_shrinks_what_is_held() -> None:
    desk = desk_in_memory(HELD)
    desk.instruments[SPOT] = dataclasses.replace(desk.instruments[SPOT], max_size_base=Decimal("0.04"))
    assert size_of(TargetSize(NoParameters()), targeted(HELD, "0.2", desk)) == Decimal("0.14")


def test_a_modified_risk_sizes_the_whole_position() -> None:
    held = position(PositionSide.LONG, size="0.1", symbol=PERPETUAL)
    wish = modify(held, size_directive=size(max_risk_amount=100))
    assert size_of(fixed_risk(), request(wish, PlanRole.SIZE, position=held)) == Decimal("0.05")


@pytest.mark.parametrize(("amount", "per_unit"), [("2", "3"), ("1", "7"), ("100", "0.3")])
def test_a_quotient_is_never_rounded_up(amount: str, per_unit: str) -> None:
    assert Fraction(floor_divide(Decimal(amount), Decimal(per_unit))) <= Fraction(amount) / Fraction(per_unit)


@pytest.mark.parametrize("symbol", [SPOT, PERPETUAL])
def test_a_risk_that_no_cash_is_left_for_says_what_is_needed_and_what_is_free(symbol: str) -> None:
    desk = desk_in_memory(cash="3.14")
    with pytest.raises(PlanImpossible, match=r"need \d+(\.\d+)? USDT with fees .* 3\.14 USDT are free"):
        fixed_risk().plan(asked(size(max_risk_amount=100), symbol=symbol, desk=desk))
