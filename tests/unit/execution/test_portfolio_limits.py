"""What a blueprint bounds over all its trades, limit by limit, against sums worked out by hand."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.causality import CausalityChain
from desk.contracts.directives import DirectiveScope, EntryDirective, Protection, StrategyDirective
from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, ManualId, TradeId
from desk.contracts.market import InstrumentKind, Quote
from desk.contracts.orders import Leg
from desk.contracts.parents import ParentOpened
from desk.contracts.records import EntryKind, JournalEntry, TradeIntended
from desk.contracts.sides import OrderSide, PositionSide
from desk.execution.settings import PortfolioLimits
from desk.testing.building import PERPETUAL, SPOT, START_MS, STRATEGY, position
from tests.builders.gate import TRADE, Bench

WIDE = {
    "max_open_trades": 100,
    "max_position_notional": Decimal(10_000_000),
    "max_order_notional": Decimal(10_000_000),
    "max_orders_per_minute": 1000,
    "duplicate_window_ms": 0,
}
"""What the desk itself allows, out of the way."""


def bench(**limits: Any) -> Bench:  # noqa: ANN401 - any limit
    """Return a gate before BTC at 100,000 (ask 100,000.1), with limits of the strategy."""
    return Bench({STRATEGY: PortfolioLimits(**limits)}, **WIDE)


def planned(
    number: int = 77, *, stop: str | None = "98000", side: PositionSide = PositionSide.LONG
) -> TradeIntended:
    """Return the intent of a trade that is yet to be."""
    protection = Protection.NONE if stop is None else Protection.REQUIRED
    return TradeIntended(
        TradeId.at(START_MS, number), STRATEGY, "w", None, PERPETUAL, InstrumentKind.PERPETUAL, side,
        protection, None if stop is None else Decimal(stop), None,
    )  # fmt: skip


def told(at: Bench, size: str, **given: Any) -> str | None:  # noqa: ANN401 - as the gate takes
    """Return what the portfolio refuses of a new trade of `size`."""
    given.setdefault("intended", planned())
    refusal = at.refused(at.request(size), **given)
    assert refusal is None or refusal.check == "portfolio", refusal
    return None if refusal is None else refusal.reason


def under_way(at: Bench, size: str, number: int, *, stop: str = "98000", limit: str = "99000") -> TradeId:
    """Let an entry of another trade of the strategy rest at a limit."""
    intent = planned(number, stop=stop)
    at.ledger.apply(JournalEntry(EntryKind.TRADE_INTENDED, intent.trade_id, START_MS, intent))
    at.rests(size, number, limit_price=Decimal(limit))
    return intent.trade_id


def test_without_a_portfolio_a_strategy_has_the_desk_s_limits_alone() -> None:
    at = Bench({"another": PortfolioLimits(max_exposure=Decimal(1))}, **WIDE)
    assert told(at, "5") is None


def test_open_trades_count_what_is_held_and_what_is_under_way() -> None:
    at = bench(max_open_trades=2)
    at.view.hold(position(number=1, symbol=PERPETUAL, size="0.1"))
    assert told(at, "0.1") is None
    own = under_way(at, "0.1", 2)
    assert told(at, "0.1") == f"max_open_trades of {STRATEGY}: 2 are open or under way, at most 2"
    assert told(at, "0.1", trade_id=own) is None, "an addition is no new trade"


def test_trades_of_other_strategies_and_dust_do_not_count() -> None:
    at = bench(max_open_trades=1, max_exposure=Decimal(20_000))
    at.view.hold(position(number=1, symbol=PERPETUAL, size="9", strategy_id="another"))
    at.view.hold(position(number=2, symbol=PERPETUAL, size="0.00001"))
    assert told(at, "0.1") is None


def test_exposure_is_gross_at_the_market_with_entries_as_if_filled() -> None:
    """0.1 held at 100,000 is 10,000; 0.1 resting at 99,000 is 9,900; 0.01 at the ask is 1,000.001."""
    at = bench(max_exposure=Decimal("20900.001"))
    at.view.hold(position(number=1, symbol=PERPETUAL, size="0.1", entry="50000"))
    under_way(at, "0.1", 2)
    assert told(at, "0.01") is None
    reason = told(at, "0.0101")
    assert reason == f"max_exposure of {STRATEGY}: 20910.00 with this order, at most 20900.001"


def test_a_long_and_a_short_do_not_cancel_out_in_exposure() -> None:
    at = bench(max_exposure=Decimal(20_000))
    at.view.hold(position(PositionSide.SHORT, number=1, symbol=SPOT, size="0.15"))
    assert told(at, "0.06") is not None


def test_an_order_in_place_of_another_does_not_count_beside_it() -> None:
    at = bench(max_exposure=Decimal(10_000))
    own = under_way(at, "0.1", 2)
    (order,) = at.ledger.live_orders()
    assert told(at, "0.09", trade_id=own) is not None
    assert told(at, "0.09", trade_id=own, instead_of=order.client_order_id) is None


def test_a_trade_may_grow_to_its_limit_and_no_further() -> None:
    at = bench(max_trade_notional=Decimal("10000.001"))
    held = position(number=1, symbol=PERPETUAL, size="0.09")
    at.view.hold(held)
    assert told(at, "0.01", trade_id=held.trade_id) is None
    assert told(at, "0.02", trade_id=held.trade_id) == (
        f"max_trade_notional of {STRATEGY}: 11000.00 with this order, at most 10000.001"
    )
    assert told(at, "0.1") is not None
    assert told(at, "0.09") is None, "the other trade has its own limit"


@pytest.mark.parametrize("side", PositionSide)
def test_open_risk_is_what_the_stops_would_lose_from_their_entries(side: PositionSide) -> None:
    """0.1 with a stop 2,000 away is 200; 0.1 more at the touch with a stop 2,000.1 away is 200.01."""
    at = bench(max_open_risk=Decimal("400.01"))
    at.view.hold(position(side, number=1, symbol=PERPETUAL, size="0.1"))
    stop = "98000" if side is PositionSide.LONG else "102000"
    intent = planned(stop=stop, side=side)
    assert at.refused(at.request("0.1", side=side.entry_side), intended=intent) is None
    refusal = at.refused(at.request("0.1001", side=side.entry_side), intended=intent)
    assert refusal is not None
    assert refusal.reason == f"max_open_risk of {STRATEGY}: 400.21 with this order, at most 400.01"


def test_a_stop_past_the_entry_risks_nothing_and_makes_up_for_nothing() -> None:
    at = bench(max_open_risk=Decimal("200.01"))
    at.view.hold(position(number=1, symbol=PERPETUAL, size="5", stop="101000"))
    assert told(at, "0.1") is None
    assert told(at, "0.1001") is not None


def test_an_entry_under_way_risks_its_limit_less_its_planned_stop() -> None:
    """0.1 resting at 99,000 with a stop at 98,000 is 100; 0.05 at the ask is 100.005."""
    at = bench(max_open_risk=Decimal("200.005"))
    under_way(at, "0.1", 2)
    assert told(at, "0.05") is None
    assert told(at, "0.0501") is not None


def test_a_trade_without_protection_risks_nothing_by_a_stop() -> None:
    at = bench(max_open_risk=Decimal(1))
    held = position(number=1, symbol=PERPETUAL, size="5")
    at.view.hold(replace(held, protection=Protection.NONE, stop_price=None, planned_stop_price=None))
    assert told(at, "0.1", intended=planned(stop=None)) is None


def test_a_trade_whose_stop_nobody_knows_refuses_new_risk() -> None:
    at = bench(max_open_risk=Decimal(1_000_000))
    held = replace(position(number=1, symbol=PERPETUAL), stop_price=None, planned_stop_price=None)
    at.view.hold(held)
    assert told(at, "0.01") == (
        f"max_open_risk of {STRATEGY}: the share of {held.trade_id} is not known, so it counts as too much"
    )
    assert told(bench(max_open_risk=Decimal(1_000_000)), "0.01", intended=None) is not None


@pytest.mark.parametrize("odd", ["NaN", "sNaN", "Infinity", "0", "-1"])
def test_a_price_that_is_no_price_makes_exposure_too_much(odd: str) -> None:
    at = bench(max_exposure=Decimal(1_000_000))
    at.view.hold(position(number=1, symbol=SPOT, size="0.1"))
    at.view.quotes[SPOT] = Quote(SPOT, Decimal(odd), Decimal(odd), Decimal(odd), START_MS)
    assert "is not known, so it counts as too much" in (told(at, "0.01") or "")
    del at.view.quotes[SPOT]
    assert told(at, "0.01") is not None


@given(
    st.sampled_from([Leg.CLOSE, Leg.REDUCE, Leg.STOP, Leg.TARGET]),
    st.sampled_from([1, 50]),
)
def test_what_lowers_risk_passes_whatever_the_portfolio(leg: Leg, trades: int) -> None:
    at = bench(
        max_open_trades=1, max_exposure=Decimal(1), max_open_risk=Decimal(1), max_trade_notional=Decimal(1)
    )
    for number in range(trades):
        at.view.hold(position(number=number, symbol=PERPETUAL))
    assert at.check("0.05", TRADE, leg=leg, side=OrderSide.SELL) is None


def test_what_a_parent_order_has_yet_to_send_counts_as_if_it_were_filled() -> None:
    """0.2 promised at 100,000 at most is 20,000, of which 400 is at risk down to 98,000."""
    at = bench(max_exposure=Decimal(25_000), max_open_risk=Decimal(500))
    intent = planned(5)
    at.ledger.apply(JournalEntry(EntryKind.TRADE_INTENDED, intent.trade_id, START_MS, intent))
    opened = ParentOpened(
        "parent1", ExecutionDirectiveId.at(START_MS, 5), intent.trade_id, DirectiveId.at(START_MS, 5),
        STRATEGY, PERPETUAL, OrderSide.BUY, Decimal("0.2"), Decimal(100_000), 4, START_MS, START_MS + 60_000,
    )  # fmt: skip
    flow = StrategyDirective(
        directive_id=opened.directive_id,
        strategy_id=STRATEGY,
        strategy_planner_id="w",
        decided_at_ms=START_MS,
        causality=CausalityChain.born(ManualId.at(START_MS, 1)),
        scope=DirectiveScope.NEW_TRADE,
        confidence=Decimal(1),
        rationale="a test",
        entry_directive=EntryDirective(symbol=PERPETUAL, direction=OrderSide.BUY),
    )
    at.ledger.apply(JournalEntry(EntryKind.DIRECTIVE_ISSUED, opened.directive_id, START_MS, flow))
    at.ledger.apply(JournalEntry(EntryKind.PARENT_OPENED, "parent1", START_MS, opened))
    assert told(at, "0.049", intended=planned()) is None
    assert "max_exposure" in (told(at, "0.06") or "")
    assert "max_open_risk" in (told(at, "0.04", intended=planned(stop="97000")) or "")
    own = at.request("0.05", execution_directive_id=opened.execution_directive_id)
    assert at.refused(own, intent.trade_id) is None, "a slice is part of what was promised"
