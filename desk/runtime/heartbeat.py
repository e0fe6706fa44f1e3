"""The core's pulse: how late its loop wakes, how many ticks it takes, and what is sampled each second."""

from collections.abc import Callable

from desk.contracts.ports.time import Clock

_BEAT_MS = 250
_BEATS_OF_SECOND = 4


class Heartbeat:
    """Beat four times a second; `on_second` hears each whole second, with the wall clock."""

    def __init__(self, clock: Clock, ticks: Callable[[], int], on_second: Callable[[int], None]) -> None:
        self._clock = clock
        self._ticks = ticks
        self._on_second = on_second
        self.lag_ms: int | None = None
        """How late the loop woke, at worst in the last second."""
        self.ticks_per_second = 0

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            began_ms, ticks = self._clock.monotonic_ms(), self._ticks()
            worst_ms = 0
            self._on_second(self._clock.now_ms())
            for _ in range(_BEATS_OF_SECOND):
                worst_ms = max(worst_ms, await self._beat())
            self.lag_ms = worst_ms
            passed_ms = self._clock.monotonic_ms() - began_ms
            self.ticks_per_second = round((self._ticks() - ticks) * 1000 / max(1, passed_ms))

    async def _beat(self) -> int:
        due_ms = self._clock.monotonic_ms() + _BEAT_MS
        await self._clock.sleep_ms(_BEAT_MS)
        return max(0, self._clock.monotonic_ms() - due_ms)
