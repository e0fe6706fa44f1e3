"""An opportunity is confronted with context and threats; only one that holds against all becomes a trade."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.blocks import EntryBlock
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import DirectiveScope
from desk.contracts.ids import TickId
from desk.contracts.market import Quote
from desk.contracts.sides import OrderSide, PositionSide
from desk.contracts.signals import OPERATOR_EXIT
from desk.contracts.states import DeskState
from desk.testing.bench import Bench, only_directive
from desk.testing.building import PERPETUAL, STRATEGY, bars, position
from desk.workers.confrontation import Confrontation
from desk.workers.strategy.swot_planner import SwotPlanner

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT


def planner(**parameters: object) -> Bench:
    """Plan for a perpetual at 50,000, risking 50 USDT a trade with a stop at 1 %."""
    given: dict[str, object] = {"symbol": PERPETUAL, "max_risk_quote": "50", "stop_fraction": "0.01"}
    bench = Bench(SwotPlanner, {**given, **parameters})
    quote(bench)
    return bench


def quote(bench: Bench, *, old_ms: int = 0, symbol: str = PERPETUAL) -> None:
    price = Decimal(50_000)
    bench.desk.quotes[symbol] = Quote(symbol, price, price, price, bench.desk.time_ms - old_ms)


def in_an_uptrend(rating: str = "0.9", **parameters: object) -> Bench:
    bench = planner(**parameters)
    bench.assessment(rating, PERPETUAL)
    return bench


def chance(bench: Bench, confidence: str = "0.9", side: PositionSide = LONG) -> list[object]:
    return bench.opportunity(confidence, side, PERPETUAL)


def test_a_chance_to_buy_in_an_uptrend_becomes_a_trade() -> None:
    directive = only_directive(chance(in_an_uptrend()))
    assert directive.scope is DirectiveScope.NEW_TRADE
    assert directive.confidence == Decimal("0.81")
    entry, size = directive.entry_directive, directive.size_directive
    leave, routing = directive.exit_directive, directive.routing_directive
    assert entry is not None
    assert size is not None
    assert leave is not None
    assert routing is not None
    assert (entry.symbol, entry.direction, entry.timing_preference) == (PERPETUAL, OrderSide.BUY, Decimal(1))
    assert size.model_dump(exclude_unset=True) == {"max_risk_amount": Decimal(50)}
    assert (leave.stop_loss_tolerance, leave.risk_reward_ratio) == (Decimal("0.01"), Decimal(2))
    assert routing.execution_urgency == 1
    assert (
        directive.rationale == "BREAKOUT LONG: close outside the range; score 0.81 of S 0.9, W 0, O 0.9, T 0"
    )


def test_a_chance_to_sell_in_a_downtrend_becomes_a_trade() -> None:
    directive = only_directive(chance(in_an_uptrend("-0.9"), side=SHORT))
    assert directive.entry_directive is not None
    assert directive.entry_directive.direction is OrderSide.SELL
    assert directive.confidence == Decimal("0.81")


def test_a_directive_names_every_signal_it_was_weighed_with() -> None:
    bench = in_an_uptrend()
    bench.threat("0.1")
    causality = only_directive(chance(bench)).causality
    assert len(causality.context_ids) == 1
    assert len(causality.opportunity_ids) == 1
    assert len(causality.threat_ids) == 1
    assert causality.tick_id is not None


@pytest.mark.parametrize(("rating", "side"), [("-0.9", LONG), ("0.9", SHORT)])
def test_a_chance_against_the_trend_is_let_go(rating: str, side: PositionSide) -> None:
    assert chance(in_an_uptrend(rating), side=side) == []


def test_strength_without_an_opportunity_never_trades() -> None:
    confrontation = Confrontation(
        strength=Decimal(1), weakness=Decimal(0), opportunity=Decimal(0), threat=Decimal(0)
    )
    assert confrontation.score == 0
    assert chance(in_an_uptrend("1"), "0") == []


def test_an_opportunity_without_a_context_never_trades() -> None:
    assert chance(planner(), "1") == []


@pytest.mark.parametrize("which", ["strength", "weakness", "opportunity", "threat"])
def test_the_weakest_of_the_four_decides(which: str) -> None:
    best = {"strength": "1", "weakness": "0", "opportunity": "1", "threat": "0"}
    bad = "0.3" if which in {"strength", "opportunity"} else "0.7"
    values = {name: Decimal(text) for name, text in {**best, which: bad}.items()}
    assert Confrontation(**values).score == Decimal("0.3")


def test_a_score_at_the_threshold_trades_and_one_below_does_not() -> None:
    assert len(chance(in_an_uptrend("0.8", threshold="0.4"), "0.5")) == 1
    assert chance(in_an_uptrend("0.8", threshold="0.4"), "0.4999") == []


@pytest.mark.parametrize(("asset", "trades"), [(None, 0), ("BTC", 0), (PERPETUAL, 0), ("ETH", 1)])
def test_a_threat_stands_against_what_it_affects(asset: str | None, trades: int) -> None:
    bench = in_an_uptrend()
    bench.threat("0.8", asset)
    assert len(chance(bench)) == trades


def test_an_exit_by_the_operator_is_over_once_he_has_re_armed_the_desk() -> None:
    bench = in_an_uptrend()
    bench.threat("1", threat_type=OPERATOR_EXIT)
    bench.desk.desk_state = DeskState.HALTED
    assert chance(bench) == []
    bench.desk.desk_state = DeskState.ACTIVE
    assert len(chance(bench)) == 1


def test_a_threat_counts_for_a_while() -> None:
    bench = in_an_uptrend(threat_memory_s=900)
    bench.threat("0.8")
    bench.desk.time_ms += 900_000
    quote(bench)
    assert chance(bench) == []
    bench.desk.time_ms += 1
    quote(bench)
    assert len(chance(bench)) == 1


def test_a_threat_that_did_not_stop_the_trade_is_written_down() -> None:
    bench = in_an_uptrend()
    bench.threat("0.1")
    assert only_directive(chance(bench)).rationale.endswith("; in spite of CONNECTION_LOST 0.1")


def test_the_newest_context_counts() -> None:
    bench = in_an_uptrend()
    bench.assessment("-0.9", PERPETUAL)
    assert chance(bench) == []


def test_every_source_has_its_say_and_the_greatest_of_each_counts() -> None:
    bench = in_an_uptrend("0.5", threshold="0.1")
    bench.assessment("0.8", PERPETUAL, source="structure_context")
    bench.assessment("-0.3", PERPETUAL, source="another_trend")
    directive = only_directive(chance(bench))
    assert directive.rationale.endswith("; score 0.63 of S 0.8, W 0.3, O 0.9, T 0"), "0.7 x 0.9"
    assert len(directive.causality.context_ids) == 3


def test_a_source_that_speaks_again_is_counted_once() -> None:
    bench = in_an_uptrend("1")
    bench.assessment("0.8", PERPETUAL)
    directive = only_directive(chance(bench))
    assert directive.confidence == Decimal("0.72")
    assert len(directive.causality.context_ids) == 1


@pytest.mark.parametrize(("rating", "side"), [("0.9", LONG), ("-0.9", SHORT)])
def test_a_regime_is_the_same_for_both_sides(rating: str, side: PositionSide) -> None:
    for regime, expected in (("0.95", "0.855"), ("-0.4", "0.54")):
        bench = in_an_uptrend(rating, threshold="0.1")
        bench.assessment(regime, PERPETUAL, source="regime", both_sides=True)
        assert only_directive(chance(bench, side=side)).confidence == Decimal(expected)


def test_an_assessment_that_is_too_old_counts_no_more() -> None:
    bench = in_an_uptrend(max_context_age_s="3600")
    bench.desk.time_ms += 3_600_000
    quote(bench)
    assert len(chance(bench)) == 1
    bench = in_an_uptrend(max_context_age_s="3600")
    bench.assessment("-0.8", PERPETUAL, source="structure_context")
    bench.desk.time_ms += 3_600_001
    quote(bench)
    assert chance(bench) == []
    bench.assessment("0.7", PERPETUAL)
    directive = only_directive(chance(bench))
    assert directive.rationale.endswith("S 0.7, W 0, O 0.9, T 0")
    assert len(directive.causality.context_ids) == 1


def test_a_threat_that_names_its_end_counts_until_then() -> None:
    bench = in_an_uptrend(threat_memory_s=900)
    bench.threat("0.8", until_ms=bench.desk.time_ms + 7_200_000)
    for later_ms, trades in ((7_199_999, 0), (1, 1)):
        bench.desk.time_ms += later_ms
        quote(bench)
        assert len(chance(bench)) == trades


def test_a_threat_that_was_over_when_it_came_is_none() -> None:
    bench = in_an_uptrend()
    bench.threat("0.8", until_ms=bench.desk.time_ms)
    assert len(chance(bench)) == 1
    assert bench.memory.notes.keys() == {"decided_at_ms"}


def test_threats_count_over_a_restart_and_are_forgotten_when_they_are_over() -> None:
    bench = in_an_uptrend(threat_memory_s=900)
    bench.threat("0.8")
    bench.threat("0.1", "ETH")
    bench.restart()
    bench.assessment("0.9", PERPETUAL)
    assert chance(bench) == []
    (key,) = bench.memory.notes
    assert key.startswith("threat.THR_")
    bench.restart()
    bench.assessment("0.9", PERPETUAL)
    bench.desk.time_ms += 900_001
    quote(bench)
    directive = only_directive(chance(bench))
    assert directive.causality.threat_ids == ()
    assert bench.memory.notes.keys() == {"decided_at_ms"}


def test_a_block_on_new_risk_stands_in_the_way() -> None:
    bench = in_an_uptrend()
    born = CausalityChain.born(TickId.at(bench.desk.time_ms, 1))
    bench.desk.blocks.append(
        EntryBlock(strategy_id="a", worker="b", reason="c", blocked_at_ms=1, causality=born)
    )
    assert chance(bench) == []


def test_signals_on_other_symbols_are_not_its_own() -> None:
    bench = in_an_uptrend()
    bench.assessment("-1", "ETH/USDT:USDT")
    assert bench.opportunity("1", LONG, "ETH/USDT:USDT") == []
    assert len(chance(bench)) == 1


@pytest.mark.parametrize("state", [DeskState.REDUCING, DeskState.HALTED, DeskState.EXITING])
def test_a_desk_that_takes_no_risk_gets_no_trade(state: DeskState) -> None:
    bench = in_an_uptrend()
    bench.desk.desk_state = state
    assert chance(bench) == []


def test_a_desk_that_is_not_reconciled_gets_no_trade() -> None:
    bench = in_an_uptrend()
    bench.desk.reconciled = False
    assert chance(bench) == []


def test_an_order_of_unknown_outcome_stands_in_the_way() -> None:
    bench = in_an_uptrend()
    bench.desk.unknown_orders.add(PERPETUAL)
    assert chance(bench) == []


def test_an_old_or_missing_price_stands_in_the_way() -> None:
    bench = in_an_uptrend()
    quote(bench, old_ms=5_001)
    assert chance(bench) == []
    bench.desk.quotes.clear()
    assert chance(bench) == []


def test_one_trade_at_a_time() -> None:
    bench = in_an_uptrend()
    bench.desk.hold(position(LONG, symbol=PERPETUAL, entry="50000"))
    assert chance(bench) == []


@pytest.mark.parametrize("side", [LONG, SHORT])
def test_dust_that_no_venue_trades_is_no_trade(side: PositionSide) -> None:
    for reverse in ("ignore", "close"):
        bench = in_an_uptrend(reverse=reverse)
        bench.desk.hold(position(side, symbol=PERPETUAL, entry="50000", size="0.00009"))
        assert only_directive(chance(bench)).scope is DirectiveScope.NEW_TRADE


def test_a_trade_in_a_market_that_is_not_known_is_held() -> None:
    bench = in_an_uptrend()
    bench.desk.hold(position(LONG, symbol=PERPETUAL, entry="50000", size="0.00009"))
    bench.desk.instruments.clear()
    assert chance(bench) == []


def test_an_entry_that_has_not_ended_is_waited_for() -> None:
    bench = in_an_uptrend()
    bench.desk.pending_entries.add((STRATEGY, PERPETUAL))
    assert chance(bench) == []


def test_a_trade_of_another_strategy_is_not_its_own() -> None:
    bench = in_an_uptrend()
    bench.desk.hold(position(LONG, symbol=PERPETUAL, strategy_id="another"))
    assert only_directive(chance(bench)).scope is DirectiveScope.NEW_TRADE


def test_decisions_keep_their_distance_also_over_a_restart() -> None:
    bench = in_an_uptrend(cooldown_s=60)
    assert len(chance(bench)) == 1
    bench.restart()
    bench.assessment("0.9", PERPETUAL)
    bench.desk.time_ms += 59_999
    quote(bench)
    assert chance(bench) == []
    bench.desk.time_ms += 1
    assert len(chance(bench)) == 1


@pytest.mark.parametrize(("held", "rating", "side"), [(LONG, "-0.9", SHORT), (SHORT, "0.9", LONG)])
def test_a_chance_against_the_open_trade_closes_it_where_that_is_wanted(
    held: PositionSide, rating: str, side: PositionSide
) -> None:
    for reverse, closes in (("ignore", False), ("close", True)):
        bench = in_an_uptrend(rating, reverse=reverse)
        trade = position(held, symbol=PERPETUAL, entry="50000")
        bench.desk.hold(trade)
        payloads = chance(bench, side=side)
        assert bool(payloads) is closes
        if closes:
            directive = only_directive(payloads)
            assert directive.scope is DirectiveScope.CLOSE_EXISTING
            assert directive.target_trade_ids == (trade.trade_id,)


def test_a_chance_for_the_open_trade_does_not_close_it() -> None:
    bench = in_an_uptrend(reverse="close")
    bench.desk.hold(position(LONG, symbol=PERPETUAL, entry="50000"))
    assert chance(bench) == []


def test_a_trade_that_is_being_worked_on_is_not_reversed() -> None:
    bench = in_an_uptrend("-0.9", reverse="close")
    trade = position(LONG, symbol=PERPETUAL)
    bench.desk.hold(trade)
    bench.desk.in_flight.add(trade.trade_id)
    assert chance(bench, side=SHORT) == []


def test_coins_cannot_be_sold_short() -> None:
    bench = planner(symbol="BTC/USDT")
    quote(bench, symbol="BTC/USDT")
    bench.assessment("-0.9", "BTC/USDT")
    assert bench.opportunity("0.9", SHORT, "BTC/USDT") == []


def test_risk_may_be_a_fraction_of_the_account() -> None:
    bench = Bench(
        SwotPlanner, {"symbol": PERPETUAL, "account_risk_fraction": "0.01", "stop_fraction": "0.02"}
    )
    quote(bench)
    bench.assessment("0.9", PERPETUAL)
    size = only_directive(chance(bench)).size_directive
    assert size is not None
    assert size.model_dump(exclude_unset=True) == {"account_risk_fraction": Decimal("0.01")}


def by_range(**parameters: object) -> Bench:
    bench = Bench(
        SwotPlanner,
        {
            "symbol": PERPETUAL,
            "max_risk_quote": "50",
            "stop_atr_multiple": "2",
            "atr_bars": "3",
            **parameters,
        },
    )
    quote(bench)
    bench.assessment("0.9", PERPETUAL)
    return bench


def test_a_stop_may_be_measured_in_average_ranges() -> None:
    bench = by_range()
    bench.desk.history[PERPETUAL, 60_000] = bars([50_000] * 3, symbol=PERPETUAL, half_range="125")
    leave = only_directive(chance(bench)).exit_directive
    assert leave is not None
    assert leave.stop_loss_tolerance == Decimal("0.01"), "2 ranges of 250 of 50,000"


def test_without_enough_bars_for_the_stop_nothing_is_decided() -> None:
    bench = by_range()
    bench.desk.history[PERPETUAL, 60_000] = bars([50_000] * 2, symbol=PERPETUAL)
    assert chance(bench) == []


@pytest.mark.parametrize("half_range", ["0", "9000"])
def test_a_stop_on_the_price_or_out_of_sight_is_none(half_range: str) -> None:
    bench = by_range()
    bench.desk.history[PERPETUAL, 60_000] = bars([50_000] * 3, symbol=PERPETUAL, half_range=half_range)
    assert chance(bench) == []


def test_bars_are_asked_for_only_where_they_are_read() -> None:
    assert planner().parameters.bars_needed() == ()
    (needed,) = by_range().parameters.bars_needed()
    assert (needed.symbol, needed.interval_ms, needed.count) == (PERPETUAL, 60_000, 4 * 3 + 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"max_risk_quote": "50"},
        {"max_risk_quote": "50", "stop_fraction": "0.01", "stop_atr_multiple": "2"},
        {"max_risk_quote": "50", "account_risk_fraction": "0.01", "stop_fraction": "0.01"},
        {"max_risk_quote": "50", "stop_fraction": "0.01", "threshold": "0"},
    ],
)
def test_parameters_say_one_risk_and_one_stop(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Bench(SwotPlanner, {"symbol": PERPETUAL, **wrong})
