"""The virtual loop: no time passes, the order is fixed, and a run can be stopped dead anywhere."""

import asyncio

import pytest

from desk.runtime.clock import VirtualClock
from desk.runtime.virtual_loop import Abandoned, NothingLeftToDo, VirtualLoop, run_virtual

YEAR_S = 365 * 24 * 3_600


async def workers(loop: VirtualLoop) -> list[str]:
    """Let eight tasks report at the same instants."""
    seen: list[str] = []

    async def work(name: str) -> None:
        for _ in range(3):
            await asyncio.sleep(1)
            seen.append(f"{name}@{loop.elapsed_ms}")

    await asyncio.gather(*(work(str(number)) for number in range(8)))
    return seen


def test_a_year_passes_in_no_time() -> None:
    async def main(loop: VirtualLoop) -> float:
        await asyncio.sleep(YEAR_S)
        return loop.time()

    assert run_virtual(main) == YEAR_S


def test_what_is_due_at_one_instant_runs_in_the_order_of_calls() -> None:
    async def main(loop: VirtualLoop) -> list[int]:
        seen: list[int] = []
        for number in range(100):
            loop.call_later(1, seen.append, number)
        for number in range(100, 103):
            loop.call_later(0.5, seen.append, number)
        await asyncio.sleep(2)
        return seen

    assert run_virtual(main) == [100, 101, 102, *range(100)]


def test_without_a_seed_tasks_take_turns() -> None:
    assert run_virtual(workers)[:9] == [*(f"{number}@1000" for number in range(8)), "0@2000"]


def test_the_same_seed_gives_the_same_order_and_others_give_others() -> None:
    runs = {seed: run_virtual(workers, seed=seed) for seed in range(20)}
    assert all(run_virtual(workers, seed=seed) == seen for seed, seen in runs.items())
    assert len({tuple(seen) for seen in runs.values()}) > 15


def test_a_seed_never_moves_anything_to_another_instant() -> None:
    times = [each.partition("@")[2] for each in run_virtual(workers, seed=3)]
    assert times == ["1000"] * 8 + ["2000"] * 8 + ["3000"] * 8


def test_timeouts_work_on_virtual_time() -> None:
    async def main(loop: VirtualLoop) -> int:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(loop.create_future(), 30)
        return loop.elapsed_ms

    assert run_virtual(main) == 30_000


def test_cancelled_timers_are_forgotten() -> None:
    async def main(loop: VirtualLoop) -> int:
        for _ in range(10_000):
            loop.call_later(YEAR_S, print).cancel()
        return len(loop._timers)  # noqa: SLF001 - what is kept is the point

    assert run_virtual(main) < 300


def test_cancelling_a_timer_that_has_fired_does_nothing() -> None:
    async def main(loop: VirtualLoop) -> list[str]:
        seen: list[str] = []
        first = loop.call_later(1, seen.append, "first")
        await asyncio.sleep(2)
        for _ in range(200):
            first.cancel()
        loop.call_later(1, seen.append, "second")
        await asyncio.sleep(2)
        return seen

    assert run_virtual(main) == ["first", "second"]


def test_a_run_in_which_nothing_can_happen_any_more_says_so() -> None:
    async def main(loop: VirtualLoop) -> None:
        await loop.create_future()

    with pytest.raises(NothingLeftToDo, match="never come"):
        run_virtual(main)


def test_threads_are_refused() -> None:
    async def main(_: VirtualLoop) -> None:
        await asyncio.to_thread(print)

    with pytest.raises(RuntimeError, match="no threads"):
        run_virtual(main)


def test_an_error_comes_out_and_what_still_ran_is_ended() -> None:
    ended: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.sleep(YEAR_S)
        finally:
            ended.append("forever")

    async def main(loop: VirtualLoop) -> None:
        task = loop.create_task(forever())
        await asyncio.sleep(1)
        assert not task.done()
        message = "broken"
        raise LookupError(message)

    with pytest.raises(LookupError, match="broken"):
        run_virtual(main)
    assert ended == ["forever"]


def killed_after(steps: int | None) -> tuple[list[str], int]:
    """Run three tasks that leave traces, abandon them, and return the traces."""
    traces: list[str] = []
    loops: list[VirtualLoop] = []

    async def work(name: str) -> None:
        try:
            for number in range(3):
                await asyncio.sleep(1)
                traces.append(f"{name}{number}")
        finally:
            traces.append(f"{name} cleaned up")

    async def main(loop: VirtualLoop) -> None:
        loops.append(loop)
        await asyncio.gather(*(work(name) for name in "abc"))

    try:
        run_virtual(main, abandon_after=steps)
    except Abandoned:
        assert loops == [] or loops[0].steps == steps
    return traces, loops[0].steps if loops else 0


def test_an_abandoned_run_is_dead_at_once_and_cleans_nothing_up() -> None:
    whole, steps = killed_after(None)
    assert sum("cleaned up" in trace for trace in whole) == 3
    cut = [killed_after(number)[0] for number in range(steps)]
    assert all(traces == whole[: len(traces)] for traces in cut)
    assert [len(traces) for traces in cut] == sorted(len(traces) for traces in cut)
    assert {len(traces) for traces in cut} >= set(range(7))


def test_a_run_that_needs_fewer_steps_is_not_abandoned() -> None:
    assert killed_after(10_000)[0] == killed_after(None)[0]


def test_each_tick_of_a_replay_is_a_step_to_be_killed_at() -> None:
    seen: list[int] = []

    async def main(loop: VirtualLoop) -> None:
        clock = VirtualClock(loop, 0)
        for time_ms in range(1_000):
            await clock.sleep_until_ms(time_ms)
            seen.append(time_ms)

    with pytest.raises(Abandoned, match="after 100 steps"):
        run_virtual(main, abandon_after=100)
    assert len(seen) == 99
