"""Clocks: the machine's, a recording's, and one that is only a number."""

import asyncio
import time

import pytest

from desk.runtime.clock import PacedClock, VirtualClock, WallClock
from desk.runtime.virtual_loop import VirtualLoop, run_virtual

START_MS = 1_700_000_000_000


def test_a_virtual_clock_starts_where_it_is_told_and_moves_by_waiting() -> None:
    async def main(loop: VirtualLoop) -> list[int]:
        clock = VirtualClock(loop, START_MS)
        times = [clock.now_ms()]
        await clock.sleep_ms(1_500)
        times.append(clock.now_ms())
        await clock.sleep_until_ms(START_MS + 10_000)
        times.append(clock.now_ms())
        await clock.sleep_until_ms(START_MS)
        return [*times, clock.now_ms(), clock.monotonic_ms()]

    assert run_virtual(main) == [START_MS, START_MS + 1_500, START_MS + 10_000, START_MS + 10_000, 10_000]


def test_where_nobody_else_has_work_waiting_does_not_suspend() -> None:
    async def main(loop: VirtualLoop) -> tuple[int, int]:
        clock = VirtualClock(loop, START_MS)
        waiting = clock.sleep_until_ms(START_MS + 5)
        with pytest.raises(StopIteration):
            waiting.send(None)
        return clock.now_ms(), loop.steps

    now_ms, _ = run_virtual(main)
    assert now_ms == START_MS + 5


def test_what_is_due_before_runs_first() -> None:
    async def main(loop: VirtualLoop) -> list[str]:
        clock = VirtualClock(loop, START_MS)
        seen: list[str] = []
        loop.call_later(0.005, seen.append, "earlier")
        loop.call_later(0.010, seen.append, "same instant, asked before")
        loop.call_later(0.015, seen.append, "later")
        loop.call_soon(seen.append, "ready")
        await clock.sleep_until_ms(START_MS + 10)
        seen.append("woken")
        await clock.sleep_until_ms(START_MS + 14)
        seen.append("woken again")
        return seen

    assert run_virtual(main) == ["ready", "earlier", "same instant, asked before", "woken", "woken again"]


def test_an_advance_is_refused_while_anything_is_due() -> None:
    async def main(loop: VirtualLoop) -> list[bool]:
        clock = VirtualClock(loop, START_MS)
        timer = loop.call_later(0.010, print)
        answers = [clock.try_advance(START_MS + 9), clock.try_advance(START_MS + 10)]
        timer.cancel()
        answers.append(clock.try_advance(START_MS + 10))
        loop.call_soon(int)
        return [*answers, clock.try_advance(START_MS + 11)]

    assert run_virtual(main) == [True, False, True, False]


def test_time_never_goes_back() -> None:
    async def main(loop: VirtualLoop) -> int:
        clock = VirtualClock(loop, START_MS)
        await clock.sleep_until_ms(START_MS + 100)
        assert clock.try_advance(START_MS)
        return clock.now_ms()

    assert run_virtual(main) == START_MS + 100


def test_a_jump_of_the_wall_clock_wakes_whom_it_concerns_and_leaves_durations_alone() -> None:
    async def main(loop: VirtualLoop) -> tuple[int, int]:
        clock = VirtualClock(loop, START_MS)
        loop.call_later(1, clock.jump_wall, 60_000)
        await clock.sleep_until_ms(START_MS + 30_000)
        return clock.now_ms() - START_MS, clock.monotonic_ms()

    assert run_virtual(main) == (61_000, 1_000)


def test_a_jump_back_makes_a_sleeper_wait_for_its_time_again() -> None:
    async def main(loop: VirtualLoop) -> tuple[int, int]:
        clock = VirtualClock(loop, START_MS)
        loop.call_later(1, clock.jump_wall, -60_000)
        await clock.sleep_until_ms(START_MS + 30_000)
        return clock.now_ms() - START_MS, clock.monotonic_ms()

    assert run_virtual(main) == (30_000, 90_000)


def test_a_cancelled_sleeper_leaves_nothing_behind() -> None:
    async def main(loop: VirtualLoop) -> int:
        clock = VirtualClock(loop, START_MS)
        loop.call_later(1, print)
        sleeper = loop.create_task(clock.sleep_until_ms(START_MS + 5_000))
        await asyncio.sleep(0)
        sleeper.cancel()
        await asyncio.wait([sleeper])
        clock.jump_wall(10)
        return len(clock._sleepers)  # noqa: SLF001 - what is kept is the point

    assert run_virtual(main) == 0


def test_a_hundred_thousand_ticks_cost_the_clock_little() -> None:
    async def main(loop: VirtualLoop) -> float:
        clock = VirtualClock(loop, START_MS)
        loop.call_later(1_000_000, print)
        began = time.process_time()
        for number in range(100_000):
            await clock.sleep_until_ms(START_MS + number)
        return time.process_time() - began

    assert run_virtual(main) < 10, "a clock that looks at every earlier sleeper needs minutes"


async def test_the_wall_clock_is_the_machine_s() -> None:
    clock = WallClock()
    before_ms = time.time_ns() // 1_000_000  # noqa: TID251 - what the clock is compared with
    now_ms = clock.now_ms()
    assert before_ms <= now_ms <= time.time_ns() // 1_000_000  # noqa: TID251 - as before
    monotonic_ms = clock.monotonic_ms()
    until_ms = clock.now_ms() + 20
    await clock.sleep_until_ms(until_ms)
    assert clock.now_ms() >= until_ms
    await clock.sleep_ms(1)
    assert clock.monotonic_ms() > monotonic_ms


async def test_waiting_for_what_has_passed_still_lets_others_run() -> None:
    seen: list[str] = []
    asyncio.get_running_loop().call_soon(seen.append, "other")
    await WallClock().sleep_until_ms(0)
    assert seen == ["other"]


async def test_a_paced_clock_plays_a_recording_faster() -> None:
    clock = PacedClock(START_MS, 1_000)
    began = time.monotonic()
    await clock.sleep_until_ms(START_MS + 30_000)
    assert clock.now_ms() >= START_MS + 30_000
    await clock.sleep_ms(10_000)
    assert clock.monotonic_ms() >= 40_000
    assert 0.03 < time.monotonic() - began < 30, "40 s were recorded"


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf")])
def test_a_speed_is_above_zero_and_finite(speed: float) -> None:
    with pytest.raises(ValueError, match="speed must be above 0"):
        PacedClock(START_MS, speed)
