"""Sample the desk a few times a second, one question at a time, however slow or absent it is."""

import asyncio
import time
from collections.abc import Callable

from desk.contracts.ports.client import DeskClient, DeskUnreachable
from desk.contracts.snapshot import Snapshot

_NS_PER_MS = 1_000_000
_MS_PER_S = 1_000
_GIVE_UP_S = 10.0
"""A question that is not answered by then is asked anew."""
_RETRY_S = 1.0
_SHORTEST_BREATH_S = 0.02
"""A client that answers late still leaves the screen time for keys."""


def monotonic_ms() -> int:
    """Return a clock that never jumps; only differences mean something."""
    return time.monotonic_ns() // _NS_PER_MS


class Sampler:
    """Keep the newest snapshot and say how long the desk has been silent.

    `on_answer` is called after each question: with a new snapshot, or with the reason why there is none.
    """

    def __init__(
        self,
        client: DeskClient,
        *,
        refresh_hz: int,
        on_answer: Callable[[], None],
        now_ms: Callable[[], int] = monotonic_ms,
    ) -> None:
        self._client = client
        self._period_ms = _MS_PER_S // refresh_hz
        self._on_answer = on_answer
        self._now_ms = now_ms
        self._heard_at_ms = now_ms()
        self._wanted = asyncio.Event()
        self.snapshot: Snapshot | None = None
        self.unreachable = ""

    @property
    def unheard_ms(self) -> int:
        """How long ago the desk last answered, or the sampling began."""
        return self._now_ms() - self._heard_at_ms

    def hurry(self) -> None:
        """Ask again at once: something was done whose effect is to be seen."""
        self._wanted.set()

    async def run(self) -> None:
        """Sample until cancelled."""
        while True:
            began_ms = self._now_ms()
            await self._ask()
            self._on_answer()
            rest_ms = self._period_ms - (self._now_ms() - began_ms)
            await self._rest(_RETRY_S if self.unreachable else rest_ms / _MS_PER_S)

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(_GIVE_UP_S):
                self.snapshot = await self._client.snapshot()
        except DeskUnreachable as refusal:
            self.unreachable = str(refusal) or "the desk does not answer"
        except TimeoutError:
            self.unreachable = f"no answer within {_GIVE_UP_S:.0f} s"
        except Exception as error:  # noqa: BLE001 - a client's fault is shown as a desk out of reach
            self.unreachable = f"the answer cannot be read ({type(error).__name__})"
        else:
            self._heard_at_ms, self.unreachable = self._now_ms(), ""

    async def _rest(self, seconds: float) -> None:
        await asyncio.sleep(_SHORTEST_BREATH_S)
        try:
            async with asyncio.timeout(max(0.0, seconds - _SHORTEST_BREATH_S)):
                await self._wanted.wait()
        except TimeoutError:
            return
        finally:
            self._wanted.clear()
