"""Wait for something the venue's event stream will say."""

import asyncio

from desk.contracts.orderstate import OrderState


class Signals:
    """Let coroutines wait until a key is signalled; nothing is kept for keys nobody waits on."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Event] = {}

    def on_order(self, order: OrderState) -> None:
        """Wake whoever waits on an order."""
        self.raise_for(order.client_order_id)

    def raise_for(self, key: str) -> None:
        """Wake whoever waits on `key`."""
        event = self._waiting.pop(key, None)
        if event is not None:
            event.set()

    async def wait(self, key: str, timeout_ms: int) -> bool:
        """Wait until `key` is signalled; False where `timeout_ms` passed first."""
        event = self._waiting.setdefault(key, asyncio.Event())
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                await event.wait()
        except TimeoutError:
            if self._waiting.get(key) is event:
                del self._waiting[key]
            return False
        return True
