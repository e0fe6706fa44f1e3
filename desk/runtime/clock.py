"""The clocks a desk can run by: the machine's, one that runs at a multiple of it, and a number."""

import asyncio
import time
from typing import Final

from desk.runtime.virtual_loop import VirtualLoop

_MS_PER_S: Final = 1_000
_NS_PER_MS: Final = 1_000_000
_LONGEST_NAP_MS: Final = 5_000
"""A jump of the wall clock is noticed after one nap."""


class WallClock:
    """Tell the machine's time."""

    def now_ms(self) -> int:
        """Return the wall clock, UTC, in milliseconds since 1970."""
        return time.time_ns() // _NS_PER_MS  # noqa: TID251 - this is the clock port

    def monotonic_ms(self) -> int:
        """Return a clock that never jumps; only differences mean something."""
        return time.monotonic_ns() // _NS_PER_MS

    async def sleep_ms(self, duration_ms: int) -> None:
        """Wait `duration_ms`."""
        await asyncio.sleep(max(0, duration_ms) / _MS_PER_S)

    async def sleep_until_ms(self, time_ms: int) -> None:
        """Wait until the wall clock reads `time_ms`, also where it jumps meanwhile."""
        await self.sleep_ms(min(time_ms - self.now_ms(), _LONGEST_NAP_MS))
        while (left_ms := time_ms - self.now_ms()) > 0:
            await self.sleep_ms(min(left_ms, _LONGEST_NAP_MS))


class PacedClock:
    """Start at `start_ms` and run `speed` times as fast as the machine's time: a recording's clock."""

    def __init__(self, start_ms: int, speed: float) -> None:
        """Start it now; raises ValueError where `speed` is not above zero and finite."""
        if not 0 < speed < float("inf"):
            message = f"speed must be above 0 and finite, was {speed}"
            raise ValueError(message)
        self._start_ms = start_ms
        self._speed = speed
        self._started_ns = time.monotonic_ns()

    def now_ms(self) -> int:
        """Return the recording's time, UTC, in milliseconds since 1970."""
        return self._start_ms + self.monotonic_ms()

    def monotonic_ms(self) -> int:
        """Return the recording's milliseconds since the clock started."""
        return int((time.monotonic_ns() - self._started_ns) * self._speed / _NS_PER_MS)

    async def sleep_ms(self, duration_ms: int) -> None:
        """Wait `duration_ms` of the recording's time."""
        await asyncio.sleep(max(0, duration_ms) / self._speed / _MS_PER_S)

    async def sleep_until_ms(self, time_ms: int) -> None:
        """Wait until the recording's time is `time_ms`."""
        await self.sleep_ms(time_ms - self.now_ms())
        while (left_ms := time_ms - self.now_ms()) > 0:
            await self.sleep_ms(left_ms)


class VirtualClock:
    """Tell a virtual loop's time, as `start_ms` plus what has passed on the loop.

    Waiting costs no time. Where nothing else is ready or due before, `sleep_until_ms` does not even
    suspend: a replay pays about a microsecond a tick for its clock.
    """

    def __init__(self, loop: VirtualLoop, start_ms: int) -> None:
        self._loop = loop
        self._offset_ms = start_ms
        self._sleepers: dict[asyncio.Future[None], None] = {}

    def now_ms(self) -> int:
        """Return the wall clock, UTC, in milliseconds since 1970."""
        return self._offset_ms + self._loop.elapsed_ms

    def monotonic_ms(self) -> int:
        """Return the milliseconds since the loop started; `jump_wall` does not change them."""
        return self._loop.elapsed_ms

    def try_advance(self, time_ms: int) -> bool:
        """Set the time to `time_ms` without suspending; False where something is ready or due by then."""
        return self._loop.try_advance(time_ms - self._offset_ms)

    def jump_wall(self, delta_ms: int) -> None:
        """Move the wall clock alone, as an operator or a time server does."""
        self._offset_ms += delta_ms
        for sleeper in self._sleepers:
            if not sleeper.done():
                sleeper.set_result(None)

    async def sleep_ms(self, duration_ms: int) -> None:
        """Let everything run that is due within `duration_ms`."""
        await asyncio.sleep(max(0, duration_ms) / _MS_PER_S)

    async def sleep_until_ms(self, time_ms: int) -> None:
        """Let everything run that is due before `time_ms`."""
        if self._loop.try_advance(time_ms - self._offset_ms):
            return
        await self._suspend_until(time_ms)
        while self.now_ms() < time_ms:
            await self._suspend_until(time_ms)

    async def _suspend_until(self, time_ms: int) -> None:
        sleeper: asyncio.Future[None] = self._loop.create_future()
        self._sleepers[sleeper] = None
        due_s = max(time_ms - self._offset_ms, self._loop.elapsed_ms) / _MS_PER_S
        timer = self._loop.call_at(due_s, _wake, sleeper)
        try:
            await sleeper
        finally:
            timer.cancel()
            del self._sleepers[sleeper]


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
