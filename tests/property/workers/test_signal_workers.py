"""Whatever prices do: ratings stay in bounds and tell what changed, crosses alternate, threats grow."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.market import Bar
from desk.contracts.signals import ContextAssessment, OpportunitySignal, ThreatSignal
from desk.testing.bench import Bench
from desk.testing.building import SPOT, bars, quote
from desk.workers.base import Worker
from desk.workers.context.structure_context import StructureContext
from desk.workers.context.trend_context import TrendContext
from desk.workers.context.volatility_regime_context import VolatilityRegimeContext
from desk.workers.episodes import Episode, ThreatLevels
from desk.workers.opportunity.breakout_opportunity import BreakoutOpportunity
from desk.workers.opportunity.mean_reversion_opportunity import MeanReversionOpportunity
from desk.workers.opportunity.momentum_cross_opportunity import MomentumCrossOpportunity
from desk.workers.threat.connection_threat import ConnectionThreat

PATHS = st.lists(st.integers(-300, 300), min_size=20, max_size=50)
CONTEXTS: list[tuple[type[Worker], dict[str, object]]] = [
    (TrendContext, {"fast_bars": 2, "slow_bars": 5}),
    (VolatilityRegimeContext, {"atr_bars": 2, "history_bars": 10}),
    (StructureContext, {"swing_bars": 1}),
]
OPPORTUNITIES: list[tuple[type[Worker], dict[str, object]]] = [
    (BreakoutOpportunity, {"lookback_bars": 5, "min_range": "0"}),
    (MeanReversionOpportunity, {"lookback_bars": 10, "full_z": "2.9", "min_deviation": "0"}),
    (MomentumCrossOpportunity, {"fast_bars": 2, "slow_bars": 4, "signal_bars": 2, "min_gap": "1e-9"}),
    (MomentumCrossOpportunity, {"mode": "averages", "fast_bars": 2, "slow_bars": 4, "min_gap": "1e-9"}),
]
CROSSES = OPPORTUNITIES[2:]
BASE = 100_000


def history(moves: Sequence[int], *, sign: int = 1, around: int = BASE) -> list[Bar]:
    """Build bars of closes that lie so far from a price, to one side of it or mirrored."""
    return bars([around + sign * 10 * move for move in moves])


def published(kind: type[Worker], parameters: dict[str, object], path: Sequence[Bar]) -> list[object]:
    bench = Bench(kind, {"symbol": SPOT, **parameters})
    found = [payload for bar in path for payload in bench.bar(bar)]
    assert bench.memory.writes == 0
    return found


def chances(payloads: Sequence[object]) -> list[OpportunitySignal]:
    assert all(isinstance(one, OpportunitySignal) for one in payloads)
    return [one for one in payloads if isinstance(one, OpportunitySignal)]


@given(st.sampled_from(CONTEXTS), PATHS)
def test_a_rating_stays_within_bounds_and_is_said_only_where_it_changed(
    worker: tuple[type[Worker], dict[str, object]], moves: list[int]
) -> None:
    before: Decimal | None = None
    for one in published(*worker, history(moves)):
        assert isinstance(one, ContextAssessment)
        (factor,) = one.factors
        assert (factor.strength is None) != (factor.weakness is None)
        rating = factor.strength if factor.strength is not None else -(factor.weakness or Decimal(0))
        assert -1 <= rating <= 1
        assert before is None or abs(rating - before) >= Decimal("0.1")
        before = rating


@given(st.sampled_from(OPPORTUNITIES), PATHS)
def test_a_chance_to_sell_is_one_to_buy_in_the_mirror(
    worker: tuple[type[Worker], dict[str, object]], moves: list[int]
) -> None:
    found = chances(published(*worker, history(moves)))
    mirrored = chances(published(*worker, history(moves, sign=-1)))
    assert all(Decimal("0.5") <= one.confidence <= 1 for one in found)
    assert [(one.detected_at_ms, one.side.sign) for one in found] == [
        (one.detected_at_ms, -one.side.sign) for one in mirrored
    ]


@given(st.sampled_from(CROSSES), PATHS)
def test_crosses_alternate(worker: tuple[type[Worker], dict[str, object]], moves: list[int]) -> None:
    found = [one.side for one in chances(published(*worker, history(moves)))]
    assert all(one is not following for one, following in pairwise(found))


@given(st.lists(st.decimals(0, 1, places=4), max_size=60), st.booleans())
def test_a_threat_is_told_as_it_begins_and_as_it_grows(severities: list[Decimal], repeats: bool) -> None:  # noqa: FBT001
    levels = ThreatLevels(repeat_after_s=Decimal(10) if repeats else None)
    episode = Episode(levels)
    raised: tuple[Decimal, int] | None = None
    for second, severity in enumerate(severities):
        is_due = episode.is_due(severity, second * 1_000)
        if severity < levels.rearm_severity:
            raised = None
        if not is_due:
            continue
        assert severity >= levels.raise_severity
        if raised is not None:
            has_grown = severity >= min(raised[0] + levels.escalation, Decimal(1)) > raised[0]
            assert has_grown or (repeats and second - raised[1] >= 10)
        raised = severity, second


@given(st.lists(st.integers(0, 40), max_size=40))
def test_a_silence_is_told_no_more_often_than_it_has_steps(pauses: list[int]) -> None:
    bench = Bench(ConnectionThreat, {"symbols": [SPOT], "calm_s": "5", "panic_s": "25"})
    for pause in pauses:
        bench.desk.quotes[SPOT] = quote("100", time_ms=bench.desk.time_ms)
        found = [one for _ in range(pause) for one in bench.time_passes(1_000)]
        severities = [one.severity for one in found if isinstance(one, ThreatSignal)]
        assert len(severities) <= 4
        assert severities == sorted(set(severities))
