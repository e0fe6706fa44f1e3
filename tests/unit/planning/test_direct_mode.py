"""Direct mode: a signal that qualifies becomes a directive, built by the platform from the blueprint."""

import dataclasses
from decimal import Decimal

import pytest

from desk.contracts.blocks import EntryBlock
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import Protection, StrategyDirective
from desk.contracts.events import DIRECTIVE_REFUSED, OPPORTUNITY_DETECTED, STRATEGY_DIRECTIVE_ISSUED
from desk.contracts.execution import DirectiveRefused
from desk.contracts.ids import OpportunityId, TickId
from desk.contracts.sides import OrderSide, PositionSide
from desk.contracts.signals import OpportunitySignal
from desk.contracts.states import DeskState
from desk.planning.direct import DirectMode
from desk.planning.refusal_pause import MOST_PER_MINUTE
from desk.testing.building import PERPETUAL, SPOT, START_MS, STRATEGY, position
from tests.builders.planning import PlanningBench, entering, leaving, routing, size


def mode(protection: Protection = Protection.REQUIRED) -> DirectMode:
    return DirectMode(
        strategy_id=STRATEGY,
        symbols=frozenset({SPOT, PERPETUAL}),
        signal_type="BREAKOUT",
        min_confidence=Decimal("0.6"),
        entry=entering(timing_preference=1),
        size=size(max_risk_amount=100),
        exit=leaving(),
        routing=routing(execution_urgency=1),
        protection=protection,
    )


def signal(
    signal_type: str = "BREAKOUT",
    confidence: str = "0.7",
    side: PositionSide = PositionSide.LONG,
    symbol: str = SPOT,
) -> OpportunitySignal:
    return OpportunitySignal(
        opportunity_id=OpportunityId.at(START_MS, 5),
        signal_type=signal_type,
        symbol=symbol,
        side=side,
        confidence=Decimal(confidence),
        detected_at_ms=START_MS,
        source="breakout",
        rationale="over the high",
        causality=CausalityChain.born(TickId.at(START_MS, 1)),
    )


def issued(
    bench: PlanningBench, one: OpportunitySignal, strategy_id: str = STRATEGY
) -> list[StrategyDirective]:
    heard: list[StrategyDirective] = []
    bench.bus.subscribe(STRATEGY_DIRECTIVE_ISSUED, heard.append, subscriber="observer")
    bench.start().bus.publish(OPPORTUNITY_DETECTED, one, strategy_id=strategy_id)
    return heard


def test_a_signal_becomes_a_planned_trade_with_its_cause() -> None:
    bench = PlanningBench(direct=[mode()])
    [directive] = issued(bench, signal())
    assert directive.entry_directive is not None
    assert (directive.entry_directive.symbol, directive.entry_directive.direction) == (SPOT, OrderSide.BUY)
    assert directive.entry_directive.timing_preference == 1
    assert directive.confidence == Decimal("0.7")
    assert directive.rationale == "BREAKOUT by breakout: over the high"
    assert directive.causality.opportunity_ids == (signal().opportunity_id,)
    [ready] = bench.ready
    assert ready.directive_id == directive.directive_id


def test_a_short_signal_sells() -> None:
    [directive] = issued(PlanningBench(direct=[mode()]), signal(side=PositionSide.SHORT))
    assert directive.entry_directive is not None
    assert directive.entry_directive.direction is OrderSide.SELL


@pytest.mark.parametrize(
    ("signal_type", "confidence", "strategy_id"),
    [("BREAKOUT", "0.59", STRATEGY), ("REVERSAL", "0.9", STRATEGY), ("BREAKOUT", "0.9", "another")],
)
def test_other_signals_are_not_meant(signal_type: str, confidence: str, strategy_id: str) -> None:
    bench = PlanningBench(direct=[mode()])
    assert issued(bench, signal(signal_type, confidence), strategy_id) == []


@pytest.mark.parametrize(("confidence", "trades"), [("0.5999", 0), ("0.6", 1), ("1", 1)])
def test_the_least_confidence_is_enough(confidence: str, trades: int) -> None:
    assert len(issued(PlanningBench(direct=[mode()]), signal(confidence=confidence))) == trades


def test_a_confidence_of_zero_is_no_opportunity_even_where_any_is_enough() -> None:
    anything = dataclasses.replace(mode(), min_confidence=Decimal(0))
    assert issued(PlanningBench(direct=[anything]), signal(confidence="0")) == []
    assert len(issued(PlanningBench(direct=[anything]), signal(confidence="0.0001"))) == 1


def test_a_block_on_new_risk_counts_for_what_it_is_about() -> None:
    for own_strategy_only, symbol, trades in ((False, None, 0), (False, SPOT, 0), (True, None, 1)):
        bench = PlanningBench(direct=[mode()])
        block = EntryBlock(
            strategy_id="another",
            worker="limiter",
            symbol=symbol,
            own_strategy_only=own_strategy_only,
            reason="a loss",
            blocked_at_ms=START_MS,
            causality=CausalityChain.born(TickId.at(START_MS, 1)),
        )
        bench.desk.blocks.append(block)
        assert len(issued(bench, signal())) == trades


def test_a_trade_on_one_symbol_leaves_the_others_free() -> None:
    bench = PlanningBench(position(symbol=PERPETUAL), direct=[mode()])
    assert len(issued(bench, signal())) == 1


def test_confidence_is_handed_on_and_is_no_size() -> None:
    directives = [
        issued(PlanningBench(direct=[mode()]), signal(confidence=confidence))[0]
        for confidence in ("0.6", "1")
    ]
    assert [one.confidence for one in directives] == [Decimal("0.6"), Decimal(1)]
    assert directives[0].size_directive == directives[1].size_directive


def test_one_trade_at_a_time_on_a_symbol() -> None:
    assert issued(PlanningBench(position(), direct=[mode()]), signal()) == []


def test_another_strategys_trade_does_not_count() -> None:
    bench = PlanningBench(position(strategy_id="another"), direct=[mode()])
    assert len(issued(bench, signal())) == 1


def test_an_entry_under_way_counts() -> None:
    bench = PlanningBench(direct=[mode()])
    bench.desk.pending_entries.add((STRATEGY, SPOT))
    assert issued(bench, signal()) == []


@pytest.mark.parametrize("state", [DeskState.REDUCING, DeskState.HALTED, DeskState.EXITING])
def test_no_risk_is_taken_unless_the_desk_is_active(state: DeskState) -> None:
    bench = PlanningBench(direct=[mode()])
    bench.desk.desk_state = state
    assert issued(bench, signal()) == []


def test_no_risk_is_taken_before_the_first_reconcile_or_over_an_unknown_order() -> None:
    bench = PlanningBench(direct=[mode()])
    bench.desk.reconciled = False
    assert issued(bench, signal()) == []
    bench = PlanningBench(direct=[mode()])
    bench.desk.unknown_orders.add(SPOT)
    assert issued(bench, signal()) == []


def test_without_protection_and_without_exit_hints_no_exit_is_planned() -> None:
    [directive] = issued(PlanningBench(direct=[mode(Protection.NONE)]), signal())
    assert directive.exit_directive is None


@pytest.mark.parametrize(("size_base", "is_locked"), [("0.5", True), ("0.00004", False)])
def test_a_trade_locks_its_symbol_and_dust_that_no_venue_trades_does_not(
    size_base: str,
    is_locked: bool,  # noqa: FBT001 - what is expected
) -> None:
    bench = PlanningBench(position(size=size_base), direct=[mode()])
    assert (not issued(bench, signal())) is is_locked


def refusing(bench: PlanningBench, *, but: int = 0) -> list[StrategyDirective]:
    """Refuse what is issued, all but one of it; return the list of what was issued."""
    heard: list[StrategyDirective] = []

    def refuse(directive: StrategyDirective) -> None:
        heard.append(directive)
        if len(heard) != but:
            no = DirectiveRefused(
                directive_id=directive.directive_id, refused_by="gate", reason="full", refused_at_ms=START_MS
            )
            bench.bus.publish(DIRECTIVE_REFUSED, no)

    bench.bus.subscribe(STRATEGY_DIRECTIVE_ISSUED, refuse, subscriber="gate")
    bench.start()
    return heard


def poke(bench: PlanningBench, times: int, symbol: str = SPOT) -> None:
    for _ in range(times):
        bench.bus.publish(OPPORTUNITY_DETECTED, signal(symbol=symbol), strategy_id=STRATEGY)


def test_a_symbol_on_which_all_is_refused_rests_until_the_minute_is_over() -> None:
    bench = PlanningBench(direct=[mode()])
    heard = refusing(bench)
    poke(bench, 100)
    assert len(heard) == MOST_PER_MINUTE
    poke(bench, 1, PERPETUAL)
    assert len(heard) == MOST_PER_MINUTE + 1, "the others go on"
    bench.desk.time_ms += 60_000
    poke(bench, 100)
    assert len(heard) == 2 * MOST_PER_MINUTE + 1


def test_one_that_is_not_refused_ends_the_row() -> None:
    bench = PlanningBench(direct=[mode()])
    heard = refusing(bench, but=MOST_PER_MINUTE)
    poke(bench, 100)
    assert len(heard) == 2 * MOST_PER_MINUTE


def test_symbols_that_a_signal_makes_up_rest_together() -> None:
    bench = PlanningBench(direct=[mode()])
    heard = refusing(bench)
    for number in range(100):
        poke(bench, 1, f"MADE{number}/USDT")
    assert len(heard) == MOST_PER_MINUTE
