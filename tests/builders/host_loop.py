"""The loop that runs, as a virtual clock sees one: a desk beside a screen lives in the machine's time."""

import asyncio
from asyncio import Future, TimerHandle
from collections.abc import Callable
from typing import TypeVarTuple, cast

from desk.runtime.virtual_loop import VirtualLoop

Arguments = TypeVarTuple("Arguments")


class HostLoop:
    """Give a clock what it needs of the running loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._began_s = self._loop.time()

    @property
    def elapsed_ms(self) -> int:
        return int((self._loop.time() - self._began_s) * 1_000)

    def try_advance(self, elapsed_ms: int) -> bool:
        return False

    def create_future(self) -> Future[None]:
        return self._loop.create_future()

    def call_at(
        self, when: float, callback: Callable[[*Arguments], object], *args: *Arguments
    ) -> TimerHandle:
        return self._loop.call_at(self._began_s + when, callback, *args)


def host_loop() -> VirtualLoop:
    return cast("VirtualLoop", HostLoop())
