"""Mean reversion and momentum see a chance once, on both sides, with the confidence of their formulas."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from pydantic import ValidationError

from desk.contracts.events import BAR_CLOSED
from desk.contracts.sides import PositionSide
from desk.contracts.signals import OpportunitySignal
from desk.testing.bench import Bench
from desk.testing.building import SPOT, bars
from desk.workers.base import Worker
from desk.workers.indicators import Deviation
from desk.workers.opportunity.breakout_opportunity import BreakoutOpportunity
from desk.workers.opportunity.mean_reversion_opportunity import MeanReversionOpportunity
from desk.workers.opportunity.momentum_cross_opportunity import MomentumCrossOpportunity

LONG, SHORT = PositionSide.LONG, PositionSide.SHORT
Closes = Sequence[str | int]
Build = Callable[[], Bench]


def reversion(**parameters: object) -> Bench:
    given = {"lookback_bars": 5, "entry_z": "1.5", "full_z": "2", "rearm_z": "0.5", "min_deviation": "0"}
    return Bench(MeanReversionOpportunity, {"symbol": SPOT, **given, **parameters})


def cross(**parameters: object) -> Bench:
    given = {"mode": "averages", "fast_bars": 1, "slow_bars": 2, "signal_bars": 2, "full_gap": "0.1"}
    return Bench(MomentumCrossOpportunity, {"symbol": SPOT, **given, **parameters})


def close(bench: Bench, closes: Closes, first: int = 0) -> list[OpportunitySignal]:
    published = [payload for bar in bars(closes, first=first) for payload in bench.bar(bar)]
    return [one for one in published if isinstance(one, OpportunitySignal)]


def test_the_score_is_in_deviations_of_the_population() -> None:
    deviation = Deviation(5)
    for value in (100, 100, 100, 100, 90):
        assert deviation.score is None
        deviation.add(Decimal(value))
    found = (deviation.mean, deviation.deviation, deviation.score)
    assert found == (Decimal(98), Decimal(4), Decimal(-2))


def test_values_that_are_all_the_same_have_no_score() -> None:
    deviation = Deviation(3)
    for _ in range(5):
        deviation.add(Decimal("0.1"))
    assert deviation.score is None


@pytest.mark.parametrize(("last", "side", "where"), [(90, LONG, "below 98"), (110, SHORT, "above 102")])
def test_a_close_far_from_its_mean_is_a_chance_to_come_back(
    last: int, side: PositionSide, where: str
) -> None:
    (signal,) = close(reversion(), [100, 100, 100, 100, last])
    assert (signal.side, signal.confidence) == (side, Decimal(1))
    assert signal.signal_type == "MEAN_REVERSION"
    assert signal.rationale == (f"close {last} is 2.00 standard deviations {where}, the mean of 5 bars")


def test_confidence_grows_with_the_distance_from_the_mean() -> None:
    # Mean 98.6, variance 8.64: 1.9052 deviations, 0.8103 of the way from 1.5 to 2.
    (signal,) = close(reversion(), [101, 99, 101, 99, 93])
    assert signal.confidence == Decimal("0.9052")


def test_a_stretched_close_is_one_chance_until_it_came_back() -> None:
    assert len(close(reversion(), [100, 100, 100, 100, 90, 89, 60])) == 1
    assert len(close(reversion(), [100, 100, 100, 100, 90, 89, 60, 88, 40])) == 2, "88 is near its mean"


def test_a_close_that_swings_to_the_other_side_is_a_new_chance() -> None:
    found = close(reversion(), [100, 100, 100, 100, 90, 130])
    assert [one.side for one in found] == [LONG, SHORT]


def test_deviations_of_a_still_market_are_noise() -> None:
    assert close(reversion(min_deviation="0.05"), [100, 100, 100, 100, 90]) == []


def test_an_excursion_that_was_there_before_the_start_is_no_new_chance() -> None:
    bench = reversion()
    bench.desk.history[SPOT, 60_000] = bars([100, 100, 100, 100, 90])
    assert close(bench, [84], first=5) == []


def test_lines_that_cross_downwards_are_a_chance_to_sell() -> None:
    # The slow line is 11, then 9.6667; the close 9 is 0.6667 under it: 0.0741 of the close.
    (signal,) = close(cross(), [10, 12, 9])
    assert (signal.side, signal.confidence) == (SHORT, Decimal("0.8704"))
    assert signal.signal_type == "MOMENTUM_CROSS"
    assert signal.rationale == "the averages of 1, 2 bars crossed downwards at 9, now 7.407 % apart"


def test_a_cross_is_one_chance_and_the_way_back_another() -> None:
    found = close(cross(), [10, 12, 9, "9.5", 10, 11, 12, 11])
    assert [one.side for one in found] == [SHORT, LONG, SHORT]


def test_the_macd_crosses_its_signal_line() -> None:
    # Lines 1, -0.6667, -0.2222, 0.2593; signals 0.1667, -0.0926, 0.1420: a gap of 0.0117 of the close.
    (signal,) = close(cross(mode="macd"), [10, 12, 9, 9, 10])
    assert (signal.side, signal.confidence) == (LONG, Decimal("0.5586"))
    assert signal.rationale.startswith("MACD(1, 2, 2) and its signal line crossed upwards at 10")


def test_lines_that_touch_have_not_crossed() -> None:
    # At 10 the close is 0.0148 above the slow line, at 11 it is 0.0348 above.
    found = close(cross(min_gap="0.03"), [10, 12, 9, "9.5", 10, 11])
    assert [one.side for one in found] == [SHORT, LONG]
    assert len(close(cross(min_gap="0.03"), [10, 12, 9, "9.5", 10])) == 1


def test_lines_that_stand_still_cross_nothing() -> None:
    assert close(cross(), [10] * 40) == []


def test_a_price_that_stands_still_for_long_is_no_cross_by_rounding() -> None:
    bench = cross(mode="macd")
    assert close(bench, [10, 12, 9, 9, *[10] * 20])
    assert close(bench, [10] * 300, first=24) == []


def test_where_the_lines_are_at_the_start_is_no_cross() -> None:
    assert close(cross(), [10, 12, 13, 14]) == []


def test_a_cross_among_missed_bars_is_over() -> None:
    bench = cross()
    assert close(bench, [10, 12, 13]) == []
    bench.desk.history[SPOT, 60_000] += bars([9, 8], first=3)
    assert close(bench, [7], first=5) == []


@pytest.mark.parametrize("build", [reversion, cross])
def test_nothing_is_remembered_and_a_restart_repeats_nothing(build: Build) -> None:
    bench = build()
    closes = [100, 101, 100, 101, 80]
    assert close(bench, closes)
    bench.restart()
    assert close(bench, [79], first=5) == []
    assert bench.memory.writes == 0


@pytest.mark.parametrize("kind", [BreakoutOpportunity, MeanReversionOpportunity, MomentumCrossOpportunity])
def test_between_bars_nothing_is_done(kind: type[Worker]) -> None:
    assert set(kind.manifest.handlers) == {BAR_CLOSED}


@pytest.mark.parametrize(
    ("kind", "wrong", "told"),
    [
        (MeanReversionOpportunity, {"entry_z": "3"}, "entry_z 3 must be below full_z 3"),
        (MeanReversionOpportunity, {"rearm_z": "2"}, "rearm_z 2 must be below entry_z 2"),
        (MeanReversionOpportunity, {"lookback_bars": 9}, "full_z 3 is never reached: of 9 closes none"),
        (MeanReversionOpportunity, {"min_confidence": "0"}, "greater than 0"),
        (MomentumCrossOpportunity, {"fast_bars": 26}, "fast_bars 26 must be below slow_bars 26"),
        (MomentumCrossOpportunity, {"min_gap": "0.001"}, "min_gap 0.001 must be below full_gap 0.001"),
        (MomentumCrossOpportunity, {"min_gap": "0"}, "greater than 0"),
        (MomentumCrossOpportunity, {"mode": "rsi"}, "'macd' or 'averages'"),
    ],
)
def test_parameters_that_cannot_be_are_refused(
    kind: type[Worker], wrong: dict[str, object], told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        Bench(kind, {"symbol": SPOT, **wrong})
