"""When schedules fire: on the UTC time line, whatever the clocks of a zone do."""

import pytest

from desk.runtime.periods import RememberedFires, Schedule, current_period_ms
from desk.runtime.scheduler import fire_times
from tests.builders.schedules import local, utc_ms


def fires(cron: str, zone: str, begin: str, count: int) -> list[str]:
    times = fire_times(Schedule("X", cron=cron, time_zone=zone))
    time_ms: int | None = utc_ms(begin)
    seen: list[str] = []
    while time_ms is not None and len(seen) < count:
        time_ms = times.next_after(time_ms)
        if time_ms is not None:
            seen.append(local(time_ms, zone)[5:])
    return seen


@pytest.mark.parametrize(
    ("zone", "cron", "begin", "expected"),
    [
        (
            "America/New_York",
            "30 1 * * *",
            "2026-10-31 12:00",
            ["11-01 01:30 -0400", "11-02 01:30 -0500", "11-03 01:30 -0500"],
        ),
        (
            "America/New_York",
            "30 2 * * *",
            "2026-03-07 12:00",
            ["03-08 03:30 -0400", "03-09 02:30 -0400", "03-10 02:30 -0400"],
        ),
        (
            "Europe/Amsterdam",
            "30 2 * * *",
            "2026-10-24 12:00",
            ["10-25 02:30 +0200", "10-26 02:30 +0100", "10-27 02:30 +0100"],
        ),
        (
            "Europe/Amsterdam",
            "30 2 * * *",
            "2026-03-28 12:00",
            ["03-29 03:30 +0200", "03-30 02:30 +0200", "03-31 02:30 +0200"],
        ),
        (
            "Australia/Lord_Howe",
            "45 1 * * *",
            "2026-04-04 04:00",
            ["04-05 01:45 +1100", "04-06 01:45 +1030", "04-07 01:45 +1030"],
        ),
        (
            "Australia/Lord_Howe",
            "15 2 * * *",
            "2026-10-03 04:00",
            ["10-04 02:45 +1100", "10-05 02:15 +1100", "10-06 02:15 +1100"],
        ),
        (
            "America/Santiago",
            "30 23 * * *",
            "2026-04-04 12:00",
            ["04-04 23:30 -0300", "04-05 23:30 -0400", "04-06 23:30 -0400"],
        ),
        (
            "America/Santiago",
            "30 0 * * *",
            "2026-09-05 12:00",
            ["09-06 01:30 -0300", "09-07 00:30 -0300", "09-08 00:30 -0300"],
        ),
    ],
)
def test_a_daily_schedule_fires_once_a_day_over_both_changes_of_2026(
    zone: str, cron: str, begin: str, expected: list[str]
) -> None:
    assert fires(cron, zone, begin, 3) == expected


def test_a_schedule_for_every_hour_fires_in_both_of_the_hours_that_come_twice() -> None:
    assert fires("30 * * * *", "America/New_York", "2026-11-01 04:00", 4) == [
        "11-01 00:30 -0400", "11-01 01:30 -0400", "11-01 01:30 -0500", "11-01 02:30 -0500",
    ]  # fmt: skip
    assert fires("*/30 * * * *", "Australia/Lord_Howe", "2026-04-04 14:00", 4) == [
        "04-05 01:30 +1100", "04-05 01:30 +1030", "04-05 02:00 +1030", "04-05 02:30 +1030",
    ]  # fmt: skip


def test_a_schedule_for_every_hour_leaves_no_hour_out_when_one_does_not_exist() -> None:
    assert fires("0 * * * *", "Europe/Amsterdam", "2026-03-29 00:00", 3) == [
        "03-29 03:00 +0200", "03-29 04:00 +0200", "03-29 05:00 +0200",
    ]  # fmt: skip
    assert fires("30 */2 * * *", "America/New_York", "2026-03-08 05:00", 3) == [
        "03-08 00:30 -0500", "03-08 03:30 -0400", "03-08 04:30 -0400",
    ]  # fmt: skip


def test_two_times_that_do_not_exist_both_fire() -> None:
    assert fires("15,45 2 * * *", "America/New_York", "2026-03-08 05:00", 3) == [
        "03-08 03:15 -0400", "03-08 03:45 -0400", "03-09 02:15 -0400",
    ]  # fmt: skip


def test_the_answer_does_not_depend_on_when_it_is_asked() -> None:
    """Asked between the jump and the moved time, the day's one is still to come."""
    times = fire_times(Schedule("X", cron="30 2 * * *", time_zone="America/New_York"))
    expected = utc_ms("2026-03-08 07:30")
    for begin in ("2026-03-08 06:59", "2026-03-08 07:00", "2026-03-08 07:10", "2026-03-08 07:29"):
        assert times.next_after(utc_ms(begin)) == expected
    assert times.next_after(expected) == utc_ms("2026-03-09 06:30")


def test_a_day_of_the_month_and_a_weekday_must_both_hold() -> None:
    assert fires("0 9 1-7 * mon", "UTC", "2026-01-01 00:00", 3) == [
        "01-05 09:00 +0000", "02-02 09:00 +0000", "03-02 09:00 +0000",
    ]  # fmt: skip


def test_an_interval_counts_from_1970() -> None:
    times = fire_times(Schedule("X", every_ms=300_000))
    at = utc_ms("2026-01-01 00:05")
    assert times.next_after(at - 1) == at
    assert times.next_after(at) == at + 300_000
    assert times.next_after(at + 299_999) == at + 300_000


def test_a_line_that_never_comes_never_fires() -> None:
    assert fires("0 0 30 2 *", "UTC", "2026-01-01 00:00", 1) == []


def test_the_current_period_is_found_however_long_ago_it_began() -> None:
    yearly = fire_times(Schedule("X", cron="0 9 29 2 *"))
    assert current_period_ms(yearly, utc_ms("2027-12-31 00:00")) == utc_ms("2024-02-29 09:00")
    assert current_period_ms(yearly, utc_ms("2024-02-29 09:00")) == utc_ms("2024-02-29 09:00")
    never = RememberedFires(fire_times(Schedule("X", cron="0 0 30 2 *")))
    assert current_period_ms(never, utc_ms("2026-01-01 00:00")) is None


@pytest.mark.parametrize(
    ("cron", "zone", "complaint"),
    [
        ("0 9 * *", "UTC", "fields"),
        ("0 9 * * mon", "Mars/Base", "no time zone 'Mars/Base'"),
        ("61 9 * * *", "UTC", "61"),
    ],
)
def test_a_line_or_zone_that_does_not_exist_is_refused(cron: str, zone: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        fire_times(Schedule("X", cron=cron, time_zone=zone))


@pytest.mark.parametrize(
    "schedule",
    [
        {},
        {"cron": "0 9 * * *", "every_ms": 1_000},
        {"every_ms": 1_500},
        {"every_ms": 0},
        {"every_ms": 1_000, "grace_ms": 0},
    ],
)
def test_a_schedule_says_one_thing(schedule: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="schedule X: "):
        Schedule("X", **schedule)  # type: ignore[arg-type] # wrong on purpose
