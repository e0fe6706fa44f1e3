"""Whatever equity, prices and the venue do: no trade grows, nothing is asked twice, no breach is missed."""

import dataclasses
from decimal import Decimal
from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.directives import DirectiveScope
from desk.contracts.market import Tick
from desk.contracts.sides import PositionSide
from desk.testing.building import SPOT, START_MS, position
from desk.testing.memory_desk import MemoryDesk
from desk.workers.correlation import correlation
from desk.workers.risk_control.clusters import Holding, Links, clusters, pair_of
from desk.workers.risk_control.drawdown_limiter import DrawdownLimiter
from desk.workers.risk_control.equity_marks import EquityMarks
from desk.workers.risk_control.price_shock import PriceShock
from tests.builders.risk import RiskBench, directives_in

TRADE = position().trade_id
SIZE = Decimal("0.5")
WORTHS = st.integers(1, 200_000)
STEPS = st.lists(
    st.tuples(
        st.one_of(WORTHS, st.none()),
        st.sampled_from(["grant", "refuse", "late"]),
        st.sampled_from(["", "restart", "rearm", "crash"]),
    ),
    max_size=30,
)
PRICES = st.lists(st.tuples(st.integers(0, 90_000), st.integers(40, 250)), min_size=1, max_size=80)
RETURNS = st.lists(st.integers(-1000, 1000), min_size=12, max_size=40)


@dataclasses.dataclass
class Valued(MemoryDesk):
    """A desk whose worth the test sets; None where it is not known."""

    worth: Decimal | None = Decimal(100_000)

    def equity(self) -> Decimal | None:
        return self.worth


def limited(side: PositionSide) -> tuple[RiskBench, Valued]:
    desk = Valued(cash={"USDT": Decimal(0)})
    parameters = {"max_daily_loss": "1", "reduce_daily_loss": "0.99", "max_price_age_s": "5"}
    bench = RiskBench(DrawdownLimiter, parameters, desk=desk)
    desk.hold(position(side))
    bench.quiet_price()
    bench.beat(0)
    return bench, desk


@given(steps=STEPS, side=st.sampled_from(PositionSide))
def test_a_limiter_only_reduces_and_every_breach_is_answered(
    steps: list[tuple[int | None, str, str]], side: PositionSide
) -> None:
    bench, desk = limited(side)
    for worth, answer, event in steps:
        desk.worth = None if worth is None else Decimal(worth)
        if event in ("restart", "crash"):
            bench.restart()
        if event == "rearm":
            bench.rearm()
        bench.is_deaf = event == "crash"
        desk.time_ms += 61_000
        bench.quiet_price()
        held = desk.trades[TRADE]
        directives = directives_in(bench.beat(0))
        assert len(directives) <= 1
        for one in directives:
            target = one.size_directive.target_size_base if one.size_directive else Decimal(0)
            assert target is not None
            assert target < held.size_base, "no trade is made larger, or asked for what is so"
            assert target in (0, SIZE / 2, SIZE / 4, SIZE / 8, SIZE / 16) or target < SIZE / 16
            if answer == "grant" and not bench.is_deaf:
                desk.resize(TRADE, str(target))
    bench.is_deaf = False
    desk.worth = Decimal(1)
    for _ in range(3):
        desk.time_ms += 61_000
        bench.quiet_price()
        asked = directives_in(bench.beat(0))
        if asked:
            assert asked[0].scope is DirectiveScope.CLOSE_EXISTING
            desk.resize(TRADE, "0")
    was_low = EquityMarks.model_validate_json(bench.memory.notes["marks"]).peak <= Decimal("1.34")
    assert was_low or not desk.trades[TRADE].is_open
    assert was_low or desk.blocks


@given(
    start=st.integers(1000, 200_000),
    lost=st.integers(0, 99),
    flow=st.integers(-99, 300),
)
def test_a_transfer_changes_no_drawdown(start: int, lost: int, flow: int) -> None:
    equity = Decimal(start) * (100 - lost) / 100
    amount = equity * flow / 100
    before = EquityMarks.at(Decimal(start), START_MS, {})
    after = before.transferred(equity + amount, amount)
    assert isclose(after.drawdown(equity + amount), before.drawdown(equity), abs_tol=1e-20)
    assert isclose(after.daily_loss(equity + amount), before.daily_loss(equity), abs_tol=1e-20)


@given(path=PRICES)
def test_a_shock_is_seen_wherever_the_window_holds_one_and_never_without(
    path: list[tuple[int, int]],
) -> None:
    window_ms, shock = 100_000, Decimal("0.1")
    guard = PriceShock(shock, window_ms)
    seen: list[tuple[int, Decimal]] = []
    now_ms = START_MS
    for number, (later_ms, at) in enumerate(path):
        now_ms += later_ms
        price = Decimal(at)
        is_calm = guard.take(Tick(SPOT, now_ms, price, price, price, Decimal(1), number))
        # What the window surely holds, and what it may hold: a sample more, and the last price before it.
        sure = [one for time_ms, one in seen if time_ms > now_ms - window_ms]
        ahead = [one for time_ms, one in seen if time_ms <= now_ms - window_ms - window_ms // 20]
        most = [one for time_ms, one in seen if time_ms > now_ms - window_ms - window_ms // 20] + ahead[-1:]
        if any(moved(one, price, shock) for one in sure):
            assert not is_calm
        if not any(moved(one, price, shock) for one in most):
            assert is_calm
        seen.append((now_ms, price))


def moved(before: Decimal, price: Decimal, shock: Decimal) -> bool:
    return price >= before * (1 + shock) or price <= before * (1 - shock)


@given(first=RETURNS, second=RETURNS, scale=st.integers(1, 50), shift=st.integers(-500, 500))
def test_a_correlation_is_symmetric_and_knows_no_scale(
    first: list[int], second: list[int], scale: int, shift: int
) -> None:
    one = {place: value / 1e5 for place, value in enumerate(first)}
    other = {place: value / 1e5 for place, value in enumerate(second)}
    scaled = {place: (value * scale + shift) / 1e5 for place, value in enumerate(second)}
    found = correlation(one, other, 10).value
    assert correlation(other, one, 10).value == found
    if found is None:
        return
    assert -1 <= found <= 1
    against = correlation(one, {place: -value for place, value in other.items()}, 10).value
    assert against == -found
    again = correlation(one, scaled, 10).value
    assert again is not None
    assert abs(again - found) <= Decimal("0.0001")
    assert correlation(one, one, 10).value == 1


@given(values=st.lists(st.integers(-100, 100), max_size=40))
def test_a_link_begins_at_the_trip_and_ends_below_the_clear(values: list[int]) -> None:
    links = Links(Decimal("0.8"), Decimal("0.7"), {})
    before = 0
    for one in values:
        value = Decimal(one) / 100
        links.take("a|b", value)
        now = links.sign("a|b")
        assert (now != 0) >= (abs(value) >= Decimal("0.8")), "from the trip on it is linked"
        assert (now == 0) >= (abs(value) < Decimal("0.7")), "below the clear it is not"
        if now:
            assert now == (1 if value > 0 else -1)
            assert abs(value) >= Decimal("0.8") or before == now
        before = now


@given(
    count=st.integers(0, 8),
    pairs=st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20),
)
def test_clusters_are_the_connected_components(count: int, pairs: set[tuple[int, int]]) -> None:
    held = [Holding(str(number), 1, Decimal(1)) for number in range(count)]
    joined = {pair_of(str(one), str(other)) for one, other in pairs}
    found = clusters(held, lambda one, other: pair_of(one.symbol, other.symbol) in joined)
    assert sorted(one.symbol for bet in found for one in bet) == sorted(one.symbol for one in held)
    places = {one.symbol: number for number, bet in enumerate(found) for one in bet}
    for one, other in pairs:
        if one < count and other < count:
            assert places[str(one)] == places[str(other)]
    for bet in found:
        reached = {bet[0].symbol}
        for _ in bet:
            reached |= {b.symbol for b in bet for a in reached if pair_of(a, b.symbol) in joined}
        assert reached == {one.symbol for one in bet}


@given(worths=st.lists(WORTHS, max_size=30))
def test_long_and_short_are_treated_alike(worths: list[int]) -> None:
    told = []
    for side in PositionSide:
        bench, desk = limited(side)
        asked = []
        for worth in worths:
            desk.worth = Decimal(worth)
            desk.time_ms += 5_000
            bench.quiet_price()
            published = bench.beat(0)
            asked += [(one.scope, one.rationale, one.size_directive) for one in directives_in(published)]
        told.append(asked)
    assert told[0] == told[1]
