"""The indicators compute what their sources say, and nothing before they are warm."""

from decimal import Decimal

from desk.indicators.ranges import AverageTrueRange
from desk.testing.building import bars
from desk.workers.indicators import Channel, ExponentialAverage, within_unit


def test_an_exponential_average_is_seeded_by_the_mean_and_then_weighs_the_newest_more() -> None:
    average = ExponentialAverage(3)
    seen = []
    for value in (1, 2, 6, 7):
        average.add(Decimal(value))
        seen.append(average.value)
    assert seen == [None, None, Decimal(3), Decimal(5)]


def test_an_average_true_range_counts_the_gap_to_the_close_before() -> None:
    average = AverageTrueRange(2)
    seen = []
    for bar in bars([100, 100, 120], half_range="5"):
        average.add(bar)
        seen.append(average.value)
    # Ranges 10, 10 and 125 - 100 = 25; then (10 + (25 - 10) / 2).
    assert seen == [None, Decimal(10), Decimal("17.5")]


def test_an_average_true_range_counts_a_gap_down_alike() -> None:
    average = AverageTrueRange(1)
    for bar in bars([100, 80], half_range="5"):
        average.add(bar)
    assert average.value == Decimal(25)


def test_a_channel_holds_the_extremes_of_its_bars_and_forgets_older_ones() -> None:
    channel = Channel(2)
    seen: list[object] = []
    for bar in bars([100, 110, 90, 95], half_range="5"):
        channel.add(bar)
        seen.append(channel.bounds)
    assert seen == [None, (95, 115), (85, 115), (85, 100)]


def test_a_rating_stays_between_zero_and_one() -> None:
    assert [within_unit(Decimal(text)) for text in ("-3", "0.123456", "7")] == [0, Decimal("0.1235"), 1]
