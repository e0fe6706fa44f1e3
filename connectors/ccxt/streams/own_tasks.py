"""Tasks that end with what started them, while the desk goes on."""

import asyncio
from collections.abc import Coroutine
from typing import Final

from desk.contracts.ports.time import Spawner

_END_WITHIN_S: Final = 0.25


class OwnTasks:
    """Start work through the desk's spawner, and stop it without that being a failure."""

    def __init__(self, spawner: Spawner) -> None:
        self._spawner = spawner
        self._running: dict[asyncio.Task[None], None] = {}
        self._is_stopping = False

    def start(self, name: str, work: Coroutine[object, object, None]) -> None:
        """Run `work`; its failure becomes an alarm."""
        self._spawner.spawn(name, self._run(work))

    async def stop(self) -> None:
        """Cancel everything and wait a moment for its end; what has not begun yet never does."""
        self._is_stopping = True
        caller = asyncio.current_task()
        others = [task for task in self._running if task is not caller]
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=_END_WITHIN_S)

    async def _run(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.current_task()
        if self._is_stopping or task is None:
            work.close()
            return
        self._running[task] = None
        try:
            await work
        except asyncio.CancelledError:
            if not self._is_stopping:
                raise
        finally:
            del self._running[task]


def is_told_to_end() -> bool:
    """Tell whether the running task is being cancelled, rather than something that it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
