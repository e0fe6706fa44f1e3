"""Scheduled work runs once: over misfires, restarts, double wakes and jumps of the clock."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from desk.runtime.clock import VirtualClock, WallClock
from desk.runtime.ids import SeededIds
from desk.runtime.periods import Schedule
from desk.runtime.scheduler import ScheduleDriver, apscheduler_wakes
from desk.runtime.virtual_loop import VirtualLoop, run_virtual
from tests.builders.schedules import Diary, utc_ms

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
DAILY = Schedule("DAILY", cron="0 9 * * *", grace_ms=2 * HOUR_MS)
STRICT = Schedule("DAILY", cron="0 9 * * *")


def at(start: str, steps: Callable[[VirtualClock], None]) -> None:
    """Run `steps` with a clock that starts at `start`."""

    async def main(loop: VirtualLoop) -> None:
        steps(VirtualClock(loop, utc_ms(start)))

    run_virtual(main)


def wake_at(diary: Diary, schedule: Schedule, start: str, *wakes: str) -> None:
    """Start a process at `start` and wake its schedules at each of `wakes`."""

    def steps(clock: VirtualClock) -> None:
        driver = diary.driver(clock, schedule)
        for text in wakes:
            clock.jump_wall(utc_ms(text) - clock.now_ms())
            driver.wake()

    at(start, steps)


def test_a_period_fires_when_it_is_due_and_says_how_late() -> None:
    diary = Diary()
    wake_at(diary, DAILY, "2026-01-05 08:00", "2026-01-05 08:59", "2026-01-05 09:01")
    (tick,) = diary.fired
    assert (tick.schedule_name, tick.period_start_ms) == ("DAILY", utc_ms("2026-01-05 09:00"))
    assert (tick.time_ms, tick.late_ms) == (utc_ms("2026-01-05 09:01"), 60_000)
    assert tick.id.startswith("SCH_20260105_0901")


def test_a_double_wake_fires_once() -> None:
    diary = Diary(is_claiming=False)
    wake_at(diary, DAILY, "2026-01-05 08:00", *["2026-01-05 09:00"] * 5, "2026-01-05 09:30")
    assert diary.fired_at() == ["2026-01-05 09:00"]


def test_a_first_start_fires_nothing_that_lies_before_it() -> None:
    diary = Diary()
    wake_at(diary, DAILY, "2026-01-05 09:30", "2026-01-05 09:30", "2026-01-05 10:00")
    assert (diary.fired, diary.skipped) == ([], [])


def test_a_restart_does_not_fire_what_is_done() -> None:
    diary = Diary()
    for _ in range(3):
        wake_at(diary, DAILY, "2026-01-05 08:00", "2026-01-05 09:00")
    assert diary.fired_at() == ["2026-01-05 09:00"]


@pytest.mark.parametrize(
    ("back_at", "fired", "skipped"),
    [
        ("2026-01-06 08:59", [], []),
        ("2026-01-06 10:59", ["2026-01-06 09:00"], []),
        ("2026-01-06 11:01", [], ["2026-01-06 09:00"]),
        ("2026-01-07 10:00", ["2026-01-07 09:00"], ["2026-01-06 09:00"]),
        ("2026-01-08 10:00", ["2026-01-08 09:00"], ["2026-01-06 09:00", "2026-01-07 09:00"]),
        ("2026-01-08 20:00", [], ["2026-01-06 09:00", "2026-01-07 09:00", "2026-01-08 09:00"]),
    ],
)
def test_after_an_outage_the_newest_period_runs_within_the_grace(
    back_at: str, fired: list[str], skipped: list[str]
) -> None:
    diary = Diary()
    wake_at(diary, DAILY, "2026-01-05 08:00", "2026-01-05 09:00")
    wake_at(diary, DAILY, back_at, back_at)
    assert diary.fired_at()[1:] == fired
    assert diary.skipped_at() == skipped


def test_a_skipped_period_says_why_and_is_done() -> None:
    diary = Diary()
    wake_at(diary, DAILY, "2026-01-05 08:00", "2026-01-05 09:00")
    wake_at(diary, DAILY, "2026-01-07 13:00", "2026-01-07 13:00")
    wake_at(diary, DAILY, "2026-01-07 13:01", "2026-01-07 13:01")
    assert [each.reason for each in diary.skipped] == [
        "the desk was away; a newer period was due when it was back",
        "the desk was away; 14400000 ms late, at most 7200000 ms are allowed",
    ]


def test_without_a_grace_only_a_busy_moment_is_forgiven() -> None:
    busy, away = Diary(), Diary()
    for diary, jump_ms in ((busy, 10_000), (away, 10_001)):

        def steps(clock: VirtualClock, diary: Diary = diary, jump_ms: int = jump_ms) -> None:
            driver = diary.driver(clock, STRICT)
            clock.jump_wall(utc_ms("2026-01-05 09:00") + jump_ms - clock.now_ms())
            driver.wake()

        at("2026-01-05 08:00", steps)
    assert (busy.fired_at(), busy.skipped) == (["2026-01-05 09:00"], [])
    assert (away.fired, away.skipped_at()) == ([], ["2026-01-05 09:00"])


def test_a_clock_that_goes_back_fires_nothing_again() -> None:
    diary = Diary(is_claiming=False)
    wakes = [
        "2026-01-05 09:00",
        "2026-01-05 08:30",
        "2026-01-05 09:00",
        "2026-01-05 09:01",
        "2026-01-06 09:00",
    ]
    wake_at(diary, DAILY, "2026-01-05 08:00", *wakes)
    assert diary.fired_at() == ["2026-01-05 09:00", "2026-01-06 09:00"]


def test_a_very_long_absence_is_told_in_a_thousand_lines() -> None:
    diary = Diary()
    every = Schedule("FAST", every_ms=1_000, grace_ms=5_000)
    wake_at(diary, every, "2026-01-05 08:00", "2026-01-05 08:01")
    wake_at(diary, every, "2026-02-05 08:00", "2026-02-05 08:00")
    assert diary.fired_at()[-1] == "2026-02-05 08:00"
    last_outage = [each for each in diary.skipped if each.period_start_ms > utc_ms("2026-01-06 00:00")]
    assert len(last_outage) == 999
    assert last_outage[0].reason.endswith("earlier periods passed too and are not listed")


def test_schedules_know_when_they_fire_next() -> None:
    diary = Diary()

    def steps(clock: VirtualClock) -> None:
        driver = diary.driver(clock, DAILY)
        assert driver.next_ms("DAILY") == utc_ms("2026-01-05 09:00")
        clock.jump_wall(HOUR_MS)
        assert driver.next_ms("DAILY") == utc_ms("2026-01-06 09:00")
        driver.wake()
        assert driver.next_ms("DAILY") == utc_ms("2026-01-06 09:00")
        with pytest.raises(KeyError):
            driver.next_ms("UNKNOWN")

    at("2026-01-05 08:00", steps)
    assert diary.fired_at() == ["2026-01-05 09:00"]


@pytest.mark.parametrize("is_claiming", [True, False])
def test_the_operator_runs_the_period_he_is_in_once(*, is_claiming: bool) -> None:
    diary = Diary(is_claiming=is_claiming)

    def steps(clock: VirtualClock) -> None:
        driver = diary.driver(clock, DAILY)
        tick = driver.run_now("DAILY")
        assert tick is not None
        assert (tick.period_start_ms, tick.late_ms) == (utc_ms("2026-01-04 09:00"), 23 * HOUR_MS)
        assert driver.run_now("DAILY") is None
        driver.wake()
        clock.jump_wall(HOUR_MS)
        assert driver.run_now("DAILY") is not None
        driver.wake()
        with pytest.raises(KeyError):
            driver.run_now("UNKNOWN")

    at("2026-01-05 08:00", steps)
    assert diary.fired_at() == ["2026-01-04 09:00", "2026-01-05 09:00"]


def test_a_handler_that_fails_is_not_called_for_the_same_period_again() -> None:
    calls: list[int] = []

    def steps(clock: VirtualClock) -> None:
        def fire(_: object) -> None:
            calls.append(1)
            message = "broken"
            raise LookupError(message)

        driver = ScheduleDriver(clock, SeededIds(clock, 1), [DAILY], lambda _: None, fire, print)
        clock.jump_wall(HOUR_MS)
        with pytest.raises(LookupError):
            driver.wake()
        driver.wake()

    at("2026-01-05 08:00", steps)
    assert calls == [1]


def test_under_a_virtual_clock_schedules_fire_at_their_instants() -> None:
    diary = Diary()

    async def main(loop: VirtualLoop) -> None:
        clock = VirtualClock(loop, utc_ms("2026-01-01 00:00"))
        weekly = Schedule("WEEKLY", cron="0 9 * * mon", time_zone="Europe/Amsterdam")
        driver = diary.driver(clock, DAILY, weekly, Schedule("MINUTE", every_ms=60_000))
        task = loop.create_task(driver.run(clock.sleep_until_ms))
        await asyncio.sleep(14 * DAY_MS / 1_000 + 1)
        task.cancel()

    run_virtual(main)
    assert all(tick.late_ms == 0 for tick in diary.fired)
    assert not diary.skipped
    names = [tick.schedule_name for tick in diary.fired]
    assert [names.count(name) for name in ("DAILY", "WEEKLY", "MINUTE")] == [14, 2, 14 * 1_440]


def test_a_driver_without_schedules_has_nothing_to_wait_for() -> None:
    async def main(loop: VirtualLoop) -> int:
        clock = VirtualClock(loop, utc_ms("2026-01-01 00:00"))
        await Diary().driver(clock).run(clock.sleep_until_ms)
        await Diary().driver(clock, Schedule("NEVER", cron="0 0 30 2 *")).run(clock.sleep_until_ms)
        return loop.elapsed_ms

    assert run_virtual(main) == 0


async def test_apscheduler_wakes_a_live_desk() -> None:
    clock = WallClock()
    fired = asyncio.Event()
    periods: list[int] = []

    def fire(_: object) -> None:
        periods.append(1)
        fired.set()

    driver = ScheduleDriver(
        clock, SeededIds(clock, 1), [Schedule("SECOND", every_ms=1_000)], lambda _: None, fire, print
    )
    async with apscheduler_wakes(driver) as wait:
        task = asyncio.get_running_loop().create_task(driver.run(wait))
        await asyncio.wait_for(fired.wait(), 10)
        task.cancel()
        await asyncio.wait([task])
    assert periods == [1]


@pytest.mark.parametrize("turns", range(6))
async def test_a_desk_that_ends_as_soon_as_it_is_unblocked_ends_without_a_word(
    turns: int, caplog: pytest.LogCaptureFixture
) -> None:
    clock = WallClock()
    second = Schedule("SECOND", every_ms=1_000)
    driver = ScheduleDriver(clock, SeededIds(clock, 1), [second], lambda _: None, print, print)
    async with apscheduler_wakes(driver):
        await asyncio.sleep(0)
        threading.Event().wait(1.1)  # the core is blocked, and a period passes meanwhile
        for _ in range(turns):
            await asyncio.sleep(0)
    for _ in range(5):
        await asyncio.sleep(0)
    assert [record.getMessage() for record in caplog.records] == []
