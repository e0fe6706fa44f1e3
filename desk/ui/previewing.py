"""Ask the desk what an order would be: when typing pauses, one question at a time, late answers dropped."""

import asyncio
from collections.abc import Callable

from desk.contracts.commands import OpenTrade
from desk.contracts.ports.client import DeskClient, DeskUnreachable
from desk.contracts.ticket import TradePreview

PAUSE_S = 0.25
"""How long nothing is typed before the desk is asked."""

_GIVE_UP_S = 5.0

Answer = TradePreview | str
"""What the desk answered, or why it did not."""


class Previewer:
    """Keep one wish; `on_answer` is told the order and the answer while it is still what is wished."""

    def __init__(self, client: DeskClient, on_answer: Callable[[OpenTrade, Answer], None]) -> None:
        self._client = client
        self._on_answer = on_answer
        self._order: OpenTrade | None = None
        self._typed = 0
        self._wanted = asyncio.Event()

    def type(self, order: OpenTrade | None) -> None:
        """Wish for something else: what is being asked is not wanted any more."""
        self._typed += 1
        self.renew(order)

    def renew(self, order: OpenTrade | None) -> None:
        """Wish to know anew; what is being asked may still be answered."""
        self._order = order
        self._wanted.set()

    async def run(self) -> None:
        """Ask until cancelled."""
        heard = -1
        while True:
            await self._wanted.wait()
            while heard != self._typed:
                heard = self._typed
                await asyncio.sleep(PAUSE_S)
            self._wanted.clear()
            order = self._order
            if order is not None:
                answer = await self._ask(order)
                if heard == self._typed:
                    self._on_answer(order, answer)

    async def _ask(self, order: OpenTrade) -> Answer:
        try:
            async with asyncio.timeout(_GIVE_UP_S):
                return await self._client.preview(order)
        except DeskUnreachable as refusal:
            return f"the desk does not answer: {refusal}"
        except TimeoutError:
            return f"the desk has not answered within {_GIVE_UP_S:.0f} s"
        except Exception as error:  # noqa: BLE001 - told in the ticket, which then cannot be sent
            return f"the desk could not say what it would be ({type(error).__name__})"
