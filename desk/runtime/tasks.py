"""The only place where tasks are made: each is held, watched, named, and ended with the desk."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial

from desk.contracts.problems import DeskError, RefusedByState

FailureListener = Callable[[str, BaseException], None]


class TaskCancelled(DeskError):
    """A task was cancelled while the desk was running."""


class TaskSupervisor:
    """Run background work; what fails is told to `on_failure` by name, with its error."""

    def __init__(self, on_failure: FailureListener) -> None:
        self._on_failure = on_failure
        self._names: dict[asyncio.Task[None], str] = {}
        self._is_stopping = False

    @property
    def running(self) -> tuple[str, ...]:
        """The names of what runs, oldest first."""
        return tuple(self._names.values())

    def spawn(self, name: str, work: Coroutine[object, object, None]) -> None:
        """Run `work`; once stopping, it is refused and that is told as its failure."""
        if self._is_stopping:
            work.close()
            self._on_failure(name, RefusedByState(f"{name} was not started: the desk is stopping"))
            return
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._names[task] = name
        task.add_done_callback(partial(self._ended, name))

    async def stop(self, within_ms: int) -> tuple[str, ...]:
        """Cancel everything, wait at most `within_ms` for it, and name what did not end.

        The caller's own task, where it is one of these, goes on.
        """
        self._is_stopping = True
        caller = asyncio.current_task()
        others = [task for task in self._names if task is not caller]
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=within_ms / 1_000)
        return tuple(task.get_name() for task in others if not task.done())

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        del self._names[task]
        if task.cancelled():
            if not self._is_stopping:
                self._on_failure(name, TaskCancelled(f"{name} was cancelled while the desk was running"))
            return
        error = task.exception()
        if error is not None:
            self._on_failure(name, error)
