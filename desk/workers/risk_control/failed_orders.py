"""The orders that failed within a window, counted once each, over restarts too."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from desk.contracts.dto import Dto
from desk.contracts.ports.plugin import PluginContext

FAILED_ORDERS_KEY = "failed_orders"


class FailedOrder(Dto):
    """Remember an order that was rejected, or whose outcome was not known, and when."""

    client_order_id: str
    time_ms: Annotated[int, Field(ge=0)]


_FAILURES = TypeAdapter(tuple[FailedOrder, ...])


class FailedOrders:
    """Keep the newest `most` orders that failed; those within `window_ms` count."""

    def __init__(self, context: PluginContext, window_ms: int, most: int) -> None:
        self._context = context
        self._window_ms = window_ms
        self._most = most
        kept = context.memory.get(FAILED_ORDERS_KEY)
        self._kept = () if kept is None else _FAILURES.validate_json(kept)

    def counted(self) -> tuple[FailedOrder, ...]:
        """Return the orders that failed within the window, oldest first."""
        if not self._kept:
            return ()
        since_ms = self._context.view.now_ms() - self._window_ms
        return tuple(one for one in self._kept if one.time_ms > since_ms)

    def take(self, client_order_id: str) -> bool:
        """Count an order that failed now; False where it was counted before."""
        if client_order_id in {one.client_order_id for one in self._kept}:
            return False
        failed = FailedOrder(client_order_id=client_order_id, time_ms=self._context.view.now_ms())
        self._keep((*self.counted(), failed)[-self._most :])
        return True

    def forget(self) -> None:
        """Begin anew: what has failed so far counts no more."""
        self._keep(())

    def _keep(self, failed: tuple[FailedOrder, ...]) -> None:
        if failed != self._kept:
            self._kept = failed
            text = _FAILURES.dump_json(failed).decode() if failed else None
            self._context.memory.put(FAILED_ORDERS_KEY, text)
