"""A candle is told again as an honest path."""

from decimal import Decimal

import pytest

from desk.feeds.ohlc_path import ohlc_path
from tests.builders.market import MINUTE_MS, START_MS, candle


@pytest.mark.parametrize(
    ("prices", "path"),
    [
        ("100 110 95 105", ["100", "95", "110", "105"]),
        ("100 105 90 105", ["100", "105", "90", "105"]),
        ("100 110 90 105", ["100", "90", "110", "105"]),
        ("100 100 100 100", ["100", "100", "100", "100"]),
    ],
)
def test_the_extreme_nearer_the_open_comes_first(prices: str, path: list[str]) -> None:
    assert [str(price) for _, price, _ in ohlc_path(candle(prices), MINUTE_MS)] == path


def test_the_ticks_spread_from_the_first_to_the_last_millisecond() -> None:
    times = [time_ms - START_MS for time_ms, _, _ in ohlc_path(candle(), MINUTE_MS)]
    assert times == [0, 19_999, 39_999, 59_999]


@pytest.mark.parametrize("span_ms", [0, 1, 2, 3])
def test_a_candle_without_room_keeps_its_order(span_ms: int) -> None:
    times = [time_ms for time_ms, _, _ in ohlc_path(candle(), span_ms)]
    assert times == sorted(times)
    assert START_MS <= times[0] <= times[-1] < START_MS + max(span_ms, 1)


@pytest.mark.parametrize(
    "volume", ["4", "0", "2300413.7295", "402.70179809", "0.00000001", "999999999.99999999999999"]
)
def test_the_volumes_add_up_to_the_candle_s_exactly(volume: str) -> None:
    assert sum(part for _, _, part in ohlc_path(candle(volume=volume), MINUTE_MS)) == Decimal(volume)
