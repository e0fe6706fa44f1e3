"""An event loop whose time is a number: nothing sleeps, and the same seed gives the same run."""

import asyncio
import heapq
import inspect
import random
from asyncio import Handle, TimerHandle
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from types import CoroutineType
from typing import Any, Final, Never, TypeVar, TypeVarTuple

from desk.contracts.problems import DeskError

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

_US_PER_S: Final = 1_000_000
_US_PER_MS: Final = 1_000
_FEWEST_TO_SWEEP: Final = 100

_frozen: list[object] = []
"""What abandoned runs leave: dropped, their `finally` blocks would run, as after no kill."""


class Abandoned(DeskError):
    """The run was stopped dead after the number of steps it was given."""


class NothingLeftToDo(DeskError):
    """Every task waits for something that will never come."""


class VirtualLoop(asyncio.BaseEventLoop):
    """Run callbacks in order of time and, within one instant, in order of call.

    With a `seed` the callbacks that are ready together run in a seeded order instead. Where
    `abandon_after` is given, Abandoned is raised out of the loop after that many steps, and no task
    sees it: as a kill would leave them. There are no threads, sockets or signals.
    """

    _ready: deque[Handle]

    def __init__(self, seed: int | None = None, abandon_after: int | None = None) -> None:
        super().__init__()
        self._now_us = 0
        self._calls = 0
        self._timers: list[tuple[int, int, TimerHandle]] = []
        self._cancelled_timers = 0
        self._rng = None if seed is None else random.Random(seed)
        self.abandon_after = abandon_after
        self.steps = 0

    def time(self) -> float:
        """Return the virtual time since the start, in seconds."""
        return self._now_us / _US_PER_S

    @property
    def elapsed_ms(self) -> int:
        """The virtual time since the start, in milliseconds."""
        return self._now_us // _US_PER_MS

    def try_advance(self, elapsed_ms: int) -> bool:
        """Set the time to `elapsed_ms` since the start, without suspending, where nobody could tell.

        False, and nothing changes, where a callback is ready or due by then; each advance is a step.
        """
        if self._ready or self.steps == self.abandon_after:
            return False
        target_us = max(elapsed_ms * _US_PER_MS, self._now_us)
        if self._timers:
            self._drop_cancelled()
            if self._timers and self._timers[0][0] <= target_us:
                return False
        self._now_us = target_us
        self.steps += 1
        return True

    def call_at(
        self,
        when: float,
        callback: Callable[[*Arguments], object],
        *args: *Arguments,
        context: Context | None = None,
    ) -> TimerHandle:
        """Call at `when` seconds; calls for one instant keep their order."""
        timer = TimerHandle(when, callback, args, self, context)
        timer._scheduled = True  # type: ignore[attr-defined]  # noqa: SLF001 - tells of its cancelling
        self._calls += 1
        heapq.heappush(self._timers, (round(when * _US_PER_S), self._calls, timer))
        return timer

    def run_in_executor(self, executor: object, func: object, *args: object) -> Never:
        """Refuse: a thread has a time of its own, and no seed orders it."""
        message = "no threads under a virtual clock; do the work inline"
        raise RuntimeError(message)

    def _timer_handle_cancelled(self, handle: TimerHandle) -> None:
        if not handle._scheduled:  # type: ignore[attr-defined]  # noqa: SLF001 - it left the heap before
            return
        self._cancelled_timers += 1
        if self._cancelled_timers > _FEWEST_TO_SWEEP and self._cancelled_timers * 2 > len(self._timers):
            self._timers = [entry for entry in self._timers if not entry[2].cancelled()]
            heapq.heapify(self._timers)
            self._cancelled_timers = 0

    def _drop_cancelled(self) -> None:
        while self._timers and self._timers[0][2].cancelled():
            heapq.heappop(self._timers)
            self._cancelled_timers = max(0, self._cancelled_timers - 1)

    def _collect_due(self) -> None:
        """Move the timers that are due to the ready queue; jump to the first where nothing is ready."""
        self._drop_cancelled()
        if not self._ready:
            if not self._timers:
                message = "every task waits for something that will never come"
                raise NothingLeftToDo(message)
            self._now_us = max(self._now_us, self._timers[0][0])
        while self._timers and self._timers[0][0] <= self._now_us:
            timer = heapq.heappop(self._timers)[2]
            timer._scheduled = False  # type: ignore[attr-defined]  # noqa: SLF001 - as asyncio does
            self._ready.append(timer)
            self._drop_cancelled()

    def _run_once(self) -> None:
        """Run what is ready; asyncio calls this until the loop is stopped."""
        self._collect_due()
        if self._rng is not None:
            batch = list(self._ready)
            self._rng.shuffle(batch)
            self._ready.clear()
            self._ready.extend(batch)
        for _ in range(len(self._ready)):
            handle = self._ready.popleft()
            if handle.cancelled():
                continue
            if self.steps == self.abandon_after:
                message = f"abandoned after {self.steps} steps"
                raise Abandoned(message)
            self.steps += 1
            handle._run()  # noqa: SLF001 - a loop runs its handles

    def _write_to_self(self) -> None:
        """Wake nobody: there is no selector to wake."""


def run_virtual(
    main: Callable[[VirtualLoop], Coroutine[Any, Any, Result]],
    *,
    seed: int | None = None,
    abandon_after: int | None = None,
) -> Result:
    """Run `main` on a loop of its own until it ends, and return its result.

    Raises Abandoned after `abandon_after` steps; the tasks are then left as a kill leaves them, and what
    the dead process would have given back, such as files, is for the caller to close.
    """
    loop = VirtualLoop(seed, abandon_after)
    runner = asyncio.Runner(loop_factory=lambda: loop)
    try:
        return runner.run(main(loop))
    except Abandoned:
        _freeze(loop)
        raise
    finally:
        if not loop.is_closed():
            loop.abandon_after = None
            runner.close()


def _freeze(loop: VirtualLoop) -> None:
    """Keep what a dead run left from ever running again."""
    for task in asyncio.all_tasks(loop):
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001 - it is meant to be pending
        coroutine = task.get_coro()
        if (
            isinstance(coroutine, CoroutineType)
            and inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED
        ):
            coroutine.close()  # it never began, and would complain of that
        _frozen.append(task)
    _frozen.append(loop)
    loop.close()
