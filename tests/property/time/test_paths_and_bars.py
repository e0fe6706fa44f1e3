"""A candle's path stays within it, and bars built from the path are the candle again."""

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.contracts.market import Bar, Tick
from desk.feeds.bars import BarBuilder
from desk.feeds.csv_rows import Candle
from desk.feeds.ohlc_path import ohlc_path
from desk.feeds.replay import ReplayFeed, ReplaySource
from tests.builders.examples import examples
from tests.builders.market import BTC, CANDLES_HEADER, MINUTE_MS, START_MS, instrument, play, write_csv

prices = st.integers(1, 10_000_000).map(lambda cents: Decimal(cents) / 100)
volumes = st.decimals(0, 10**9, places=8)


@st.composite
def candles(draw: st.DrawFn, number: int = 0) -> Candle:
    low, middle, other, high = sorted(draw(st.tuples(prices, prices, prices, prices)))
    opened, close = draw(st.permutations([middle, other]))
    return Candle(START_MS + number * MINUTE_MS, opened, high, low, close, draw(volumes))


@settings(deadline=None)
@given(candle=candles(), span_ms=st.integers(0, 86_400_000))
def test_a_path_stays_within_its_candle(candle: Candle, span_ms: int) -> None:
    path = ohlc_path(candle, span_ms)
    times = [time_ms for time_ms, _, _ in path]
    assert times == sorted(times)
    assert candle.time_ms <= times[0] <= times[-1] <= candle.time_ms + max(span_ms - 1, 0)
    assert all(candle.low <= price <= candle.high for _, price, _ in path)
    assert (path[0][1], path[-1][1]) == (candle.open, candle.close)
    assert {candle.low, candle.high} <= {price for _, price, _ in path}
    assert all(volume >= 0 for _, _, volume in path)


@settings(deadline=None)
@given(candle=candles())
def test_bars_built_from_a_path_are_the_candle(candle: Candle) -> None:
    builder = BarBuilder(BTC, MINUTE_MS, 1)
    for time_ms, price, volume in ohlc_path(candle, MINUTE_MS):
        assert builder.add(Tick(BTC, time_ms, price, price, price, volume, 1)) is None
    one = Decimal(1)
    closed = builder.add(Tick(BTC, candle.time_ms + MINUTE_MS, one, one, one, one, 1))
    assert closed == Bar(BTC, candle.time_ms, MINUTE_MS, *candle[1:])


@settings(max_examples=examples(40))
@given(data=st.data(), holes=st.lists(st.integers(0, 3), max_size=4))
def test_a_recording_played_and_built_again_is_itself(data: st.DataObject, holes: list[int]) -> None:
    """Holes stay holes, where most candles follow on each other."""
    places = list(range(len(holes) + 2))
    for missing in holes:
        places.append(places[-1] + missing + 1)
    recorded = [data.draw(candles(number=each)) for each in places]
    with TemporaryDirectory() as folder:
        lines = [",".join(map(str, candle)) for candle in recorded]
        path = write_csv(Path(folder) / "candles.csv", CANDLES_HEADER, lines)
        ticks, _, feed = play(lambda clock: ReplayFeed([ReplaySource(instrument(), path)], clock))
    builder = BarBuilder(BTC, MINUTE_MS, 100)
    for tick in ticks:
        builder.add(tick)
    built = [(bar.open_time_ms, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in builder.bars]
    assert built == [tuple(candle) for candle in recorded[:-1]]
    assert builder.late_ticks == 0
    assert feed.progress.rows_done == len(recorded)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 1_000)), min_size=1, max_size=80),
    st.integers(1, 20),
)
def test_bars_lose_no_volume_and_count_every_gap(steps: list[tuple[int, int]], interval_ms: int) -> None:
    builder = BarBuilder(BTC, interval_ms, 1_000)
    time_ms = START_MS
    for wait_ms, price in steps:
        time_ms += wait_ms
        at = Decimal(price)
        builder.add(Tick(BTC, time_ms, at, at, at, Decimal(1), 1))
    end_ms = time_ms + interval_ms
    builder.add(Tick(BTC, end_ms, Decimal(1), Decimal(1), Decimal(1), Decimal(1), 1))
    assert sum(bar.volume for bar in builder.bars) == len(steps)
    first_ms = builder.bars[0].open_time_ms
    assert builder.gaps + len(builder.bars) == (end_ms // interval_ms * interval_ms - first_ms) // interval_ms
    assert all(bar.low <= bar.open <= bar.high and bar.low <= bar.close <= bar.high for bar in builder.bars)
