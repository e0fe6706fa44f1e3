"""Calm and structure rate as their formulas say, on bars whose numbers were worked out by hand."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.events import BAR_CLOSED
from desk.contracts.market import Bar
from desk.contracts.signals import ContextAssessment
from desk.testing.bench import Bench
from desk.testing.building import SPOT, bars
from desk.workers.base import Worker
from desk.workers.context.structure_context import StructureContext
from desk.workers.context.trend_context import TrendContext
from desk.workers.context.volatility_regime_context import VolatilityRegimeContext

STEPS_UP = [1000, 1010, 1000, 1015, 1002, 1008]
STEPS_DOWN = [1000, 990, 1000, 985, 998, 992]
RANGES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
Build = Callable[[], Bench]


def regime(**parameters: object) -> Bench:
    return Bench(
        VolatilityRegimeContext,
        {"symbol": SPOT, "atr_bars": 1, "history_bars": 10, "min_change": "0.01", **parameters},
    )


def structure(**parameters: object) -> Bench:
    return Bench(StructureContext, {"symbol": SPOT, "swing_bars": 1, "full_step": "0.01", **parameters})


def ranging(half_ranges: Sequence[int | str], *, first: int = 0) -> list[Bar]:
    """Build bars around 1,000 that reach so far to either side of it."""
    return [
        bar
        for number, half in enumerate(half_ranges, start=first)
        for bar in bars([1000], half_range=str(half), first=number)
    ]


def close(bench: Bench, history: Sequence[Bar]) -> list[ContextAssessment]:
    published = [payload for bar in history for payload in bench.bar(bar)]
    assert all(isinstance(one, ContextAssessment) for one in published)
    return [one for one in published if isinstance(one, ContextAssessment)]


def rating(assessment: ContextAssessment) -> Decimal:
    (factor,) = assessment.factors
    assert (factor.strength is None) != (factor.weakness is None)
    return factor.strength if factor.strength is not None else -(factor.weakness or Decimal(0))


@pytest.mark.parametrize(
    ("half_range", "expected"),
    [("0.5", "1"), ("2.5", "0.5"), ("3", "0.375"), ("5.25", "0"), ("8.5", "-0.5"), ("20", "-1")],
)
def test_calm_is_a_strength_and_wild_a_weakness_by_the_rank_in_the_own_past(
    half_range: str, expected: str
) -> None:
    # The past has the ranges 2, 4 .. 20; calm is below rank 0.4, wild above 0.6; an equal one counts half.
    (assessment,) = close(regime(), ranging([*RANGES, half_range]))
    assert rating(assessment) == Decimal(expected)
    assert assessment.factors[0].both_sides


def test_a_regime_is_ranked_among_the_bars_before_it_alone() -> None:
    bench = regime(history_bars=10)
    assert close(bench, ranging(RANGES)) == [], "ten values are known, and nine are the past of the last"


def test_a_market_that_never_changes_is_neither_calm_nor_wild() -> None:
    assert [rating(one) for one in close(regime(), ranging([5] * 40))] == [0]


def test_a_bar_without_any_range_is_as_calm_as_can_be() -> None:
    (assessment,) = close(regime(), ranging([*RANGES, 0]))
    assert rating(assessment) == 1


def test_higher_highs_and_higher_lows_are_a_strength() -> None:
    # Highs 1,010 then 1,015: 0.495 of a full step; lows 1,000 then 1,002: 0.2. Their mean.
    (assessment,) = close(structure(), bars(STEPS_UP, half_range="0"))
    assert rating(assessment) == Decimal("0.3475")


def test_lower_highs_and_lower_lows_are_a_weakness() -> None:
    # Lows 990 then 985: -0.5051; highs 1,000 then 998: -0.2.
    (assessment,) = close(structure(), bars(STEPS_DOWN, half_range="0"))
    assert rating(assessment) == Decimal("-0.3525")


def test_a_close_beyond_the_last_swing_breaks_the_structure_at_once() -> None:
    # 990 confirms the lower high 1,008 (-0.6897 of a step) and is far below the low 1,002 (-1).
    found = close(structure(), bars([*STEPS_UP, 990], half_range="0"))
    assert [rating(one) for one in found] == [Decimal("0.3475"), Decimal("-0.8448")]


def test_without_two_swings_of_each_kind_there_is_no_structure() -> None:
    assert close(structure(), bars(STEPS_UP[:5], half_range="0")) == []
    assert close(structure(), bars([1000 + number for number in range(60)])) == []


def test_history_warms_a_structure_up() -> None:
    bench = structure()
    history = bars(STEPS_UP, half_range="0")
    bench.desk.history[SPOT, 60_000] = list(history[:-1])
    assert [rating(one) for one in close(bench, history[-1:])] == [Decimal("0.3475")]


@pytest.mark.parametrize("build", [regime, structure])
def test_a_rating_is_said_again_after_a_restart_and_nothing_is_remembered(build: Build) -> None:
    bench = build()
    history = ranging([*RANGES, 3]) + bars(STEPS_UP, half_range="3", first=11)
    before = close(bench, history)
    bench.restart()
    after = close(bench, bars([STEPS_UP[-1]], half_range="3", first=len(history)))
    assert before
    assert len(after) == 1
    assert bench.memory.writes == 0


def test_an_unchanged_rating_is_said_again_only_where_that_is_wanted() -> None:
    flat = ranging([5] * 40)
    assert len(close(regime(), flat)) == 1
    # The first can be told at bar 11; then every tenth of the 29 that follow.
    assert len(close(regime(repeat_bars=10), flat)) == 3


@pytest.mark.parametrize("kind", [TrendContext, StructureContext, VolatilityRegimeContext])
def test_between_bars_nothing_is_done(kind: type[Worker]) -> None:
    assert set(kind.manifest.handlers) == {BAR_CLOSED}


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (VolatilityRegimeContext, {"calm_percentile": "0.7"}),
        (VolatilityRegimeContext, {"wild_percentile": "1.01"}),
        (VolatilityRegimeContext, {"history_bars": 9}),
        (StructureContext, {"swing_bars": 0}),
        (StructureContext, {"full_step": "0"}),
        (StructureContext, {"min_change": "0"}),
        (TrendContext, {"repeat_bars": 0}),
    ],
)
def test_parameters_out_of_range_are_refused(kind: type[Worker], wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Bench(kind, {"symbol": SPOT, **wrong})


@pytest.mark.parametrize(("calm", "wild"), [("0", "1"), ("0.5", "0.5"), ("1", "1"), ("0", "0")])
def test_percentiles_at_their_ends_divide_by_nothing(calm: str, wild: str) -> None:
    bench = regime(calm_percentile=calm, wild_percentile=wild)
    found = close(bench, ranging([*RANGES, 20, 0, 5, 30, 0, 1]))
    assert all(-1 <= rating(one) <= 1 for one in found)
