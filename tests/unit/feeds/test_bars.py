"""Bars are built from ticks, kept as many as wanted, and never made up."""

from decimal import Decimal

import pytest

from desk.contracts.manifests import BarsNeeded
from desk.contracts.market import Bar
from desk.feeds.bars import BarBook, BarBuilder
from tests.builders.market import BTC, ETH, MINUTE_MS, START_MS, bar, tick


def minute_bars(capacity: int = 3) -> BarBuilder:
    return BarBuilder(BTC, MINUTE_MS, capacity)


def test_a_bar_closes_with_the_first_tick_after_it() -> None:
    builder = minute_bars()
    for price, after_ms, size in (("100", 0, "1"), ("103", 10, "2"), ("98", 20, "3"), ("101", 59_999, "4")):
        assert builder.add(tick(price, after_ms, size=size)) is None
    closed = builder.add(tick("102", 60_000))
    d = Decimal
    assert closed == Bar(BTC, START_MS, MINUTE_MS, d(100), d(103), d(98), d(101), d(10))
    assert list(builder.bars) == [closed]


def test_a_bar_opens_at_a_multiple_of_its_interval() -> None:
    builder = minute_bars()
    builder.add(tick(after_ms=45_000))
    closed = builder.add(tick(after_ms=60_000))
    assert closed is not None
    assert closed.open_time_ms == START_MS


def test_intervals_without_ticks_are_counted_and_not_made_up() -> None:
    builder = minute_bars()
    for after_ms in (0, 60_000, 240_000, 300_000):
        builder.add(tick(after_ms=after_ms))
    assert builder.gaps == 2
    assert [each.open_time_ms - START_MS for each in builder.bars] == [0, 60_000, 240_000]


def test_only_the_last_bars_are_kept() -> None:
    builder = minute_bars(capacity=3)
    for minute in range(10):
        builder.add(tick(str(100 + minute), minute * MINUTE_MS))
    assert [each.close for each in builder.bars] == [Decimal(106), Decimal(107), Decimal(108)]


def test_a_late_tick_changes_no_closed_bar() -> None:
    builder = minute_bars()
    builder.add(tick("100"))
    builder.add(tick("101", 60_000))
    assert builder.add(tick("999", 59_999)) is None
    assert builder.late_ticks == 1
    closed = builder.add(tick("102", 120_000))
    assert [each.high for each in builder.bars] == [Decimal(100), Decimal(101)]
    assert closed == builder.bars[-1]


def test_history_warms_up_and_goes_on_without_a_seam() -> None:
    builder = minute_bars(capacity=3)
    builder.preload([bar(str(90 + number), number) for number in range(-4, 0)])
    assert [each.close for each in builder.bars] == [Decimal(87), Decimal(88), Decimal(89)]
    builder.add(tick("100"))
    builder.add(tick("101", 60_000))
    assert [each.close for each in builder.bars] == [Decimal(88), Decimal(89), Decimal(100)]
    assert builder.gaps == 0


def test_a_tick_inside_history_is_late() -> None:
    builder = minute_bars()
    builder.preload([bar("90", 0)])
    builder.add(tick("100", 30_000))
    assert builder.late_ticks == 1


@pytest.mark.parametrize(
    ("history", "complaint"),
    [
        ([bar(symbol=ETH)], "holds"),
        ([bar(interval_ms=5_000)], "holds"),
        ([bar(number=1), bar(number=0)], "goes back in time"),
        ([bar(number=0), bar(number=0)], "goes back in time"),
    ],
)
def test_history_of_something_else_is_refused(history: list[Bar], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        minute_bars().preload(history)


def test_history_after_the_first_tick_is_refused() -> None:
    builder = minute_bars()
    builder.add(tick())
    with pytest.raises(ValueError, match="after its first tick"):
        builder.preload([bar(number=-1)])


@pytest.mark.parametrize(("interval_ms", "capacity"), [(0, 1), (-1, 1), (1, 0)])
def test_a_bar_has_a_length_and_a_place(interval_ms: int, capacity: int) -> None:
    with pytest.raises(ValueError, match="above 0"):
        BarBuilder(BTC, interval_ms, capacity)


def test_a_book_builds_what_is_needed_once_for_the_greatest_need() -> None:
    book = BarBook(
        [
            BarsNeeded(BTC, 60_000, 1),
            BarsNeeded(ETH, 60_000, 5),
            BarsNeeded(BTC, 60_000, 2),
            BarsNeeded(BTC, 30_000, 9),
        ]
    )
    assert book.needs == (BarsNeeded(BTC, 60_000, 2), BarsNeeded(ETH, 60_000, 5), BarsNeeded(BTC, 30_000, 9))
    closed = [book.add(tick(after_ms=30_000 * number)) for number in range(7)]
    assert [[each.interval_ms for each in bars] for bars in closed] == [
        [], [30_000], [60_000, 30_000], [30_000], [60_000, 30_000], [30_000], [60_000, 30_000],
    ]  # fmt: skip
    assert len(book.bars(BTC, 60_000)) == 2
    assert book.bars(ETH, 60_000) == []


def test_what_nobody_needs_is_not_built() -> None:
    book = BarBook([])
    assert book.add(tick()) == ()
    assert book.bars(BTC, 60_000) == ()
    with pytest.raises(KeyError, match="nobody needs"):
        book.preload(BTC, 60_000, [])
    with pytest.raises(KeyError, match="nobody needs"):
        book.gaps(BTC, 60_000)


def test_a_book_counts_gaps_and_takes_history() -> None:
    book = BarBook([BarsNeeded(BTC, 60_000, 5)])
    book.preload(BTC, 60_000, [bar(number=-3)])
    book.add(tick())
    assert book.gaps(BTC, 60_000) == 2
