"""A calendar buy happens once per period, or says why not."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.directives import DirectiveScope, Protection, SizeDirective, StrategyDirective
from desk.contracts.events import PERIOD_SKIPPED, PeriodSkipped
from desk.contracts.market import Quote
from desk.contracts.sides import OrderSide
from desk.contracts.states import DeskState
from desk.testing.bench import Bench, only_directive
from desk.testing.building import SPOT, START_MS, position
from desk.workers.scheduled_operations.dca_executor import DCAExecutor

WEEKLY = "weekly"
WEEK_MS = 7 * 86_400_000


def executor(**parameters: object) -> Bench:
    """Have 1,000 USDT free, BTC at 50,000, and 100 USDT to buy for each week."""
    given = {"symbol": SPOT, "schedule": WEEKLY, "notional_quote": "100", **parameters}
    bench = Bench(DCAExecutor, given, name="weekly_dca", protection=Protection.NONE)
    bench.desk.cash["USDT"] = Decimal(1000)
    quote(bench, "49990", "50000")
    return bench


def quote(bench: Bench, bid: str, ask: str, *, old_ms: int = 0) -> None:
    time_ms = bench.desk.time_ms - old_ms
    bench.desk.quotes[SPOT] = Quote(SPOT, Decimal(bid), Decimal(ask), Decimal(ask), time_ms)


def bought(payloads: list[object]) -> Decimal:
    """Return what the one directive spends."""
    size = only_directive(payloads).size_directive
    assert size is not None
    assert size.notional_quote is not None
    return size.notional_quote


def skipped_because(bench: Bench, period_start_ms: int = START_MS, *, late_ms: int = 0) -> str:
    """Fire the schedule, and return why the period is skipped."""
    (skipped,) = bench.scheduled(WEEKLY, period_start_ms, late_ms=late_ms)
    assert isinstance(skipped, PeriodSkipped)
    assert bench.published[-1][0] == PERIOD_SKIPPED
    assert (skipped.worker, skipped.symbol, skipped.schedule_name) == ("weekly_dca", SPOT, WEEKLY)
    assert skipped.period_start_ms == period_start_ms
    return skipped.reason


def test_a_due_period_buys_for_the_amount_and_claims_the_period() -> None:
    directive = only_directive(executor().scheduled(WEEKLY, START_MS))
    assert directive.scope is DirectiveScope.NEW_TRADE
    assert directive.entry_directive is not None
    assert directive.entry_directive.symbol == SPOT
    assert directive.entry_directive.direction is OrderSide.BUY
    assert directive.size_directive == SizeDirective(notional_quote=Decimal(100))
    assert directive.claim is not None
    assert directive.claim.key == f"weekly_dca|{SPOT}|{WEEKLY}|{START_MS}"
    assert directive.causality.schedule_id is not None
    assert directive.rationale == "scheduled buy of BTC/USDT for 100 USDT at about 50,000 (weekly)"


def test_the_amount_is_a_notional_and_not_a_risk() -> None:
    size = only_directive(executor().scheduled(WEEKLY, START_MS)).size_directive
    assert size is not None
    assert size.max_risk_amount is None


@pytest.mark.parametrize("protection", list(Protection))
def test_protection_is_what_the_blueprint_declares(protection: Protection) -> None:
    bench = executor()
    bench.context.protection = protection
    assert only_directive(bench.scheduled(WEEKLY, START_MS)).protection is protection


def test_the_schedule_of_another_worker_buys_nothing() -> None:
    assert executor().scheduled("daily", START_MS) == []


def test_a_claimed_period_is_silent() -> None:
    bench = executor()
    claim = only_directive(bench.scheduled(WEEKLY, START_MS)).claim
    assert claim is not None
    bench.desk.claims.add(claim.key)
    assert bench.scheduled(WEEKLY, START_MS) == []
    bench.restart()
    assert bench.scheduled(WEEKLY, START_MS, by_hand=True) == []
    assert bought(bench.scheduled(WEEKLY, START_MS + WEEK_MS)) == 100


def test_cash_above_the_minimum_is_spent_and_no_more() -> None:
    assert bought(executor(min_cash_quote="940").scheduled(WEEKLY, START_MS)) == 60


def test_too_little_to_spend_skips_the_period() -> None:
    bench = executor(min_cash_quote="980", min_spend_quote="25")
    assert skipped_because(bench) == "20 USDT to spend, at least 25 is wanted"


def test_no_cash_at_all_skips_the_period() -> None:
    assert skipped_because(executor(min_cash_quote="5000")) == "0 USDT to spend, at least 10 is wanted"


def test_a_price_above_the_maximum_skips_the_period() -> None:
    assert skipped_because(executor(max_price="49999")) == "the ask 50,000 is above the maximum 49,999"
    assert bought(executor(max_price="50000").scheduled(WEEKLY, START_MS)) == 100


def test_the_total_is_filled_up_and_then_no_more() -> None:
    bench = executor(max_total_quote="160")
    bench.desk.hold(position(entry="50000", size="0.002", worker="weekly_dca"))
    assert bought(bench.scheduled(WEEKLY, START_MS)) == 60
    bench.desk.hold(position(number=2, entry="50000", size="0.0012", worker="weekly_dca"))
    assert skipped_because(bench) == "0 USDT to spend, at least 10 is wanted"


def test_what_others_hold_does_not_count_to_the_total() -> None:
    bench = executor(max_total_quote="160")
    bench.desk.hold(position(worker="swot_planner"), position(number=2, strategy_id="EXTERNAL"))
    assert bought(bench.scheduled(WEEKLY, START_MS)) == 100


def test_less_than_the_venue_trades_skips_the_period() -> None:
    bench = executor(notional_quote="5.02", min_spend_quote="5")
    assert skipped_because(bench) == "5.02 USDT buys less than the venue's minimum"


@pytest.mark.parametrize("state", [DeskState.REDUCING, DeskState.HALTED, DeskState.EXITING])
def test_a_desk_that_takes_no_risk_skips_the_period(state: DeskState) -> None:
    bench = executor()
    bench.desk.desk_state = state
    assert skipped_because(bench) == f"the desk is {state}"


def test_a_desk_that_is_not_reconciled_skips_the_period() -> None:
    bench = executor()
    bench.desk.reconciled = False
    assert "not reconciled" in skipped_because(bench)


def test_an_order_of_unknown_outcome_skips_the_period() -> None:
    bench = executor()
    bench.desk.unknown_orders.add(SPOT)
    assert skipped_because(bench) == "the outcome of an order on BTC/USDT is not known"


def test_a_buy_that_has_not_ended_skips_the_period() -> None:
    bench = executor()
    bench.desk.pending_entries.add((bench.context.strategy_id, SPOT))
    assert skipped_because(bench) == "an earlier buy has not ended"


def test_an_old_price_skips_the_period() -> None:
    bench = executor()
    quote(bench, "49990", "50000", old_ms=60_001)
    assert skipped_because(bench) == "the price is 60001 ms old, at most 60000 ms is allowed"


def test_a_missing_price_skips_the_period() -> None:
    bench = executor()
    bench.desk.quotes.clear()
    assert skipped_because(bench) == "there is no price"


@pytest.mark.parametrize(("bid", "ask"), [("50001", "50000"), ("NaN", "50000"), ("0", "50000")])
def test_a_price_that_is_no_market_skips_the_period(bid: str, ask: str) -> None:
    bench = executor()
    quote(bench, bid, ask)
    assert skipped_because(bench) == f"bid {bid} and ask {ask} are no market"


def test_an_unknown_symbol_skips_the_period() -> None:
    bench = executor()
    bench.desk.instruments.clear()
    assert skipped_because(bench) == "BTC/USDT is not known here"


def test_a_period_seen_too_late_is_skipped() -> None:
    bench = executor(grace_s=3600)
    assert skipped_because(bench, late_ms=3_600_001) == "3600 s late, at most 3600 s is allowed"
    assert bought(bench.scheduled(WEEKLY, START_MS, late_ms=3_600_000)) == 100


def test_the_operator_may_run_a_period_however_late() -> None:
    assert bought(executor().scheduled(WEEKLY, START_MS, late_ms=WEEK_MS // 2, by_hand=True)) == 100


def test_nothing_is_remembered_but_the_claim() -> None:
    bench = executor()
    bench.scheduled(WEEKLY, START_MS)
    assert bench.memory.items() == {}


def test_a_skipped_period_never_carries_a_directive() -> None:
    bench = executor(max_price="1")
    bench.scheduled(WEEKLY, START_MS)
    assert not any(isinstance(payload, StrategyDirective) for _, payload in bench.published)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("notional_quote", "-1"),
        ("notional_quote", "NaN"),
        ("symbol", "BTCUSDT"),
        ("schedule", ""),
        ("side", "SELL"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(key: str, text: str) -> None:
    with pytest.raises(ValidationError):
        executor(**{key: text})
