"""How the desk itself is."""

from collections.abc import Callable

from desk.contracts.orders import OrderStatus
from desk.contracts.snapshot import Health
from desk.runtime.core import DeskCore
from desk.runtime.heartbeat import Heartbeat


class HealthCheck:
    """Read the core's own figures."""

    def __init__(
        self,
        core: DeskCore,
        heartbeat: Heartbeat | None,
        journal_lag: Callable[[], int],
        orders_per_minute_limit: int,
    ) -> None:
        self._core = core
        self._heartbeat = heartbeat
        self._journal_lag = journal_lag
        self._orders_per_minute_limit = orders_per_minute_limit

    def take(self, now_ms: int) -> Health:
        """Return how the desk is now."""
        parts, heartbeat = self._core.parts, self._heartbeat
        reconciled_ms = parts.execution.reconciliation.succeeded_at_ms
        return Health(
            connector_name=parts.connector.name,
            connector_latency_ms=parts.execution.sender.latency_ms,
            last_reconcile_age_ms=None if reconciled_ms is None else now_ms - reconciled_ms,
            journal_lag=self._journal_lag(),
            handler_errors=parts.bus.handler_errors,
            naked_ms=parts.execution.naked.total_ms(),
            open_flows=len(parts.execution.flows.all()),
            ticks=self._core.ticks,
            ticks_per_second=0 if heartbeat is None else heartbeat.ticks_per_second,
            orders_in_minute=parts.execution.sender.orders_in_minute(),
            orders_per_minute_limit=self._orders_per_minute_limit,
            core_lag_ms=None if heartbeat is None else heartbeat.lag_ms,
            unknown_orders=parts.ledger.count_orders(OrderStatus.UNKNOWN),
        )
