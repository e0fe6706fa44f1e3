"""Whatever happens to a desk and its clock, a period fires at most once, and where it should."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from desk.runtime.clock import VirtualClock
from desk.runtime.periods import RememberedFires, Schedule
from desk.runtime.scheduler import fire_times
from desk.runtime.virtual_loop import VirtualLoop, run_virtual
from tests.builders.examples import examples
from tests.builders.schedules import Diary, utc_ms

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

CHANGES = {
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Europe/Amsterdam": ("2026-03-29", "2026-10-25"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "America/Santiago": ("2026-04-05", "2026-09-06"),
}
"""The days of 2026 on which the clocks change."""

changes = st.sampled_from([(zone, day) for zone, days in CHANGES.items() for day in days])
minutes = st.sets(st.integers(0, 59), min_size=1, max_size=4).map(sorted)
hours = st.one_of(st.none(), st.sets(st.integers(0, 23), min_size=1, max_size=4).map(sorted))

moments = st.lists(st.integers(0, 2_880), max_size=20)
absences = st.lists(st.integers(1, 20 * HOUR_MS), max_size=12)


def cron_of(minute_list: list[int], hour_list: list[int] | None) -> str:
    """Write a cron line; no hours means every hour."""
    hour = "*" if hour_list is None else ",".join(map(str, hour_list))
    return f"{','.join(map(str, minute_list))} {hour} * * *"


@cache
def wall_minutes(zone: str, day: str) -> dict[str, list[int]]:
    """Map each wall clock minute around a day to the UTC instants it names, by looking at every minute.

    A minute that the clocks jumped over names the instant as far after the jump as it lies behind its start.
    """
    begin = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=2)
    named: dict[str, list[int]] = {}
    previous = begin.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - timedelta(minutes=1)
    for number in range(5 * 24 * 60):
        moment = begin + timedelta(minutes=number)
        wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
        jumped_over = previous + timedelta(minutes=1)
        while jumped_over < wall:
            shift = jumped_over - previous - timedelta(minutes=1)
            named.setdefault(f"{jumped_over:%H:%M} {jumped_over:%d}", []).append(ms_of(moment + shift))
            jumped_over += timedelta(minutes=1)
        named.setdefault(f"{wall:%H:%M} {wall:%d}", []).append(ms_of(moment))
        previous = wall
    return named


def ms_of(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000


def expected_fires(zone: str, day: str, minute_list: list[int], hour_list: list[int] | None) -> list[int]:
    wanted: set[int] = set()
    for name, instants in wall_minutes(zone, day).items():
        if int(name[3:5]) in minute_list and (hour_list is None or int(name[:2]) in hour_list):
            wanted.update(instants if hour_list is None else [min(instants)])
    middle_ms = utc_ms(f"{day} 00:00")
    return sorted(each for each in wanted if middle_ms - DAY_MS < each <= middle_ms + 2 * DAY_MS)


@settings(deadline=None)
@given(change=changes, minute_list=minutes, hour_list=hours)
def test_fires_are_those_the_wall_clock_names(
    change: tuple[str, str], minute_list: list[int], hour_list: list[int] | None
) -> None:
    zone, day = change
    times = fire_times(Schedule("X", cron=cron_of(minute_list, hour_list), time_zone=zone))
    middle_ms = utc_ms(f"{day} 00:00")
    seen: list[int] = []
    time_ms = times.next_after(middle_ms - DAY_MS)
    while time_ms is not None and time_ms <= middle_ms + 2 * DAY_MS:
        seen.append(time_ms)
        time_ms = times.next_after(time_ms)
    assert seen == expected_fires(zone, day, minute_list, hour_list)


@settings(deadline=None)
@given(
    change=changes, minute_list=minutes, hour_list=hours, offsets=st.lists(st.integers(0, 2_880), max_size=20)
)
def test_the_next_fire_is_the_same_whenever_and_however_often_it_is_asked(
    change: tuple[str, str], minute_list: list[int], hour_list: list[int] | None, offsets: list[int]
) -> None:
    zone, day = change
    schedule = Schedule("X", cron=cron_of(minute_list, hour_list), time_zone=zone)
    remembered = RememberedFires(fire_times(schedule))
    fires = expected_fires(zone, day, minute_list, hour_list)
    for offset in offsets:
        asked_ms = utc_ms(f"{day} 00:00") - DAY_MS // 2 + offset * MINUTE_MS
        later = [each for each in fires if each > asked_ms]
        if later:
            assert remembered.next_after(asked_ms) == later[0]
            assert fire_times(schedule).next_after(asked_ms) == later[0]


@dataclass(frozen=True)
class Wake:
    """Something happens: time passes or jumps, the desk may start again, and its schedules are woken."""

    jump_ms: int
    is_restart: bool


jumps = st.one_of(
    st.integers(0, 3 * MINUTE_MS),
    st.integers(0, 6 * HOUR_MS),
    st.integers(0, 3 * DAY_MS),
    st.integers(-3 * HOUR_MS, 0),
)
wakes = st.lists(st.builds(Wake, jumps, st.booleans()), max_size=40)
graces = st.one_of(st.none(), st.integers(1, 30 * HOUR_MS))
triggers = st.one_of(
    st.tuples(st.just("cron"), minutes, hours), st.tuples(st.just("every"), st.integers(1, 7_200), st.none())
)


@settings(max_examples=examples(150))
@given(change=changes, trigger=triggers, grace_ms=graces, story=wakes, is_claiming=st.booleans())
def test_each_period_fires_at_most_once_over_wakes_restarts_and_jumps(
    change: tuple[str, str],
    trigger: tuple[str, list[int] | int, list[int] | None],
    grace_ms: int | None,
    story: list[Wake],
    *,
    is_claiming: bool,
) -> None:
    zone, day = change
    _, first, hour_list = trigger
    if isinstance(first, int):
        schedule = Schedule("X", every_ms=first * 1_000, grace_ms=grace_ms)
    else:
        schedule = Schedule("X", cron=cron_of(first, hour_list), time_zone=zone, grace_ms=grace_ms)
    diary = Diary(is_claiming=is_claiming)
    first_start_ms = utc_ms(f"{day} 00:00") - DAY_MS

    async def main(loop: VirtualLoop) -> None:
        nonlocal first_start_ms
        clock = VirtualClock(loop, first_start_ms)
        driver = diary.driver(clock, schedule)
        for wake in story:
            clock.jump_wall(wake.jump_ms)
            if wake.is_restart and is_claiming:
                driver = diary.driver(clock, schedule)
                # Until something is done, every start is a first one.
                first_start_ms = first_start_ms if diary.done else clock.now_ms()
            before = len(diary.fired)
            driver.wake()
            driver.wake()
            assert len(diary.fired) - before <= 1

    run_virtual(main)
    handled = diary.handled_ms()
    assert len(handled) == len(set(handled))
    fires = fire_times(schedule)
    for tick in diary.fired:
        assert fires.next_after(tick.period_start_ms - 1) == tick.period_start_ms
        assert first_start_ms < tick.period_start_ms <= tick.time_ms
        assert tick.late_ms <= schedule.latest_ms
    starts = [tick.period_start_ms for tick in diary.fired]
    assert starts == sorted(starts)


@settings(deadline=None)
@given(
    change=changes,
    minute_list=minutes,
    hour_list=hours,
    story=st.lists(st.integers(1, 20 * HOUR_MS), max_size=12),
)
def test_no_period_is_lost_without_a_word(
    change: tuple[str, str], minute_list: list[int], hour_list: list[int] | None, story: list[int]
) -> None:
    """Every period between the first start and the last wake has fired or was skipped with a reason."""
    zone, day = change
    schedule = Schedule("X", cron=cron_of(minute_list, hour_list), time_zone=zone, grace_ms=HOUR_MS)
    start_ms = utc_ms(f"{day} 00:00") - DAY_MS
    diary = Diary()
    end_ms = start_ms

    async def main(loop: VirtualLoop) -> None:
        nonlocal end_ms
        clock = VirtualClock(loop, start_ms)
        diary.done["X"] = start_ms
        for jump_ms in story:
            clock.jump_wall(jump_ms)
            diary.driver(clock, schedule).wake()
        end_ms = clock.now_ms()

    run_virtual(main)
    handled = diary.handled_ms()
    fires = [each for each in expected_fires(zone, day, minute_list, hour_list) if start_ms < each <= end_ms]
    last_known_ms = utc_ms(f"{day} 00:00") + 2 * DAY_MS
    assert sorted(each for each in handled if each <= last_known_ms) == fires
    assert all(each.reason for each in diary.skipped)
