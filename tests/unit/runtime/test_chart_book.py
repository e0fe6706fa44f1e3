"""Candles are what the ticks make them, at every interval, and the feed's own past comes before them."""

from collections.abc import AsyncIterator, Coroutine, Sequence
from decimal import Decimal

import hypothesis.strategies as st
import pytest
from hypothesis import given

from desk.contracts.market import Bar, Tick
from desk.contracts.problems import ReadFailed
from desk.runtime.chart_book import ChartBook
from desk.runtime.chart_series import BARS_KEPT, BASE_MS, FOLDED_MS, ChartSeries

SYMBOL = "BTC/USDT"
START_MS = 1_700_000_040_000
EVERY = (BASE_MS, *FOLDED_MS)

TICKS = st.lists(
    st.tuples(st.integers(0, 400_000), st.integers(1, 999), st.integers(1, 9)), min_size=1, max_size=60
)
"""How long after the one before, at which price, of which size."""


def ticks_of(steps: Sequence[tuple[int, int, int]]) -> list[Tick]:
    found, time_ms = [], START_MS
    for number, (after_ms, price, size) in enumerate(steps):
        time_ms += after_ms
        at = Decimal(price)
        found.append(Tick(SYMBOL, time_ms, at, at, at, Decimal(size), number))
    return found


def bars_by_hand(ticks: Sequence[Tick], interval_ms: int) -> list[Bar]:
    windows: dict[int, list[Tick]] = {}
    for tick in ticks:
        windows.setdefault(tick.time_ms // interval_ms * interval_ms, []).append(tick)
    return [
        Bar(
            SYMBOL,
            opens_ms,
            interval_ms,
            own[0].price,
            max(one.price for one in own),
            min(one.price for one in own),
            own[-1].price,
            sum((one.size_base for one in own), Decimal(0)),
        )
        for opens_ms, own in windows.items()
    ]


def bar(opens_ms: int, interval_ms: int, price: int = 7) -> Bar:
    at = Decimal(price)
    return Bar(SYMBOL, opens_ms, interval_ms, at, at, at, at, Decimal(1))


@given(TICKS)
def test_bars_of_every_interval_are_what_their_ticks_make_them(steps: list[tuple[int, int, int]]) -> None:
    ticks, series = ticks_of(steps), ChartSeries(SYMBOL)
    for count, tick in enumerate(ticks, start=1):
        series.add(tick)
        assert series.ticks == count
    for interval_ms in EVERY:
        assert series.bars(interval_ms) == bars_by_hand(ticks, interval_ms)


def test_memory_is_bounded_over_many_ticks() -> None:
    series = ChartSeries(SYMBOL)
    ticks = ticks_of([(5_000, 100 + number % 7, 1) for number in range(3_000)])
    for tick in ticks:
        series.add(tick)
    assert all(len(series.bars(interval_ms)) <= BARS_KEPT + 2 for interval_ms in EVERY)
    assert series.bars(BASE_MS) == bars_by_hand(ticks, BASE_MS)[-BARS_KEPT - 1 :]


def test_older_bars_go_before_and_a_half_seen_one_is_replaced() -> None:
    """The desk saw the end of one minute, all of the next, and is within a third."""
    series = ChartSeries(SYMBOL)
    minute = START_MS - START_MS % 60_000
    for tick in ticks_of([(50_000, 100, 1), (60_000, 200, 1), (60_000, 300, 1)]):
        series.add(tick)
    history = [bar(minute - 120_000, 60_000), bar(minute - 60_000, 60_000), bar(minute, 60_000, price=99)]
    series.precede(60_000, history)
    shown = series.bars(60_000)
    assert [one.open_time_ms - minute for one in shown] == [-120_000, -60_000, 0, 60_000, 120_000]
    assert [one.close for one in shown] == [7, 7, 99, 200, 300]


@pytest.mark.parametrize("after_ms", [0, 30_000, 90_000, 600_000])
def test_a_past_that_comes_late_never_doubles_a_bar(after_ms: int) -> None:
    series = ChartSeries(SYMBOL)
    minute = START_MS - START_MS % 60_000
    for tick in ticks_of([(10_000, 100, 1), (after_ms, 200, 1)]):
        series.add(tick)
    series.precede(60_000, [bar(minute - 60_000, 60_000), bar(minute, 60_000, price=99)])
    series.add(ticks_of([(700_000, 300, 1)])[0])
    times = [one.open_time_ms for one in series.bars(60_000)]
    assert times == sorted(set(times))


class PastFeed:
    """A feed that knows a past, or fails to."""

    def __init__(self, *symbols: str, fails: bool = False) -> None:
        self.symbols: Sequence[str] = symbols
        self.fails = fails
        self.asked: list[tuple[str, int]] = []

    def watch(self, symbol: str) -> bool:
        return symbol in self.symbols

    async def ticks(self) -> AsyncIterator[Tick]:
        for tick in tuple[Tick, ...]():
            yield tick

    async def history(self, symbol: str, interval_ms: int, count: int) -> Sequence[Bar]:
        self.asked.append((symbol, interval_ms))
        if self.fails:
            raise ReadFailed("no bars today")
        return [bar(START_MS // interval_ms * interval_ms - interval_ms, interval_ms)][:count]

    async def close(self) -> None:
        return


class AtOnce:
    """Run what is spawned to its end: nothing here waits."""

    def spawn(self, name: str, work: Coroutine[object, object, None]) -> None:
        with pytest.raises(StopIteration):
            work.send(None)


def test_the_past_of_a_few_symbols_is_there_before_the_first_look() -> None:
    feed = PastFeed(SYMBOL)
    book = ChartBook(feed, AtOnce())
    book.begin()
    assert feed.asked == [(SYMBOL, interval_ms) for interval_ms in FOLDED_MS]
    assert len(book.bars(SYMBOL, 60_000, 10)) == 1
    for tick in ticks_of([(0, 100, 1), (60_000, 200, 1)]):
        book.add(tick)
    assert [one.close for one in book.bars(SYMBOL, 60_000, 10)] == [7, 100, 200]
    assert [one.close for one in book.bars(SYMBOL, 60_000, 2)] == [100, 200]
    assert len(feed.asked) == len(FOLDED_MS), "asked once"


def test_of_many_symbols_only_what_is_looked_at_is_asked_for() -> None:
    symbols = [f"C{number}/USDT" for number in range(50)]
    feed = PastFeed(*symbols)
    book = ChartBook(feed, AtOnce())
    book.begin()
    assert not feed.asked
    book.bars("C7/USDT", 300_000, 100)
    book.bars("C7/USDT", 300_000, 100)
    book.bars("C7/USDT", BASE_MS, 100)
    assert feed.asked == [("C7/USDT", 300_000)]


def test_a_past_that_cannot_be_read_is_no_chart_lost() -> None:
    book = ChartBook(PastFeed(SYMBOL, fails=True), AtOnce())
    book.begin()
    book.add(ticks_of([(0, 100, 1)])[0])
    assert [one.close for one in book.bars(SYMBOL, 60_000, 10)] == [100]


def test_what_is_not_kept_is_empty() -> None:
    book = ChartBook(PastFeed(SYMBOL), AtOnce())
    book.add(ticks_of([(0, 100, 1)])[0])
    assert book.bars(SYMBOL, 7_000, 10) == ()
    assert book.bars(SYMBOL, 60_000, 0) == ()
    assert book.bars("XRP/USDT", 60_000, 10) == ()
