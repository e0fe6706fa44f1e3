"""Whatever the price does, a trailing stop never loosens and never crosses the price."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from desk.contracts.directives import DirectiveScope
from desk.contracts.sides import PositionSide
from desk.testing.bench import Bench, only_directive, stop_of
from desk.testing.building import position
from desk.workers.dynamic_management.trailing_stop_manager import TrailingStopManager

SIDES = st.sampled_from(PositionSide)
MODES = st.sampled_from(["step", "continuous"])
FRACTIONS = st.integers(1, 400).map(lambda tenths: str(Decimal(tenths) / 1000))
MOVES = st.lists(st.tuples(st.integers(-600, 600), st.sampled_from(["grant", "refuse", "late"])), max_size=60)


@given(
    side=SIDES, mode=MODES, threshold=FRACTIONS, distance=FRACTIONS, steps=st.integers(1, 50), moves=MOVES,
    spread=st.integers(0, 500),
)  # fmt: skip
def test_a_stop_never_loosens_and_never_crosses_the_price(  # noqa: PLR0917 - hypothesis names them
    side: PositionSide,
    mode: str,
    threshold: str,
    distance: str,
    steps: int,
    moves: list[tuple[int, str]],
    spread: int,
) -> None:
    bench = Bench(
        TrailingStopManager,
        {"mode": mode, "trigger_threshold": threshold, "trail_distance": distance, "min_step_ticks": steps},
    )
    trade_id = position().trade_id
    bench.desk.hold(position(side))
    price, late = Decimal(100_000), list[object]()
    for move, answer in moves:
        price += price * move / 10_000
        confirmed = bench.desk.trades[trade_id].stop_price
        assert confirmed is not None
        payloads = bench.tick(price, spread=str(spread))
        assert not (payloads and late), "one directive at a time"
        bench.grant(late)
        late = []
        bench.desk.in_flight.clear()
        if not payloads:
            continue
        if only_directive(payloads).scope is DirectiveScope.CLOSE_EXISTING:
            return
        stop = stop_of(payloads)
        touch = price - side.sign * Decimal(spread) / 2
        assert (stop - confirmed) * side.sign >= steps * Decimal("0.1"), "tightens by a step at least"
        assert (touch - stop) * side.sign > Decimal("0.1"), "stays clear of the price it would fire at"
        assert stop % Decimal("0.1") == 0
        if answer == "late":
            late = payloads
            bench.desk.in_flight.add(trade_id)
        bench.grant(payloads if answer == "grant" else [])


@given(
    mode=MODES, threshold=FRACTIONS, distance=FRACTIONS, moves=st.lists(st.integers(-500, 500), max_size=60)
)
def test_a_refusal_costs_nothing_but_time(mode: str, threshold: str, distance: str, moves: list[int]) -> None:
    parameters = {"mode": mode, "trigger_threshold": threshold, "trail_distance": distance}
    benches = Bench(TrailingStopManager, parameters), Bench(TrailingStopManager, parameters)
    price = Decimal(100_000)
    for bench in benches:
        bench.desk.hold(position())
    for move in moves:
        price += price * move / 10_000
        answered = [bench.tick(price) for bench in benches]
        # The second bench is refused once, and asks the same again at the same price.
        repeated = benches[1].tick(price)
        answered[0] += benches[0].tick(price) if not answered[0] else []
        assert [only_directive([one]).scope for one in repeated] == [
            only_directive([one]).scope for one in answered[1]
        ]
        benches[0].grant(answered[0])
        benches[1].grant(repeated)
        stops = [bench.desk.trades[position().trade_id].stop_price for bench in benches]
        assert stops[0] == stops[1]


@given(moves=st.lists(st.integers(-500, 500), max_size=60), mode=MODES)
def test_a_short_mirrors_a_long(moves: list[int], mode: str) -> None:
    """On prices reflected at the entry, a short's stop is the long's, reflected, but for proportions."""
    long, short = Bench(TrailingStopManager, {"mode": mode}), Bench(TrailingStopManager, {"mode": mode})
    entry = Decimal(100_000)
    long.desk.hold(position(PositionSide.LONG))
    short.desk.hold(position(PositionSide.SHORT))
    offset = Decimal(0)
    for move in moves:
        offset = max(min(offset + move, Decimal(50_000)), Decimal(-50_000))
        asked = bool(long.tick(entry + offset)), bool(short.tick(entry - offset))
        assert asked[0] == asked[1], (
            "neither is ever confirmed, so each asks whenever the threshold is gained"
        )
