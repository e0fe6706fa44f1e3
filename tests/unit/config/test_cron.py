"""A cron line that is accepted means to the scheduler what it says."""

from datetime import UTC, datetime

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from desk.config.cron import cron_fault

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def numbers(lowest: int, highest: int) -> st.SearchStrategy[str]:
    one = st.integers(lowest, highest).map(str)
    span = st.tuples(st.integers(lowest, highest), st.integers(lowest, highest)).map(
        lambda pair: f"{min(pair)}-{max(pair)}"
    )
    stepped = st.integers(1, highest - lowest).map(lambda step: f"*/{step}")
    item = st.one_of(st.just("*"), one, span, stepped)
    return st.lists(item, min_size=1, max_size=3).map(",".join)


WORDS = st.lists(st.sampled_from([*WEEKDAYS, "*", "mon-fri"]), min_size=1, max_size=3).map(",".join)


@given(st.tuples(numbers(0, 59), numbers(0, 23), numbers(1, 31), numbers(1, 12), WORDS).map(" ".join))
def test_the_scheduler_understands_every_line_that_is_accepted(line: str) -> None:
    found = cron_fault(line)
    assert found is None or "never fires" in found[0]
    CronTrigger.from_crontab(line, timezone="UTC")


@given(st.tuples(numbers(1, 31), numbers(1, 12)))
def test_a_line_is_refused_as_never_firing_where_the_scheduler_finds_no_time(parts: tuple[str, str]) -> None:
    line = f"0 0 {parts[0]} {parts[1]} *"
    trigger = CronTrigger.from_crontab(line, timezone="UTC")
    fires = trigger.get_next_fire_time(None, datetime(2024, 1, 1, tzinfo=UTC)) is not None
    assert (cron_fault(line) is None) == fires


@pytest.mark.parametrize("line", ["0 0 31 2 *", "0 0 30,31 feb *", "0 9 31 4,jun,9,11 mon", "0 0 31 */9 *"])
def test_only_a_line_whose_day_no_month_has_never_fires(line: str) -> None:
    found = cron_fault(line)
    if line.endswith("*/9 *"):
        assert found is None, "January and October have a 31st"
    else:
        assert found is not None
        assert "never fires: no such month has such a day" in found[0]


def test_the_29th_of_february_fires_in_leap_years() -> None:
    assert cron_fault("0 0 29 2 *") is None


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("0 9 * *", "has 4"),
        ("0 9 * * 1", "no weekday"),
        ("60 9 * * mon", "no minute"),
        ("0 24 * * mon", "no hour"),
        ("0 9 0 * mon", "no day of month"),
        ("0 9 * 13 mon", "no month"),
        ("0 9 * * monday", "no weekday"),
        ("5-1 9 * * mon", "no minute"),
        ("*/0 9 * * mon", "no minute"),
        ("5/2 9 * * mon", "no minute"),
        ("1,,2 9 * * mon", "no minute"),
        ("-1 9 * * mon", "no minute"),
        ("@weekly", "has 1"),
    ],
)
def test_a_line_that_means_nothing_or_another_day_is_refused(line: str, what: str) -> None:
    found = cron_fault(line)
    assert found is not None
    assert what in found[0]
    assert found[1].startswith("write ")
