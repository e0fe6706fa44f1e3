"""Who protects what, while another process leaves the account and after it did."""

import asyncio
from collections.abc import Awaitable, Callable

from desk.contracts.ports.latch import OutsideLatch
from desk.contracts.ports.time import Clock

_LOOK_EVERY_MS = 250
_MOST_LEFT_TO_OTHERS_MS = 30_000
"""How long another process is waited for: a trade without a stop waits no longer, however it hangs."""


class LeftOutside:
    """Keep the desk's stops out of the way of `desk flatten`, and look what it left before placing any.

    On spot a stop locks the coins that are being sold, and one placed late sells coins of the trader's own.
    """

    def __init__(
        self, latch: OutsideLatch | None, clock: Clock, compare: Callable[[], Awaitable[bool]]
    ) -> None:
        self._latch = latch
        self._clock = clock
        self._compare = compare
        self._until_ms: int | None = None
        self._compared_for: str | None = None
        self._alone = asyncio.Lock()

    async def has_intervened(self) -> bool:
        """Wait while another leaves, once for all trades; tell whether all must be looked at anew.

        The venue is compared with once for each thing that the latch says.
        """
        if self._latch is None:
            return False
        has_waited = await self._wait(self._latch)
        reason = self._latch.reason()
        if reason is None or reason == self._compared_for:
            return has_waited
        async with self._alone:
            if reason != self._compared_for:
                await self._compare()
                self._compared_for = reason
        return True

    async def _wait(self, latch: OutsideLatch) -> bool:
        has_waited = False
        while latch.is_leaving():
            if self._until_ms is None:
                self._until_ms = self._clock.monotonic_ms() + _MOST_LEFT_TO_OTHERS_MS
            if self._clock.monotonic_ms() >= self._until_ms:
                return has_waited
            has_waited = True
            await self._clock.sleep_ms(_LOOK_EVERY_MS)
        self._until_ms = None
        return has_waited
