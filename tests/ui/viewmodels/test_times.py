from zoneinfo import ZoneInfo

import pytest

from desk.ui.viewmodels.frame import Writing
from desk.ui.viewmodels.times import age, clock, full_time, short_age
from tests.builders.frames import NOW_MS

UTC = Writing(time_zone=ZoneInfo("UTC"))
AMSTERDAM = Writing(time_zone=ZoneInfo("Europe/Amsterdam"))
DAY_MS = 86_400_000


def test_today_is_a_time_and_another_day_has_its_date() -> None:
    assert clock(NOW_MS, UTC, NOW_MS) == "22:14:00"
    assert clock(NOW_MS - DAY_MS, UTC, NOW_MS) == "11-13 22:14"


def test_times_are_written_in_the_zone_asked_for() -> None:
    assert clock(NOW_MS, AMSTERDAM, NOW_MS) == "23:14:00"
    assert full_time(NOW_MS, AMSTERDAM) == "2023-11-14 23:14:00+01:00"


def test_midnight_is_the_zones_midnight() -> None:
    two_hours_ms = 7_200_000

    assert clock(NOW_MS, AMSTERDAM, NOW_MS + two_hours_ms) == "11-14 23:14"


def test_a_time_that_no_calendar_has_is_a_dash() -> None:
    assert clock(10**18, UTC, NOW_MS) == "-"
    assert full_time(None, UTC) == "-"


@pytest.mark.parametrize(
    ("age_ms", "text"),
    [
        (-5, "0s"),
        (999, "0s"),
        (59_999, "59s"),
        (125_000, "2m05s"),
        (3_660_000, "1h01m"),
        (90_000_000, "1d01h"),
        (None, "-"),
    ],
)
def test_an_age_has_two_units(age_ms: int | None, text: str) -> None:
    assert age(age_ms) == text


def test_a_short_age_shows_milliseconds() -> None:
    assert [short_age(one) for one in (0, 850, 1_540, 12_000, None)] == ["0ms", "850ms", "1.5s", "12s", "-"]
