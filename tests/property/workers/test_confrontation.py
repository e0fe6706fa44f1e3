"""Without an opportunity no trade; more of what is good never hurts, more of what is bad never helps."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.directives import StrategyDirective
from desk.contracts.market import Quote
from desk.contracts.sides import OrderSide, PositionSide
from desk.testing.bench import Bench
from desk.testing.building import PERPETUAL
from desk.workers.confrontation import Confrontation
from desk.workers.strategy.swot_planner import SwotPlanner

UNIT = st.decimals(0, 1, places=4)
SIGNED = st.decimals(-1, 1, places=4)
FOUR = st.tuples(UNIT, UNIT, UNIT, UNIT)
CONTEXTS = st.lists(st.tuples(SIGNED, st.booleans()), max_size=4)
THREATS = st.lists(UNIT, max_size=3)
SIDES = st.sampled_from(PositionSide)


def score(four: tuple[Decimal, Decimal, Decimal, Decimal]) -> Decimal:
    strength, weakness, opportunity, threat = four
    return Confrontation(strength, weakness, opportunity, threat).score


def decided(
    contexts: list[tuple[Decimal, bool]], threats: list[Decimal], confidence: Decimal, side: PositionSide
) -> list[StrategyDirective]:
    """Put it all to a planner that trades at the least sign, on a desk where nothing stands in the way."""
    given_parameters = {
        "symbol": PERPETUAL, "max_risk_quote": "50", "stop_fraction": "0.01", "threshold": "0.0001",
    }  # fmt: skip
    bench = Bench(SwotPlanner, given_parameters)
    price = Decimal(50_000)
    bench.desk.quotes[PERPETUAL] = Quote(PERPETUAL, price, price, price, bench.desk.time_ms)
    for number, (rating, both_sides) in enumerate(contexts):
        bench.assessment(str(rating), PERPETUAL, source=f"source-{number}", both_sides=both_sides)
    for severity in threats:
        bench.threat(str(severity))
    return [
        one
        for one in bench.opportunity(str(confidence), side, PERPETUAL)
        if isinstance(one, StrategyDirective)
    ]


@given(FOUR, FOUR)
def test_a_score_rises_with_strength_and_opportunity_and_falls_with_weakness_and_threat(
    one: tuple[Decimal, Decimal, Decimal, Decimal], other: tuple[Decimal, Decimal, Decimal, Decimal]
) -> None:
    better = (max(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), min(one[3], other[3]))
    assert 0 <= score(one) <= score(better) <= 1


@given(FOUR)
def test_a_score_is_no_better_than_any_of_the_four(four: tuple[Decimal, Decimal, Decimal, Decimal]) -> None:
    strength, weakness, opportunity, threat = four
    assert score(four) <= min(strength, opportunity, 1 - weakness, 1 - threat)


@given(CONTEXTS, THREATS, SIDES)
def test_without_an_opportunity_nothing_is_ever_issued(
    contexts: list[tuple[Decimal, bool]], threats: list[Decimal], side: PositionSide
) -> None:
    assert decided(contexts, threats, Decimal(0), side) == []


@given(THREATS, UNIT, SIDES)
def test_without_a_context_nothing_is_ever_issued(
    threats: list[Decimal], confidence: Decimal, side: PositionSide
) -> None:
    assert decided([], threats, confidence, side) == []


@given(CONTEXTS, THREATS, UNIT)
def test_a_short_is_a_long_in_the_mirror(
    contexts: list[tuple[Decimal, bool]], threats: list[Decimal], confidence: Decimal
) -> None:
    mirrored = [(rating if both_sides else -rating, both_sides) for rating, both_sides in contexts]
    long = decided(contexts, threats, confidence, PositionSide.LONG)
    short = decided(mirrored, threats, confidence, PositionSide.SHORT)
    assert [one.confidence for one in long] == [one.confidence for one in short]
    for one, other in zip(long, short, strict=True):
        assert one.entry_directive is not None
        assert other.entry_directive is not None
        assert one.entry_directive.direction is OrderSide.BUY
        assert other.entry_directive.direction is OrderSide.SELL
        assert one.size_directive == other.size_directive, "confidence is no size"
        assert one.exit_directive == other.exit_directive


@given(CONTEXTS, THREATS, UNIT, SIDES)
def test_what_is_issued_names_everything_that_was_weighed(
    contexts: list[tuple[Decimal, bool]], threats: list[Decimal], confidence: Decimal, side: PositionSide
) -> None:
    for directive in decided(contexts, threats, confidence, side):
        chain = directive.causality
        assert len(chain.context_ids) == len(contexts)
        assert len(chain.threat_ids) == len(threats)
        assert len(chain.opportunity_ids) == 1
