"""Context, opportunity and threat workers say what the bars show, on both sides, and no more often."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise

import pytest
from pydantic import ValidationError

from desk.contracts.market import Bar
from desk.contracts.sides import PositionSide
from desk.contracts.signals import ContextAssessment, OpportunitySignal, ThreatSignal
from desk.testing.bench import Bench
from desk.testing.building import PERPETUAL, SPOT, bars
from desk.workers.base import Worker
from desk.workers.context.structure_context import StructureContext
from desk.workers.context.trend_context import TrendContext
from desk.workers.context.volatility_regime_context import VolatilityRegimeContext
from desk.workers.opportunity.breakout_opportunity import BreakoutOpportunity
from desk.workers.opportunity.mean_reversion_opportunity import MeanReversionOpportunity
from desk.workers.opportunity.momentum_cross_opportunity import MomentumCrossOpportunity
from desk.workers.threat.volatility_threat import VolatilityThreat

RISING = [1000 + 10 * number for number in range(30)]
FALLING = [1000 - 10 * number for number in range(30)]


def trend(**parameters: object) -> Bench:
    return Bench(
        TrendContext, {"symbol": SPOT, "fast_bars": 3, "slow_bars": 6, "full_gap": "0.05", **parameters}
    )


def breakout(**parameters: object) -> Bench:
    return Bench(BreakoutOpportunity, {"symbol": SPOT, "lookback_bars": 5, "min_range": "0", **parameters})


def volatility(**parameters: object) -> Bench:
    return Bench(
        VolatilityThreat, {"symbol": SPOT, "fast_bars": 2, "slow_bars": 10, "panic_ratio": 5, **parameters}
    )


def regime() -> Bench:
    return Bench(VolatilityRegimeContext, {"symbol": SPOT, "atr_bars": 3, "history_bars": 10})


def structure() -> Bench:
    return Bench(StructureContext, {"symbol": SPOT, "swing_bars": 2})


def reversion() -> Bench:
    return Bench(MeanReversionOpportunity, {"symbol": SPOT, "lookback_bars": 12})


def cross() -> Bench:
    given = {"symbol": SPOT, "fast_bars": 2, "slow_bars": 4, "signal_bars": 3}
    return Bench(MomentumCrossOpportunity, given)


def close(bench: Bench, history: Sequence[Bar]) -> list[object]:
    """Close bars one after the other; return all that was published."""
    return [payload for bar in history for payload in bench.bar(bar)]


def ratings(payloads: Sequence[object]) -> list[Decimal]:
    """Read assessments as ratings: above zero a strength, below a weakness."""
    found = []
    for payload in payloads:
        assert isinstance(payload, ContextAssessment)
        (factor,) = payload.factors
        found.append((factor.strength or Decimal(0)) - (factor.weakness or Decimal(0)))
    return found


def opportunities(payloads: Sequence[object]) -> list[OpportunitySignal]:
    return [payload for payload in payloads if isinstance(payload, OpportunitySignal)]


def severities(payloads: Sequence[object]) -> list[Decimal]:
    return [payload.severity for payload in payloads if isinstance(payload, ThreatSignal)]


def test_a_rising_market_is_a_strength() -> None:
    found = ratings(close(trend(), bars(RISING)))
    assert found
    assert min(found) > 0


def test_a_falling_market_is_a_weakness() -> None:
    found = ratings(close(trend(), bars(FALLING)))
    assert found
    assert max(found) < 0


def test_a_trend_turns_from_strength_to_weakness() -> None:
    found = ratings(close(trend(), bars([*RISING, *reversed(RISING)])))
    assert found[0] > 0 > found[-1]


def test_a_context_that_has_not_changed_is_said_once() -> None:
    assert ratings(close(trend(), bars([1000] * 50))) == [0]
    steps = ratings(close(trend(min_change="0.3"), bars([*RISING, *reversed(RISING)])))
    assert all(abs(one - other) >= Decimal("0.3") for one, other in pairwise(steps))


def test_a_context_is_said_again_after_a_restart() -> None:
    bench = trend()
    close(bench, bars([1000] * 20))
    bench.restart()
    assert ratings(close(bench, bars([1000], first=20))) == [0]


def test_a_close_above_the_range_is_a_chance_to_buy() -> None:
    (signal,) = opportunities(close(breakout(), bars([*[1000] * 5, 1006])))
    assert signal.side is PositionSide.LONG
    assert signal.rationale == "close 1,006 above 1,005, the edge of 5 bars"
    assert signal.causality.tick_id is not None


def test_a_close_below_the_range_is_a_chance_to_sell() -> None:
    (signal,) = opportunities(close(breakout(), bars([*[1000] * 5, 994])))
    assert signal.side is PositionSide.SHORT
    assert signal.rationale == "close 994 below 995, the edge of 5 bars"


@pytest.mark.parametrize("last", [995, 1000, 1005])
def test_a_close_within_the_range_is_no_chance(last: int) -> None:
    assert close(breakout(), bars([*[1000] * 5, last])) == []


@pytest.mark.parametrize(
    ("last", "confidence"), [("1005.5", "0.6"), ("1007.5", "1"), ("994.5", "0.6"), ("950", "1")]
)
def test_confidence_grows_with_the_distance(last: str, confidence: str) -> None:
    (signal,) = opportunities(close(breakout(), bars([*[1000] * 5, last])))
    assert signal.confidence == Decimal(confidence)


def test_a_narrow_range_is_noise() -> None:
    assert close(breakout(min_range="0.02"), bars([*[1000] * 5, 1010])) == []


def test_the_range_is_that_of_the_bars_before() -> None:
    assert len(close(breakout(), bars([*[1000] * 5, 1006, 1011, 1012]))) == 1, "1,006 reached 1,011"


def test_a_calm_market_is_no_threat() -> None:
    assert close(volatility(), bars([1000] * 60)) == []


@pytest.mark.parametrize("direction", [1, -1])
def test_a_spike_is_a_threat_up_or_down(direction: int) -> None:
    spike = [1000 + direction * move for move in (100, 250)]
    (threat, *_) = close(volatility(), bars([*[1000] * 40, *spike]))
    assert isinstance(threat, ThreatSignal)
    assert threat.affected_asset == "BTC"
    assert threat.threat_type == "HIGH_VOLATILITY_DETECTED"
    assert threat.severity >= Decimal("0.2")


def test_a_spike_that_stays_is_raised_once_and_again_when_it_grows() -> None:
    found = severities(close(volatility(), bars([*[1000] * 40, 1080, 1080, 1080, 2000])))
    assert len(found) > 1
    assert all(later - earlier >= Decimal("0.2") for earlier, later in pairwise(found))


def test_a_spike_after_a_calm_is_a_new_threat() -> None:
    spike, calm = [1100, 1000], [1000] * 60
    assert len(severities(close(volatility(), bars([*calm, *spike, *calm, *spike])))) == 2


def test_a_market_that_stood_still_is_no_threat() -> None:
    assert close(volatility(), bars([1000] * 60, half_range="0")) == []


Build = Callable[[], Bench]
WORKERS: list[Build] = [trend, breakout, volatility, regime, structure, reversion, cross]
WARM_AT_ONCE: list[Build] = [trend, breakout, volatility, regime, reversion]
"""Those that say something of the first bar after a flat history; swings and crosses take more than that."""
STORY = [*[1000] * 40, 1030, 1200, 1190, 1300, *FALLING]


@pytest.mark.parametrize("build", WORKERS)
def test_history_warms_up_as_if_the_worker_had_lived_through_it(build: Build) -> None:
    lived, started = build(), build()
    history = bars(STORY)
    close(lived, history[:60])
    started.desk.history[SPOT, 60_000] = list(history[:60])
    close(started, history[60:61])
    close(lived, history[60:61])
    assert _indicators(started.worker) == _indicators(lived.worker)


@pytest.mark.parametrize("build", WORKERS)
def test_bars_missed_during_a_pause_are_learned_from_the_history(build: Build) -> None:
    steady, paused = build(), build()
    history = bars(STORY)
    close(steady, history)
    close(paused, history[:30])
    paused.desk.history[SPOT, 60_000] += history[30:69]
    close(paused, history[69:])
    assert _indicators(paused.worker) == _indicators(steady.worker)


@pytest.mark.parametrize("build", WORKERS)
def test_bars_of_others_and_bars_seen_already_change_nothing(build: Build) -> None:
    bench = build()
    history = bars(STORY[:42])
    close(bench, history)
    before = _indicators(bench.worker)
    assert close(bench, [history[-1]]) == []
    assert close(bench, bars([9999] * 3, symbol=PERPETUAL, first=42)) == []
    assert close(bench, bars([9999] * 3, interval_ms=300_000, first=42)) == []
    assert _indicators(bench.worker) == before


@pytest.mark.parametrize("build", WARM_AT_ONCE)
def test_the_bars_needed_make_it_warm(build: Build) -> None:
    bench = build()
    (needed,) = bench.parameters.bars_needed()
    assert (needed.symbol, needed.interval_ms) == (SPOT, 60_000)
    started = bars([*[1000] * needed.count, 2000])
    bench.desk.history[SPOT, 60_000] = list(started[:-1])
    assert len(bench.bar(started[-1])) == 1


def _indicators(worker: Worker) -> str:
    """Write down what a worker has learned."""
    names = (
        "_fast", "_slow", "_channel", "_bounds_before", "_average", "_now", "_past", "_swings", "_deviation",
        "_signal", "_gap", "_side",
    )  # fmt: skip
    found = [getattr(worker, name) for name in names if hasattr(worker, name)]
    return repr([getattr(one, "__dict__", one) for one in found])


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (TrendContext, {"fast_bars": 50, "slow_bars": 50}),
        (VolatilityThreat, {"fast_bars": 100}),
        (VolatilityThreat, {"calm_ratio": "10"}),
        (VolatilityThreat, {"rearm_severity": "0.2"}),
        (BreakoutOpportunity, {"min_confidence": "1.1"}),
        (BreakoutOpportunity, {"interval_ms": 999}),
    ],
)
def test_parameters_that_contradict_each_other_are_refused(
    kind: type[Worker], wrong: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        Bench(kind, {"symbol": SPOT, **wrong})
