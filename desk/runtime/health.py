"""How the desk itself is."""

from collections.abc import Callable
from dataclasses import dataclass

from desk.contracts.orders import OrderStatus
from desk.contracts.snapshot import Health, aged_ms
from desk.runtime.core import DeskCore
from desk.runtime.heartbeat import Heartbeat


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """Say what figures are held against."""

    orders_per_minute: int
    clock_skew_ms: int


class HealthCheck:
    """Read the core's own figures."""

    def __init__(
        self,
        core: DeskCore,
        heartbeat: Heartbeat | None,
        journal_lag: Callable[[], int],
        limits: HealthLimits,
    ) -> None:
        self._core = core
        self._heartbeat = heartbeat
        self._journal_lag = journal_lag
        self._limits = limits

    def take(self, now_ms: int) -> Health:
        """Return how the desk is now."""
        parts, heartbeat = self._core.parts, self._heartbeat
        connection, sent_ms = parts.connector.connection, parts.execution.sender.latency_ms
        reconciled_ms = parts.execution.reconciliation.succeeded_at_ms
        return Health(
            connector_name=parts.connector.name,
            connector_latency_ms=connection.latency_ms if sent_ms is None else sent_ms,
            last_reconcile_age_ms=None if reconciled_ms is None else aged_ms(now_ms, reconciled_ms),
            journal_lag=self._journal_lag(),
            handler_errors=parts.bus.handler_errors,
            naked_ms=parts.execution.naked.total_ms(),
            open_flows=len(parts.execution.flows.all()),
            ticks=self._core.ticks,
            ticks_per_second=0 if heartbeat is None else heartbeat.ticks_per_second,
            orders_in_minute=parts.execution.sender.orders_in_minute(),
            orders_per_minute_limit=self._limits.orders_per_minute,
            clock_skew_ms=connection.clock_skew_ms,
            core_lag_ms=None if heartbeat is None else heartbeat.lag_ms,
            unknown_orders=parts.ledger.count_orders(OrderStatus.UNKNOWN),
            budget_left=connection.budget_left,
            banned_for_ms=connection.banned_for_ms,
            clock_skew_limit_ms=self._limits.clock_skew_ms,
            streams=connection.streams,
        )
