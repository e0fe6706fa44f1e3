"""The feed that moves the core: begun again where it fails, until it ends by itself."""

from collections.abc import AsyncIterator, Callable

from desk.contracts.market import Tick
from desk.contracts.ports.time import Clock, Rng
from desk.contracts.states import DeskState
from desk.runtime.backoff import Backoff
from desk.runtime.connection_watch import Trouble
from desk.runtime.core import DeskCore
from desk.runtime.troubles import TroubleDesk

_HEALED_AFTER_MS = 60_000


class SupervisedFeed:
    """Hand the core its ticks.

    A feed that fails is begun again after a while, 1 s at first and 60 s at most. That is one alarm until
    ticks come again; where they stay away for `max_silence_ms`, no new risk is taken. An error of the core
    itself is not healed here: it ends `run`, as any failure does where `heals` is false.
    """

    def __init__(
        self,
        core: DeskCore,
        troubles: TroubleDesk,
        rng: Rng,
        max_silence_ms: int,
        log: Callable[[str, str], None],
        *,
        heals: bool = True,
    ) -> None:
        self._core = core
        self._clock: Clock = core.parts.clock
        self._troubles = troubles
        self._backoff = Backoff(rng)
        self._max_silence_ms = max_silence_ms
        self._log = log
        self._heals = heals
        self._failing_since_ms: int | None = None
        self._begun_ms = 0
        self.restarts = 0

    async def run(self) -> None:
        """Take ticks until the feed ends."""
        while True:
            self._begun_ms = self._clock.monotonic_ms()
            failure = await self._take(self._core.parts.feed.ticks())
            if failure is None:
                return
            if not self._heals:
                raise failure
            await self._wait(failure)
            self.restarts += 1

    async def _take(self, ticks: AsyncIterator[Tick]) -> Exception | None:
        """Take ticks until the feed ends or fails; return the failure."""
        while True:
            try:
                tick = await anext(ticks)
            except StopAsyncIteration:
                return None
            except Exception as failure:  # noqa: BLE001 - the boundary of a part that is begun again
                return failure
            if self._failing_since_ms is not None:
                self._healed()
            self._core.on_tick(tick)

    def _healed(self) -> None:
        self._failing_since_ms = None
        self._troubles.take(())
        self._log("feed restarted", f"ticks come again, after {self.restarts} restarts in this run")

    async def _wait(self, failure: Exception) -> None:
        """Say what failed, and wait; how long it has failed already decides about new risk."""
        now_ms = self._clock.monotonic_ms()
        if now_ms - self._begun_ms >= _HEALED_AFTER_MS:
            self._backoff.reset()
        if self._failing_since_ms is None:
            self._failing_since_ms = now_ms
        text = f"the feed failed: {type(failure).__name__}: {failure}"
        wait_ms = self._backoff.next_ms()
        self._log("feed failed", f"{text}; it is begun again in {wait_ms} ms")
        is_long = now_ms + wait_ms - self._failing_since_ms > self._max_silence_ms
        self._troubles.take((Trouble("feed", text, DeskState.REDUCING if is_long else DeskState.ACTIVE),))
        await self._clock.sleep_ms(wait_ms)
