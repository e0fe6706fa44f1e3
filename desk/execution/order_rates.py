"""How often new risk is sent: so many orders a minute, and none twice within a moment."""

from collections import deque
from dataclasses import dataclass

from desk.contracts.ids import TradeId
from desk.contracts.orders import OrderRequest
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.view import DeskView
from desk.execution.settings import RiskLimits
from desk.execution.verdicts import Refused

_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class _Sent:
    """Remember one approval for the rates."""

    client_order_id: str
    time_ms: int
    shape: tuple[object, ...]


class OrderRates:
    """Count approvals of new risk, and refuse what comes too often."""

    def __init__(self, limits: RiskLimits, view: DeskView, ledger: LedgerView) -> None:
        self._limits = limits
        self._view = view
        self._ledger = ledger
        self._sent: deque[_Sent] = deque()

    def count(self, request: OrderRequest, trade_id: TradeId) -> None:
        """Count one approval at this moment."""
        shape = self._shape(request, trade_id)
        self._sent.append(_Sent(request.client_order_id, self._view.now_ms(), shape))

    def withdraw(self, client_order_id: str) -> None:
        """Forget one approval."""
        self._sent = deque(one for one in self._sent if one.client_order_id != client_order_id)

    def in_minute(self) -> int:
        """Count the approvals of the last minute."""
        since_ms = self._view.now_ms() - _MINUTE_MS
        return sum(one.time_ms > since_ms for one in self._sent)

    def refusal(self, request: OrderRequest, trade_id: TradeId) -> Refused | None:
        """Return why an order comes too soon, None where it does not."""
        now_ms = self._view.now_ms()
        longest_ms = max(_MINUTE_MS, self._limits.duplicate_window_ms)
        while self._sent and self._sent[0].time_ms <= now_ms - longest_ms:
            self._sent.popleft()
        in_minute = self.in_minute()
        if not in_minute < self._limits.max_orders_per_minute:
            return Refused("orders per minute", f"{in_minute} in the last minute, the limit is reached")
        since_ms = now_ms - self._limits.duplicate_window_ms
        shape = self._shape(request, trade_id)
        if any(one.shape == shape and one.time_ms > since_ms for one in self._sent):
            return Refused(
                "duplicate",
                f"the same {request.side} {request.size_base} {request.symbol} was sent within "
                f"{self._limits.duplicate_window_ms} ms",
            )
        return None

    def _shape(self, request: OrderRequest, trade_id: TradeId) -> tuple[object, ...]:
        """Return what makes two orders duplicates; slices of one parent order are none of each other."""
        shape = (request.symbol, request.side, request.size_base, request.limit_price, request.leg)
        is_slice = self._ledger.parent_of(request.execution_directive_id, trade_id) is not None
        return (*shape, request.attempt) if is_slice else shape
