"""The supervisor holds every task, hears of every failure and ends them all."""

import asyncio
import gc

from desk.contracts.problems import RefusedByState
from desk.runtime.tasks import TaskCancelled, TaskSupervisor
from desk.runtime.virtual_loop import VirtualLoop, run_virtual


async def wait_for_ever() -> None:
    await asyncio.sleep(1e9)


async def fail() -> None:
    await asyncio.sleep(1)
    message = "broken"
    raise LookupError(message)


class Failures:
    """Note what a supervisor tells."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []

    def __call__(self, name: str, error: BaseException) -> None:
        self.told.append((name, type(error).__name__, str(error)))


def test_a_failure_is_told_by_name_and_the_others_go_on() -> None:
    failures = Failures()

    async def main(_: VirtualLoop) -> tuple[str, ...]:
        supervisor = TaskSupervisor(failures)
        supervisor.spawn("feed", wait_for_ever())
        supervisor.spawn("resolver", fail())
        await asyncio.sleep(5)
        running = supervisor.running
        await supervisor.stop(1_000)
        return running

    assert run_virtual(main) == ("feed",)
    assert failures.told == [("resolver", "LookupError", "broken")]


def test_a_task_is_held_until_it_ends() -> None:
    ended: list[str] = []

    async def work() -> None:
        await asyncio.get_running_loop().create_future()

    async def main(_: VirtualLoop) -> None:
        supervisor = TaskSupervisor(Failures())
        supervisor.spawn("held by nobody else", work())
        await asyncio.sleep(1)
        gc.collect()
        ended.extend(supervisor.running)
        await supervisor.stop(1_000)

    run_virtual(main)
    assert ended == ["held by nobody else"]


def test_stopping_ends_everything_without_calling_it_a_failure() -> None:
    failures = Failures()
    cleaned: list[str] = []

    async def tidy(name: str) -> None:
        try:
            await wait_for_ever()
        finally:
            cleaned.append(name)

    async def main(_: VirtualLoop) -> tuple[tuple[str, ...], tuple[str, ...]]:
        supervisor = TaskSupervisor(failures)
        for name in ("one", "two", "three"):
            supervisor.spawn(name, tidy(name))
        await asyncio.sleep(1)
        return await supervisor.stop(1_000), supervisor.running

    assert run_virtual(main) == ((), ())
    assert cleaned == ["one", "two", "three"]
    assert failures.told == []


def test_stopping_waits_only_so_long_and_names_what_would_not_end() -> None:
    async def stubborn(released: asyncio.Event) -> None:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue

    async def main(loop: VirtualLoop) -> tuple[tuple[str, ...], int]:
        supervisor = TaskSupervisor(Failures())
        released = asyncio.Event()
        supervisor.spawn("stubborn", stubborn(released))
        supervisor.spawn("willing", wait_for_ever())
        await asyncio.sleep(1)
        left = await supervisor.stop(3_000)
        elapsed_ms = loop.elapsed_ms
        released.set()
        await asyncio.sleep(1)
        return left, elapsed_ms

    assert run_virtual(main) == (("stubborn",), 4_000)


def test_a_task_may_stop_the_others_and_go_on() -> None:
    seen: list[str] = []

    async def main(_: VirtualLoop) -> None:
        supervisor = TaskSupervisor(Failures())

        async def stopper() -> None:
            await supervisor.stop(1_000)
            seen.extend(supervisor.running)

        supervisor.spawn("other", wait_for_ever())
        supervisor.spawn("stopper", stopper())
        await asyncio.sleep(5)

    run_virtual(main)
    assert seen == ["stopper"]


def test_nothing_is_started_while_stopping_and_that_is_told() -> None:
    failures = Failures()

    async def main(_: VirtualLoop) -> None:
        supervisor = TaskSupervisor(failures)
        await supervisor.stop(1_000)
        supervisor.spawn("late", wait_for_ever())

    run_virtual(main)
    assert failures.told == [("late", RefusedByState.__name__, "late was not started: the desk is stopping")]


def test_a_cancel_that_nobody_asked_for_is_a_failure() -> None:
    failures = Failures()

    async def cancel_itself() -> None:
        raise asyncio.CancelledError

    async def main(_: VirtualLoop) -> None:
        TaskSupervisor(failures).spawn("feed", cancel_itself())
        await asyncio.sleep(1)

    run_virtual(main)
    assert [(name, kind) for name, kind, _ in failures.told] == [("feed", TaskCancelled.__name__)]
