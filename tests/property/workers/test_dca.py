"""However often a schedule fires, a period buys at most once, and each ends bought or skipped."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.directives import PeriodClaim, Protection, StrategyDirective
from desk.contracts.events import PeriodSkipped
from desk.contracts.market import Quote
from desk.testing.bench import Bench
from desk.testing.building import SPOT, START_MS, bars, position
from desk.workers.scheduled_operations.dca_executor import DCAExecutor
from tests.builders.calendar import missed

DAY_MS = 86_400_000
MODES = st.sampled_from(["fixed", "value_averaging", "dip_weighted"])
FIRES = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 7200), st.integers(0, 400), st.booleans()), max_size=40
)


def buyer(mode: str, **parameters: object) -> Bench:
    """Have BTC at 50,000, three days of bars before, and 100 USDT as the amount of a day."""
    given = {"symbol": SPOT, "schedule": "daily", "notional_quote": "100", "mode": mode, "reference_bars": 3}
    bench = Bench(DCAExecutor, {**given, **parameters}, protection=Protection.NONE)
    bench.desk.history[SPOT, DAY_MS] = bars(["50000", "51000", "49000"], interval_ms=DAY_MS, first=-3)
    at(bench, Decimal(50_000))
    return bench


def at(bench: Bench, price: Decimal) -> None:
    bench.desk.quotes[SPOT] = Quote(SPOT, price, price, price, START_MS)


@given(mode=MODES, fires=FIRES)
def test_a_period_buys_at_most_once_under_any_repetition(
    mode: str, fires: list[tuple[int, int, int, bool]]
) -> None:
    bench = buyer(mode)
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


@given(
    mode=MODES,
    days=st.lists(st.tuples(st.integers(1, 90_000), st.booleans(), st.booleans()), max_size=12),
)
def test_no_mode_spends_more_than_its_most_or_buys_beyond_its_value(
    mode: str, days: list[tuple[int, bool, bool]]
) -> None:
    bench = buyer(mode)
    bench.desk.cash["USDT"] = Decimal(1_000_000)
    held = Decimal(0)
    for day, (price, is_away, restarts) in enumerate(days):
        at(bench, Decimal(price))
        if restarts:
            bench.restart()
        if is_away:
            missed(bench, PeriodSkipped("dca_executor", SPOT, "daily", START_MS + day * DAY_MS, "away"))
            continue
        for one in bench.scheduled("daily", START_MS + day * DAY_MS):
            spent = _spent(one)
            assert spent <= (100 if mode == "fixed" else 200)
            assert spent == 0 or mode != "value_averaging" or held * price + spent <= 100 * (day + 1)
            held += spent / price
            bench.desk.hold(position(size=str(held or "0"), worker="dca_executor"))


@given(price=st.integers(1, 60_000), lower=st.integers(1, 60_000))
def test_a_lower_price_never_buys_for_less(price: int, lower: int) -> None:
    amounts = []
    for one in sorted((price, lower)):
        for mode in ("value_averaging", "dip_weighted"):
            bench = buyer(mode)
            bench.desk.cash["USDT"] = Decimal(1_000)
            bench.desk.hold(position(size="0.001", worker="dca_executor"))
            at(bench, Decimal(one))
            amounts.append(sum((_spent(each) for each in bench.scheduled("daily", START_MS)), Decimal(0)))
    averaged, dipped, averaged_dear, dipped_dear = amounts
    assert averaged >= averaged_dear
    assert dipped >= dipped_dear


def _spent(payload: object) -> Decimal:
    size = payload.size_directive if isinstance(payload, StrategyDirective) else None
    return Decimal(0) if size is None or size.notional_quote is None else size.notional_quote


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
