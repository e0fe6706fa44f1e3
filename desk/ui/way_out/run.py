"""One emergency exit from the second key on: sent, acknowledged, or taken over by `desk flatten`."""

import asyncio
from collections.abc import Callable

from desk.contracts.commands import EmergencyExit
from desk.contracts.ports.client import DeskClient, DeskUnreachable
from desk.contracts.screen import LastResort

ACKNOWLEDGE_WITHIN_S = 1.0
"""A core that has not answered by then is not waited for."""

_WORDS_KEPT = 200
_FLATTEN_VERDICTS = {
    0: "desk flatten ended FLAT",
    3: "desk flatten ended NOT FLAT",
    4: "desk flatten was refused",
}
FLAT, NOT_FLAT = "FLAT", "NOT FLAT"


class ExitRun:
    """Carry the operator's exit out and keep what was said about it, oldest first.

    `verdict` is how it ended where the desk did not take it; empty while it runs, and where the desk did.
    """

    def __init__(
        self, client: DeskClient, last_resort: LastResort | None, on_change: Callable[[], None]
    ) -> None:
        self._client = client
        self._last_resort = last_resort
        self._on_change = on_change
        self.words: list[str] = []
        self.flow_id: str | None = None
        self.verdict = ""
        self.is_running = True

    async def run(self) -> None:
        """Send the exit; where the core does not take it within a second, flatten from outside."""
        self._tell("sent to the desk")
        is_flat = False
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(self._send())
            await asyncio.wait({sending}, timeout=ACKNOWLEDGE_WITHIN_S)
            if not sending.done():
                self._tell(f"the desk has not answered within {ACKNOWLEDGE_WITHIN_S:.0f} s")
            if not sending.done() or not sending.result():
                is_flat = await self._flatten()
        if is_flat or not sending.result():
            self.verdict = FLAT if is_flat else NOT_FLAT
        self.is_running = False
        self._on_change()

    async def _send(self) -> bool:
        """Return whether a desk answered, by yes or by no: both mean that it is alive."""
        try:
            outcome = await self._client.execute(EmergencyExit())
        except DeskUnreachable as silence:
            self._tell(f"the desk cannot be reached: {silence}")
            return False
        self.flow_id = outcome.flow_id
        self._tell(outcome.message)
        return True

    async def _flatten(self) -> bool:
        """Return whether it was confirmed flat from outside."""
        if self._last_resort is None:
            self._tell("run `desk flatten` in another terminal")
            return False
        self._tell("starting desk flatten")
        try:
            code = await self._last_resort.flatten(self._tell)
        except OSError as error:
            self._tell(f"desk flatten could not be started: {error.strerror or error}")
            return False
        self._tell(_FLATTEN_VERDICTS.get(code, f"desk flatten failed with exit code {code}"))
        return code == 0

    def _tell(self, text: str) -> None:
        self.words.append(text)
        del self.words[:-_WORDS_KEPT]
        self._on_change()
