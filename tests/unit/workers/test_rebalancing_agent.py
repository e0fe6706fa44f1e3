"""Weights go back to their targets, worked out by hand: sells first, then buys, once per period."""

from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.blocks import EntryBlock
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import DirectiveScope, PeriodClaim, StrategyDirective
from desk.contracts.events import PeriodSkipped
from desk.contracts.ids import TickId
from desk.contracts.sides import OrderSide, PositionSide
from desk.contracts.states import DeskState
from desk.testing.bench import Bench, only_directive
from desk.testing.building import PERPETUAL, SPOT, START_MS, instrument, position
from desk.workers.scheduled_operations.rebalancing_agent import RebalancingAgent
from tests.builders.calendar import ValuedDesk, price

DAILY, DAY_MS = "daily", 86_400_000
ETH, ETH_PERPETUAL = "ETH/USDT", "ETH/USDT:USDT"
HALVES = [{"symbol": SPOT, "weight": "0.5"}, {"symbol": ETH, "weight": "0.5"}]


def agent(targets: list[dict[str, str]] | None = None, **parameters: object) -> Bench:
    """Have BTC at 50,000 and ETH at 2,500, 100,000 USDT of equity, half of each wanted."""
    given = {"targets": HALVES if targets is None else targets, "schedule": DAILY, **parameters}
    symbols = (SPOT, PERPETUAL, ETH, ETH_PERPETUAL)
    bench = Bench(RebalancingAgent, given, name="rebalancer", desk=ValuedDesk(), symbols=symbols)
    bench.desk.cash["USDT"] = Decimal(100_000)
    quotes(bench)
    return bench


def quotes(bench: Bench, btc: str = "50000", eth: str = "2500") -> None:
    for symbol, middle in ((SPOT, btc), (PERPETUAL, btc), (ETH, eth), (ETH_PERPETUAL, eth)):
        price(bench, middle, symbol)


def own(
    bench: Bench, symbol: str, size: str, side: PositionSide = PositionSide.LONG, number: int = 1
) -> None:
    bench.desk.hold(
        position(side, number=number, symbol=symbol, size=size, entry="2000", worker="rebalancer")
    )


def fires(bench: Bench, day: int = 0) -> list[object]:
    """Fire the schedule; the platform records the claim or the skipped period, as it does."""
    start_ms = START_MS + day * DAY_MS
    payloads = bench.scheduled(DAILY, start_ms)
    for one in payloads:
        if isinstance(one, PeriodSkipped):
            bench.desk.claims.add(claim(day).key)
        elif isinstance(one, StrategyDirective) and one.claim is not None:
            assert one.claim.key == claim(day).key
            bench.desk.claims.add(one.claim.key)
            bench.desk.in_flight.update(one.target_trade_ids)
    return payloads


def claim(day: int) -> PeriodClaim:
    start_ms = START_MS + day * DAY_MS
    return PeriodClaim(worker="rebalancer", symbol=SPOT, schedule_name=DAILY, period_start_ms=start_ms)


def skipped(payloads: list[object]) -> str:
    (one,) = payloads
    assert isinstance(one, PeriodSkipped)
    return one.reason


def size(directive: object) -> Decimal | None:
    assert isinstance(directive, StrategyDirective)
    wish = directive.size_directive
    return None if wish is None else wish.target_size_base


def test_an_empty_book_is_bought_into_its_weights() -> None:
    first, second = fires(agent(max_slippage="0"))
    assert isinstance(first, StrategyDirective)
    assert isinstance(second, StrategyDirective)
    assert (first.scope, second.scope) == (DirectiveScope.NEW_TRADE, DirectiveScope.NEW_TRADE)
    assert first.entry_directive is not None
    assert (first.entry_directive.symbol, first.entry_directive.direction) == (SPOT, OrderSide.BUY)
    assert size(first) == Decimal("0.9995"), "1 BTC and its fee of 0.05 % out of 50,000 USDT, to the lot"
    assert size(second) == Decimal("19.99")
    assert first.claim == claim(0)
    assert second.claim is None
    assert first.rationale == "buy 0.9995 BTC/USDT (0 → 0.5): target 0.5 of 100,000, daily"


def test_with_cash_kept_back_the_weights_are_met_to_the_lot() -> None:
    targets = [{"symbol": SPOT, "weight": "0.5"}, {"symbol": ETH, "weight": "0.3"}]
    first, second = fires(agent(targets, cash_weight="0.2"))
    assert (size(first), size(second)) == (Decimal(1), Decimal(12))


def test_sells_come_first_and_buys_when_they_have_ended() -> None:
    bench = agent()
    own(bench, SPOT, "1.28")
    own(bench, ETH, "14.4", number=2)
    bench.desk.cash["USDT"] = Decimal(0)
    sell = only_directive(fires(bench))
    assert sell.scope is DirectiveScope.MODIFY_EXISTING
    assert size(sell) == 1
    assert sell.rationale == "sell 0.28 BTC/USDT (0.64 → 0.5): target 0.5 of 100,000, daily"
    assert bench.tick("50000") == [], "the sale has not ended"
    bench.desk.resize(sell.target_trade_ids[0], "1")
    bench.desk.in_flight.clear()
    bench.desk.cash["USDT"] = Decimal(14_000)
    quotes(bench)
    buy = only_directive(bench.tick("50000"))
    assert buy.scope is DirectiveScope.MODIFY_EXISTING
    assert buy.target_trade_ids == (position(number=2).trade_id,)
    assert size(buy) == Decimal("14.4") + Decimal("5.5693"), "14,000 less 0.55 % for fee and slippage"
    assert bench.tick("50000") == []


def test_the_buys_follow_without_a_price_too() -> None:
    bench = agent()
    own(bench, SPOT, "2")
    fires(bench)
    bench.desk.resize(position().trade_id, "1")
    bench.desk.in_flight.clear()
    assert only_directive(bench.time_passes(10_000)).scope is DirectiveScope.NEW_TRADE


def test_a_run_goes_on_after_a_restart() -> None:
    bench = agent()
    own(bench, SPOT, "2")
    fires(bench)
    bench.restart()
    assert bench.tick("50000") == []
    bench.desk.resize(position().trade_id, "1")
    bench.desk.in_flight.clear()
    quotes(bench)
    assert size(only_directive(bench.tick("50000"))) == 20
    bench.restart()
    assert bench.tick("50000") == []


def test_a_run_whose_claim_was_never_written_down_never_began() -> None:
    bench = agent()
    own(bench, SPOT, "2")
    fires(bench)
    bench.restart()
    bench.desk.claims.clear()
    bench.desk.in_flight.clear()
    assert bench.tick("50000") == []
    assert bench.memory.items() == {}


def test_a_run_whose_buys_cannot_be_issued_is_given_up() -> None:
    bench = agent(run_timeout_s=60)
    own(bench, SPOT, "2")
    fires(bench)
    assert bench.time_passes(60_001) == []
    bench.desk.in_flight.clear()
    assert bench.time_passes(10_000) == []
    assert bench.memory.items() == {}


def test_what_was_not_sold_is_not_bought_for() -> None:
    bench = agent()
    own(bench, SPOT, "2")
    fires(bench)
    bench.desk.in_flight.clear()
    quotes(bench)
    assert bench.tick("50000") == [], "BTC still is the whole of the equity"


def test_within_the_band_nothing_is_traded_and_the_weights_are_told() -> None:
    bench = agent()
    own(bench, SPOT, "1.25")
    own(bench, ETH, "15", number=2)
    why = "every weight is within its band: BTC/USDT 0.625 of 0.5, ETH/USDT 0.375 of 0.5"
    assert skipped(fires(bench)) == why
    quotes(bench, btc="50001")
    assert len(fires(bench, 1)) == 1, "0.12501 is more than a quarter of the target"


def test_a_narrow_target_has_the_absolute_band() -> None:
    targets = [{"symbol": SPOT, "weight": "0.1"}]
    bench = agent(targets, cash_weight="0.9")
    own(bench, SPOT, "0.29")
    assert "within its band" in skipped(fires(bench))
    own(bench, SPOT, "0.31")
    assert size(only_directive(fires(bench, 1))) == Decimal("0.2")


def test_a_weight_of_zero_is_closed_whatever_the_band() -> None:
    targets = [{"symbol": SPOT, "weight": "1"}, {"symbol": ETH, "weight": "0"}]
    bench = agent(targets, min_trade="1000")
    own(bench, SPOT, "1.99")
    own(bench, ETH, "0.2", number=2)
    close = only_directive(fires(bench))
    assert close.scope is DirectiveScope.CLOSE_EXISTING
    assert close.target_trade_ids == (position(number=2).trade_id,)
    assert close.rationale == "sell 0.2 ETH/USDT (0.005 → 0): target 0 of 100,000, daily"


def test_a_short_is_the_mirror() -> None:
    targets = [{"symbol": PERPETUAL, "weight": "-0.5"}, {"symbol": ETH_PERPETUAL, "weight": "-0.5"}]
    bench = agent(targets)
    own(bench, PERPETUAL, "1.28", PositionSide.SHORT)
    own(bench, ETH_PERPETUAL, "14.4", PositionSide.SHORT, number=2)
    cover = only_directive(bench.scheduled(DAILY, START_MS))
    assert size(cover) == 1
    assert cover.rationale == "buy 0.28 BTC/USDT:USDT (-0.64 → -0.5): target -0.5 of 100,000, daily"


def test_a_change_of_sign_closes_before_it_opens() -> None:
    bench = agent([{"symbol": PERPETUAL, "weight": "-1"}], max_turnover="3")
    own(bench, PERPETUAL, "0.5")
    close = only_directive(bench.scheduled(DAILY, START_MS))
    assert close.scope is DirectiveScope.CLOSE_EXISTING
    assert close.claim is not None
    bench.desk.claims.add(close.claim.key)
    assert bench.tick("50000", PERPETUAL) == [], "what is still held long is not sold short"


def test_once_closed_the_other_side_is_opened() -> None:
    bench = agent([{"symbol": PERPETUAL, "weight": "-1"}], stop_fraction="0.1", max_turnover="3")
    own(bench, PERPETUAL, "0.5")
    close = only_directive(bench.scheduled(DAILY, START_MS))
    assert close.claim is not None
    bench.desk.claims.add(close.claim.key)
    bench.desk.resize(position().trade_id, "0")
    opened = only_directive(bench.tick("50000", PERPETUAL))
    assert opened.scope is DirectiveScope.NEW_TRADE
    assert opened.entry_directive is not None
    assert opened.entry_directive.direction is OrderSide.SELL
    assert size(opened) == 2
    assert opened.exit_directive is not None
    assert opened.exit_directive.stop_loss_tolerance == Decimal("0.1")


def test_the_turnover_of_a_run_is_shared_by_its_legs() -> None:
    bench = agent(max_turnover="0.14")
    own(bench, SPOT, "1.28")
    own(bench, ETH, "14.4", number=2)
    assert size(only_directive(fires(bench))) == Decimal("1.14"), "14,000 and 14,000 wanted, 14,000 in all"


def test_a_dry_run_tells_the_table_and_issues_nothing() -> None:
    bench = agent(dry_run=True)
    own(bench, SPOT, "1.28")
    own(bench, ETH, "14.4", number=2)
    why = "dry run: sell 0.28 BTC/USDT (0.64 → 0.5), buy 5.6 ETH/USDT (0.36 → 0.5)"
    assert skipped(fires(bench)) == why
    bench.desk.in_flight.clear()
    assert bench.tick("50000") == []


def test_a_small_trade_is_left_out() -> None:
    bench = agent(min_trade="14001")
    own(bench, SPOT, "1.28")
    own(bench, ETH, "14.4", number=2)
    assert "within its band" in skipped(fires(bench))


def test_what_others_hold_is_not_its_own() -> None:
    bench = agent([{"symbol": SPOT, "weight": "0.5"}], cash_weight="0.5")
    bench.desk.hold(position(size="5", worker="swot_planner"), position(number=2, strategy_id="EXTERNAL"))
    assert size(only_directive(fires(bench))) == 1


def test_a_period_is_run_once() -> None:
    bench = agent()
    assert fires(bench)
    bench.restart()
    assert fires(bench) == []


def test_another_schedule_does_nothing() -> None:
    assert agent().scheduled("weekly", START_MS) == []


def test_an_idle_tick_does_nothing() -> None:
    bench = agent()
    assert bench.tick("50000") == []
    assert bench.time_passes(10_000) == []
    assert bench.memory.writes == 0


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda bench: setattr(bench.desk, "worth", None), "the equity is not known, or not above zero"),
        (lambda bench: setattr(bench.desk, "worth", Decimal("NaN")), "the equity is not known"),
        (lambda bench: bench.desk.quotes.pop(ETH), "ETH/USDT: there is no price"),
        (lambda bench: price(bench, "2500", ETH, old_ms=60_001), "ETH/USDT: the price is 60001 ms old"),
        (lambda bench: price(bench, "NaN", ETH), "ETH/USDT: bid NaN and ask NaN are no market"),
        (lambda bench: bench.desk.unknown_orders.add(SPOT), "BTC/USDT: the outcome of an order is not known"),
        (lambda bench: bench.desk.instruments.pop(ETH), "ETH/USDT is not known here"),
        (lambda bench: bench.desk.unknown_currencies.add("USDT"), "BTC/USDT: the worth of USDT is not known"),
        (lambda bench: setattr(bench.desk, "reconciled", False), "the ledger is not reconciled"),
        (lambda bench: setattr(bench.desk, "desk_state", DeskState.REDUCING), "the desk is REDUCING"),
        (lambda bench: bench.desk.pending_entries.add(("trend", ETH)), "ETH/USDT: an entry has not ended"),
        (lambda bench: bench.desk.blocks.append(block()), "BTC/USDT: breaker blocks new risk: shock"),
        (lambda bench: bench.desk.in_flight.add(position().trade_id), "a directive on"),
    ],
)
def test_what_is_not_known_skips_the_whole_run(spoil: object, why: str) -> None:
    bench = agent()
    own(bench, SPOT, "1.99")
    assert callable(spoil)
    spoil(bench)
    assert why in skipped(fires(bench))


def block() -> EntryBlock:
    born = CausalityChain.born(TickId.at(START_MS, 1))
    return EntryBlock(
        strategy_id="trend", worker="breaker", reason="shock", blocked_at_ms=START_MS, causality=born
    )


def test_a_late_period_is_skipped_but_for_the_operator() -> None:
    bench = agent()
    (one,) = bench.scheduled(DAILY, START_MS, late_ms=3_600_001)
    assert isinstance(one, PeriodSkipped)
    assert one.reason == "3600 s late, at most 3600 s is allowed"
    assert bench.scheduled(DAILY, START_MS, late_ms=3_600_001, by_hand=True) != []


def test_a_run_that_has_not_ended_skips_the_next() -> None:
    bench = agent(run_timeout_s=86_400)
    own(bench, SPOT, "2")
    fires(bench)
    assert skipped(fires(bench, 1)) == "the run before has not ended"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            {"targets": [{"symbol": SPOT, "weight": "0.9"}]},
            "the weights add up to 0.9 and cash_weight is 0: together that must be 1, so cash_weight is 0.1",
        ),
        (
            {"targets": [{"symbol": SPOT, "weight": "1.2"}]},
            "together that must be 1, so the weights are wrong",
        ),
        ({"max_gross": "2"}, "the weights add up to 1 and cash_weight is 0: together that must be 2"),
        ({"targets": [*HALVES, HALVES[0]]}, "BTC/USDT has two weights"),
        ({"targets": [{"symbol": SPOT, "weight": "-1"}]}, "BTC/USDT is spot and cannot be held short"),
        ({"targets": []}, "at least 1"),
        ({"targets": [{"symbol": "BTCUSDT", "weight": "1"}]}, "pattern"),
        ({"abs_band": "-0.1"}, "greater than or equal to 0"),
        ({"max_turnover": "0"}, "greater than 0"),
        ({"targets": [{"symbol": SPOT, "weight": "NaN"}]}, "finite"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        agent(**{"targets": HALVES, **change})  # type: ignore[arg-type]
    assert why in str(refused.value)


def test_the_filters_of_another_quote_currency_are_converted() -> None:
    bench = agent([{"symbol": "ETH/BTC", "weight": "0.5"}], cash_weight="0.5")
    bench.desk.instruments["ETH/BTC"] = replace(instrument("ETH/BTC"), min_notional_quote=Decimal("0.0001"))
    bench.desk.cash["BTC"] = Decimal(5)
    assert isinstance(bench.desk, ValuedDesk)
    bench.desk.rates["BTC"] = Decimal(50_000)
    price(bench, "0.05", "ETH/BTC")
    (bought,) = bench.scheduled(DAILY, START_MS)
    assert size(bought) == 20, "50,000 USDT of ETH at 0.05 BTC of 50,000 USDT"
