"""Wait for something the venue's event stream will say."""

import asyncio

from desk.contracts.orderstate import OrderState


class Signals:
    """Let coroutines wait until a key is signalled; nothing is kept for keys nobody waits on."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Event]] = {}

    def on_order(self, order: OrderState) -> None:
        """Wake whoever waits on an order."""
        self.raise_for(order.client_order_id)

    def raise_for(self, key: str) -> None:
        """Wake whoever waits on `key`."""
        for event in self._waiting.pop(key, ()):
            event.set()

    async def wait(self, key: str, timeout_ms: int) -> bool:
        """Wait until `key` is signalled; False where `timeout_ms` passed first."""
        event = asyncio.Event()
        self._waiting.setdefault(key, []).append(event)
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                await event.wait()
        except TimeoutError:
            self._forget(key, event)
            return False
        return True

    def _forget(self, key: str, event: asyncio.Event) -> None:
        others = [one for one in self._waiting.get(key, ()) if one is not event]
        if others:
            self._waiting[key] = others
        else:
            self._waiting.pop(key, None)

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))
