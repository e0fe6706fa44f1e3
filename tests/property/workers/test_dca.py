"""However often a schedule fires, a period buys at most once, and each ends bought or skipped."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.directives import PeriodClaim, Protection, StrategyDirective
from desk.contracts.events import PeriodSkipped
from desk.contracts.market import Quote
from desk.workers.scheduled_operations.dca_executor import DCAExecutor
from tests.builders.memory_desk import SPOT, START_MS
from tests.builders.workers import Bench

DAY_MS = 86_400_000
FIRES = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 7200), st.integers(0, 400), st.booleans()), max_size=40
)


@given(fires=FIRES)
def test_a_period_buys_at_most_once_under_any_repetition(fires: list[tuple[int, int, int, bool]]) -> None:
    bench = Bench(
        DCAExecutor,
        {"symbol": SPOT, "schedule": "daily", "notional_quote": "100"},
        protection=Protection.NONE,
    )
    bench.desk.quotes[SPOT] = Quote(SPOT, Decimal(50_000), Decimal(50_000), Decimal(50_000), START_MS)
    ended = list[int]()
    for day, late_s, cash, restarts in fires:
        bench.desk.cash["USDT"] = Decimal(cash)
        period_ms = START_MS + day * DAY_MS
        for payload in bench.scheduled("daily", period_ms, late_ms=late_s * 1000):
            ended.append(period_ms)
            bench.desk.claims.add(_claim_of(payload).key)
        assert period_ms in ended
        if restarts:
            bench.restart()
    assert len(ended) == len(set(ended)) == len({day for day, *_ in fires})


def _claim_of(payload: object) -> PeriodClaim:
    """Return the claim that the platform records with a directive or a skipped period."""
    if isinstance(payload, StrategyDirective):
        assert payload.claim is not None
        return payload.claim
    assert isinstance(payload, PeriodSkipped)
    return PeriodClaim(
        worker=payload.worker,
        symbol=payload.symbol,
        schedule_name=payload.schedule_name,
        period_start_ms=payload.period_start_ms,
    )
