"""What a period buys for, worked out by hand: a value that grows, and more the deeper the dip."""

from decimal import Decimal

import pytest

from desk.contracts.directives import DirectiveScope, SizeDirective, StrategyDirective
from desk.contracts.events import PeriodSkipped
from desk.testing.bench import Bench, only_directive
from desk.testing.building import SPOT, START_MS, bars, position
from desk.workers.scheduled_operations.accumulation import Dip, dip_multiple, dip_of, target_value
from desk.workers.scheduled_operations.dca_executor import DCAExecutor
from tests.builders.calendar import missed, price

WEEKLY, WEEK_MS, DAY_MS = "weekly", 7 * 86_400_000, 86_400_000


def executor(mode: str, **parameters: object) -> Bench:
    """Have 1,000 USDT free and 100 USDT as the amount of a week."""
    given = {"symbol": SPOT, "schedule": WEEKLY, "notional_quote": "100", "mode": mode, **parameters}
    bench = Bench(DCAExecutor, given, name="dca")
    bench.desk.cash["USDT"] = Decimal(1000)
    return bench


def week(bench: Bench, number: int, at: str, *, held: str = "0") -> list[object]:
    """Fire the week that has this number, with the price there and so much held by the worker."""
    price(bench, at)
    if Decimal(held):
        bench.desk.hold(position(size=held, worker="dca", entry="50000"))
    return bench.scheduled(WEEKLY, START_MS + number * WEEK_MS)


def spent(payloads: list[object]) -> Decimal:
    size = only_directive(payloads).size_directive
    assert size is not None
    assert size.notional_quote is not None
    return size.notional_quote


def skipped(payloads: list[object]) -> str:
    (one,) = payloads
    assert isinstance(one, PeriodSkipped)
    return one.reason


@pytest.mark.parametrize(
    ("growth", "periods", "value"), [("0", 3, "300"), ("0.01", 2, "204.02"), ("0.1", 1, "110")]
)
def test_the_value_path_is_edlesons(growth: str, periods: int, value: str) -> None:
    assert target_value(Decimal(100), Decimal(growth), periods) == Decimal(value)


@pytest.mark.parametrize(("at", "amount"), [("50000", "100"), ("40000", "140"), ("20000", "200")])
def test_the_third_period_buys_what_is_lacking_to_300(at: str, amount: str) -> None:
    bench = executor("value_averaging")
    week(bench, 0, "50000")
    week(bench, 1, "50000")
    directive = only_directive(payloads := week(bench, 2, at, held="0.004"))
    assert spent(payloads) == Decimal(amount), "at 20,000 it lacks 220, and twice the amount is the most"
    worth = (Decimal("0.004") * Decimal(at)).normalize()
    assert directive.rationale.endswith(f"(weekly); worth {worth:f} of 300 USDT in period 3")


def test_what_is_worth_enough_buys_nothing_and_says_so() -> None:
    bench = executor("value_averaging")
    why = "0 USDT to spend, at least 10 is wanted (worth 320 of 100 USDT in period 1)"
    assert skipped(week(bench, 0, "80000", held="0.004")) == why


def test_with_leave_to_sell_it_sells_what_is_beyond_the_value() -> None:
    bench = executor("value_averaging", may_sell="true", min_spend_quote="5")
    week(bench, 0, "50000")
    week(bench, 1, "50000")
    payloads = week(bench, 2, "80000", held="0.004")
    directive = only_directive(payloads)
    assert directive.scope is DirectiveScope.MODIFY_EXISTING
    assert directive.target_trade_ids == (position().trade_id,)
    assert directive.size_directive == SizeDirective(target_size_base=Decimal("0.0038")), "to the lot"
    assert directive.claim is not None
    assert directive.rationale == (
        "scheduled sale of 0.0002 BTC/USDT (weekly); worth 320 of 300 USDT in period 3"
    )


def test_a_large_surplus_closes_the_oldest_trades_first_and_no_more_than_its_most() -> None:
    bench = executor("value_averaging", may_sell="true")
    for number, size in ((1, "0.002"), (2, "0.004"), (3, "0.01")):
        bench.desk.hold(position(number=number, size=size, worker="dca"))
    close, reduce = week(bench, 0, "50000")
    assert isinstance(close, StrategyDirective)
    assert isinstance(reduce, StrategyDirective)
    assert close.scope is DirectiveScope.CLOSE_EXISTING
    assert close.target_trade_ids == (position(number=1).trade_id,)
    assert reduce.target_trade_ids == (position(number=2).trade_id,)
    assert reduce.size_directive == SizeDirective(target_size_base=Decimal("0.002")), "200 of 700 beyond 100"
    assert close.claim is not None
    assert reduce.claim is None


def test_a_surplus_that_is_too_small_or_under_way_is_not_sold() -> None:
    bench = executor("value_averaging", may_sell="true")
    assert (
        skipped(week(bench, 0, "51000", held="0.002"))
        == "too little to sell: worth 102 of 100 USDT in period 1"
    )
    bench.desk.in_flight.add(position().trade_id)
    why = f"a directive on {position().trade_id} has not ended"
    assert skipped(week(bench, 1, "200000", held="0.002")) == why


def test_a_skipped_period_is_made_up_for_by_the_next() -> None:
    bench = executor("value_averaging", max_price="60000")
    assert "above the maximum" in skipped(week(bench, 0, "70000"))
    assert spent(week(bench, 1, "50000")) == 200


def test_a_period_that_passed_while_the_desk_was_away_counts_once() -> None:
    bench = executor("value_averaging")
    assert spent(week(bench, 0, "50000")) == 100
    away = PeriodSkipped("dca", SPOT, WEEKLY, START_MS + WEEK_MS, "the desk was away")
    others = PeriodSkipped("other", SPOT, WEEKLY, START_MS + 2 * WEEK_MS, "the desk was away")
    for one in (away, away, others):
        assert missed(bench, one) == []
    bench.restart()
    assert spent(week(bench, 3, "50000", held="0.002")) == 200


def test_a_period_that_is_fired_again_after_a_kill_counts_once() -> None:
    bench = executor("value_averaging")
    week(bench, 0, "50000")
    bench.restart()
    assert spent(week(bench, 0, "50000")) == 100


def test_the_others_trades_are_not_its_value() -> None:
    bench = executor("value_averaging")
    bench.desk.hold(position(worker="swot_planner", size="1"))
    assert spent(week(bench, 0, "50000")) == 100


def test_only_value_averaging_remembers() -> None:
    for mode in ("fixed", "dip_weighted"):
        bench = executor(mode)
        week(bench, 0, "50000")
        missed(bench, PeriodSkipped("dca", SPOT, WEEKLY, START_MS, "away"))
        assert bench.memory.writes == 0


@pytest.mark.parametrize(
    ("at", "amount"), [("60000", "50"), ("50000", "50"), ("45000", "125"), ("40000", "200"), ("1", "200")]
)
def test_the_deeper_the_dip_the_more_is_bought(at: str, amount: str) -> None:
    bench = executor("dip_weighted", reference_bars=3)
    for bar in bars(["49000", "50000", "51000"], interval_ms=DAY_MS):
        bench.desk.history.setdefault((SPOT, DAY_MS), []).append(bar)
    bench.desk.time_ms += 3 * DAY_MS
    assert spent(week(bench, 0, at)) == Decimal(amount)


def test_a_dip_under_the_high_says_how_deep() -> None:
    bench = executor("dip_weighted", reference="high", reference_bars=3)
    for bar in bars(["49000", "49995", "48000"], interval_ms=DAY_MS):
        bench.desk.history.setdefault((SPOT, DAY_MS), []).append(bar)
    bench.desk.time_ms += 3 * DAY_MS
    directive = only_directive(week(bench, 0, "45000"))
    assert directive.rationale == (
        "scheduled buy of BTC/USDT for 125 USDT at about 45,000 (weekly);"
        " 10 % under the high 50,000: 1.25 times"
    )


def test_without_a_reference_the_period_is_skipped() -> None:
    bench = executor("dip_weighted", reference_bars=3)
    assert skipped(week(bench, 0, "45000")) == "0 of the 3 bars of the reference are known"
    for bar in bars(["1", "2", "3"], interval_ms=DAY_MS):
        bench.desk.history.setdefault((SPOT, DAY_MS), []).append(bar)
    bench.desk.time_ms += 5 * DAY_MS + 1
    assert skipped(week(bench, 1, "45000")) == "the newest bar of the reference ended more than two bars ago"
    bench.desk.time_ms -= DAY_MS
    bench.desk.history[SPOT, DAY_MS].append(bars(["NaN"], interval_ms=DAY_MS, first=3)[0])
    assert skipped(week(bench, 2, "45000")) == "a bar of the reference has no price"


@pytest.mark.parametrize(("dip", "times"), [("0", "0.5"), ("0.05", "0.875"), ("0.2", "2"), ("0.9", "2")])
def test_the_multiple_is_linear_up_to_the_full_dip(dip: str, times: str) -> None:
    weights = Dip(full=Decimal("0.2"), lowest=Decimal("0.5"), highest=Decimal(2))
    assert dip_multiple(Decimal(dip), weights) == Decimal(times)


def test_a_price_above_the_reference_is_no_dip() -> None:
    assert dip_of(Decimal(110), Decimal(100)) == 0
    assert dip_of(Decimal(90), Decimal(100)) == Decimal("0.1")


def test_an_amount_that_is_never_enough_is_pointed_out() -> None:
    (caution,) = executor("fixed", notional_quote="9").parameters.cautions()
    assert caution == "a period spends 9 at most, and with less than 10 it is skipped: nothing is bought"
    assert executor("dip_weighted", notional_quote="9").parameters.cautions() == ()
    (caution,) = executor("fixed", notional_quote="100", max_total_quote="5").parameters.cautions()
    assert caution == "max_total_quote is 5, and with less than 10 it is skipped: nothing is bought"
    assert executor("fixed", notional_quote="100", max_total_quote="10").parameters.cautions() == ()


def test_only_dips_need_bars() -> None:
    assert executor("fixed").parameters.bars_needed() == ()
    (needed,) = executor("dip_weighted", reference_bars=7).parameters.bars_needed()
    assert (needed.symbol, needed.interval_ms, needed.count) == (SPOT, DAY_MS, 7)
