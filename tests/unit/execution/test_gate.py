"""What the gate lets through and what it stops, limit by limit."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.directives import Protection
from desk.contracts.ids import TradeId
from desk.contracts.orders import Leg, OrderType
from desk.contracts.sides import OrderSide, PositionSide
from desk.contracts.states import DeskState
from desk.execution.verdicts import Approved, Refused
from desk.testing.building import PERPETUAL, SPOT, START_MS, STRATEGY, instrument, position
from tests.builders.gate import LIMITS, TRADE, Bench

ODD = [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-Infinity"), Decimal(0), Decimal(-1)]


def test_an_order_within_every_limit_passes() -> None:
    assert Bench().check() is None


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("field", ["size_base", "limit_price", "stop_price"])
def test_no_odd_number_passes_in_any_field(odd: Decimal, field: str) -> None:
    bench = Bench()
    for leg in (Leg.ENTRY, Leg.CLOSE):
        changes: dict[str, Any] = {field: odd, "leg": leg}
        assert bench.check(**changes) == "filters"


@given(
    st.decimals(allow_nan=True, allow_infinity=True),
    st.one_of(st.none(), st.decimals(allow_nan=True, allow_infinity=True)),
    st.one_of(st.none(), st.decimals(allow_nan=True, allow_infinity=True)),
    st.sampled_from(Leg),
)
def test_whatever_passes_is_finite_whole_in_steps_and_within_the_limits(
    size: Decimal, limit: Decimal | None, stop: Decimal | None, leg: Leg
) -> None:
    bench = Bench()
    request = bench.request(size, limit_price=limit, stop_price=stop, leg=leg)
    if isinstance(bench.gate.check(request, TRADE, STRATEGY), Approved):
        at = instrument(PERPETUAL)
        assert size >= at.min_size_base
        assert size % at.size_step == 0
        price = limit or stop or Decimal("100000.1")
        assert price.is_finite()
        assert price > 0
        if leg.adds_risk:
            assert size * (limit or Decimal("100000.1")) <= LIMITS.max_order_notional


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"size_base": Decimal("0.00005")}, "filters"),
        ({"size_base": Decimal("0.00015")}, "filters"),
        ({"limit_price": Decimal("100000.05")}, "filters"),
        ({"size_base": Decimal("0.0001"), "limit_price": Decimal(40_000)}, "filters"),
        ({"symbol": "DOGE/USDT"}, "instrument"),
        ({"limit_price": Decimal(94_000)}, "price collar"),
        ({"limit_price": Decimal(100_000), "stop_price": Decimal(110_000)}, "price collar"),
        ({"size_base": Decimal("0.2")}, "order notional"),
    ],
)
def test_each_bound_of_an_entry_is_named(changes: dict[str, Any], check: str) -> None:
    assert Bench().check(**changes) == check


def test_an_order_above_the_venues_maximum_is_refused() -> None:
    bench = Bench()
    bench.view.instruments[PERPETUAL] = replace(instrument(PERPETUAL), max_size_base=Decimal("0.04"))
    assert bench.check() == "filters"


def test_the_position_limit_counts_what_is_held() -> None:
    bench = Bench()
    bench.view.hold(position(symbol=PERPETUAL, size="0.2"))
    assert bench.check("0.04") is None
    assert bench.check("0.05") == "position notional"


def test_the_position_limit_counts_entries_that_still_rest() -> None:
    bench = Bench(max_open_trades=10)
    for trade in range(5):
        bench.rests("0.05", trade)
    assert bench.check("0.01") == "position notional"


@pytest.mark.parametrize("state", [DeskState.REDUCING, DeskState.HALTED, DeskState.EXITING])
def test_only_an_active_desk_takes_risk_and_every_desk_may_leave(state: DeskState) -> None:
    bench = Bench()
    bench.view.desk_state = state
    assert bench.check() == "state"
    for leg in (Leg.CLOSE, Leg.REDUCE, Leg.STOP, Leg.TARGET):
        assert bench.check(leg=leg, side=OrderSide.SELL) is None


def test_nothing_is_opened_before_the_first_reconcile() -> None:
    bench = Bench()
    bench.view.reconciled = False
    assert bench.check() == "reconcile"


@pytest.mark.parametrize("age_ms", [5001, -5001])
def test_a_price_from_long_ago_or_from_the_future_is_stale(age_ms: int) -> None:
    bench = Bench()
    bench.quote(time_ms=START_MS - age_ms)
    assert bench.check() == "stale price"


def test_without_any_price_nothing_is_opened_but_everything_can_be_closed() -> None:
    bench = Bench()
    bench.view.quotes.clear()
    assert bench.check() == "stale price"
    assert bench.check(leg=Leg.CLOSE, side=OrderSide.SELL) is None


@pytest.mark.parametrize(
    ("bid", "ask"), [("0", "100000"), ("100001", "100000"), ("NaN", "100000"), ("1", "sNaN")]
)
def test_a_price_that_cannot_be_is_no_price(bid: str, ask: str) -> None:
    bench = Bench()
    bench.quote(bid=bid, ask=ask)
    assert bench.check() == "stale price"
    assert bench.check(leg=Leg.CLOSE, side=OrderSide.SELL) is None


def test_a_missing_rate_to_the_account_currency_refuses() -> None:
    bench = Bench()
    bench.view.cash.clear()
    assert bench.check() == "conversion"


def test_one_symbol_is_held_on_one_side_only_and_the_refusal_says_by_whom() -> None:
    bench = Bench()
    held = position(symbol=PERPETUAL, size="0.05", strategy_id="swing")
    bench.view.hold(held)
    assert bench.refused(bench.request(side=OrderSide.SELL)) == Refused(
        "opposite side",
        f"{held.trade_id} of swing holds LONG 0.05 {PERPETUAL}: one side per symbol and account",
    )


def test_an_entry_under_way_takes_the_side_too_and_the_refusal_says_whose_it_is() -> None:
    bench = Bench()
    bench.rests(trade=5, side=OrderSide.SELL)
    assert bench.refused(bench.request()) == Refused(
        "opposite side",
        f"{TradeId.at(START_MS, 5)} of s has an entry under way to SELL 0.05 {PERPETUAL}:"
        " one side per symbol and account",
    )


def test_a_trade_without_a_fill_is_no_position_but_its_entry_holds_the_side() -> None:
    bench = Bench()
    bench.rests("0.05", trade=5, side=OrderSide.SELL)
    bench.view.hold(position(PositionSide.SHORT, symbol=PERPETUAL, size="0"))
    assert bench.check(side=OrderSide.BUY) == "opposite side"
    assert bench.check(side=OrderSide.SELL) is None


def test_coins_that_are_not_held_are_never_sold_as_an_entry() -> None:
    assert Bench().check(symbol=SPOT, side=OrderSide.SELL) == "short on spot"


def test_an_unknown_order_locks_its_symbol_for_entries_alone() -> None:
    bench = Bench()
    bench.view.unknown_orders.add(PERPETUAL)
    assert bench.check() == "unknown order"
    assert bench.check(leg=Leg.CLOSE, side=OrderSide.SELL) is None
    assert bench.check(symbol=SPOT) is None


def test_trades_under_way_count_as_open_and_a_second_trade_on_a_symbol_counts_too() -> None:
    bench = Bench()
    bench.rests(trade=5)
    assert bench.check("0.01") is None
    bench.rests(trade=6)
    assert bench.check("0.02") == "open trades"
    assert bench.check("0.02", TradeId.at(START_MS, 6)) is None


def test_accumulation_does_not_use_up_the_open_trades() -> None:
    bench = Bench(max_position_notional=Decimal(10_000_000))
    for number in range(10, 40):
        held = position(number=number, symbol=PERPETUAL)
        bench.view.hold(replace(held, protection=Protection.NONE))
    assert bench.check("0.01") is None


def test_orders_per_minute_are_counted_and_forgotten_after_the_minute() -> None:
    bench = Bench()
    for size in ("0.01", "0.02", "0.03"):
        assert bench.check(size) is None
    assert bench.check("0.04") == "orders per minute"
    bench.view.time_ms += 60_000
    bench.quote()
    assert bench.check("0.04") is None


def test_the_same_order_twice_within_the_window_is_a_duplicate() -> None:
    bench = Bench()
    assert bench.check() is None
    assert bench.check() == "duplicate"
    assert bench.check("0.06") is None
    bench.view.time_ms += 1000
    assert bench.check() is None


def test_what_never_left_is_no_duplicate_of_its_retry() -> None:
    bench = Bench()
    request = bench.request()
    assert isinstance(bench.gate.check(request, TRADE, STRATEGY), Approved)
    bench.gate.withdraw(request.client_order_id)
    assert bench.check() is None


def test_closing_orders_are_never_counted_or_throttled() -> None:
    bench = Bench()
    for _ in range(10):
        assert bench.check(leg=Leg.CLOSE, side=OrderSide.SELL) is None
    assert bench.check() is None


@pytest.mark.parametrize(
    ("side", "stop", "check"),
    [
        (OrderSide.SELL, "99999.9", None),
        (OrderSide.SELL, "100000", "filters"),
        (OrderSide.BUY, "100000.1", None),
        (OrderSide.BUY, "100000", "filters"),
    ],
)
def test_a_stop_that_the_market_is_through_already_is_refused(
    side: OrderSide, stop: str, check: str | None
) -> None:
    given_stop: dict[str, Any] = {"order_type": OrderType.STOP, "stop_price": Decimal(stop), "leg": Leg.STOP}
    assert Bench().check(side=side, **given_stop) == check


@pytest.mark.parametrize(
    ("side", "stop", "limit", "check"),
    [
        (OrderSide.BUY, "100500", "100900", None),
        (OrderSide.SELL, "99500", "99100", None),
        (OrderSide.BUY, "100000", "100500", "filters"),
        (OrderSide.SELL, "100000", "99500", "filters"),
        (OrderSide.BUY, "100500", "105100", "price collar"),
        (OrderSide.SELL, "94900", "99000", "price collar"),
        (OrderSide.BUY, "100500.05", "100900", "filters"),
    ],
)
def test_a_breakout_entry_is_judged_by_its_trigger_and_its_limit(
    side: OrderSide, stop: str, limit: str, check: str | None
) -> None:
    prices: dict[str, Any] = {"stop_price": Decimal(stop), "limit_price": Decimal(limit)}
    assert Bench().check(side=side, order_type=OrderType.STOP_LIMIT, **prices) == check


def test_a_short_has_the_limits_of_a_long() -> None:
    bench = Bench()
    bench.view.hold(position(PositionSide.SHORT, symbol=PERPETUAL, size="0.24", stop="102000"))
    assert bench.check("0.02", side=OrderSide.SELL) == "position notional"
