"""Blocking deliveries on a thread of their own, so that a service that hangs holds nobody up."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue

from desk.runtime.notifier import Message, NotSent

Deliver = Callable[[Message], None]
"""Deliver a message however long that takes; raises NotSent."""


class ThreadedPost:
    """Deliver one message after the other on a daemon thread: it dies with the process, hanging or not.

    While a delivery hangs, no other is begun.
    """

    def __init__(self, deliver: Deliver, within_s: float) -> None:
        self._deliver = deliver
        self._within_s = within_s
        self._work: SimpleQueue[tuple[Message, Future[None]] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._last: Future[None] | None = None

    def drop(self, message: Message) -> None:
        """Deliver, from whichever thread, and hear nothing of it: for when the loop itself stands still."""
        self._begin()
        self._work.put((message, _begun()))

    async def __call__(self, message: Message) -> None:
        """Deliver; raises NotSent where that fails or takes too long."""
        if self._last is not None and not self._last.done():
            raise NotSent("it still hangs over the message before")
        self._begin()
        done = self._last = _begun()
        self._work.put((message, done))
        try:
            async with asyncio.timeout(self._within_s):
                await asyncio.wrap_future(done)
        except TimeoutError:
            raise NotSent(f"no answer within {self._within_s:g} s") from None

    def close(self) -> None:
        """End the thread once it is idle."""
        self._work.put(None)

    def _begin(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="word to the operator", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            message, done = work
            try:
                self._deliver(message)
            except NotSent as failure:
                done.set_exception(failure)
            except Exception as fault:  # noqa: BLE001 - a thread's boundary; its text may hold the address
                done.set_exception(NotSent(f"{type(fault).__name__}"))
            else:
                done.set_result(None)


def _begun() -> Future[None]:
    done: Future[None] = Future()
    done.set_running_or_notify_cancel()
    return done
