"""Count every second that something is held without the stop it must have."""

from desk.contracts.ids import TradeId
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.time import Clock
from desk.contracts.ports.view import DeskView
from desk.execution.coverage import is_covered


class NakedClock:
    """Measure unprotected time per trade and in all, from what the venue confirmed."""

    def __init__(self, ledger: LedgerView, view: DeskView, clock: Clock) -> None:
        self._ledger = ledger
        self._view = view
        self._clock = clock
        self._since_ms: dict[TradeId, int] = {}
        self._finished_ms = 0

    def note(self, trade_id: TradeId) -> None:
        """Look at a trade after anything about it changed."""
        position = self._ledger.position(trade_id)
        is_naked = position is not None and not is_covered(position, self._view)
        if is_naked:
            self._since_ms.setdefault(trade_id, self._clock.monotonic_ms())
        elif trade_id in self._since_ms:
            self._finished_ms += self._clock.monotonic_ms() - self._since_ms.pop(trade_id)

    def naked_ms(self, trade_id: TradeId) -> int:
        """Return how long a trade has been unprotected, zero where it is not."""
        since_ms = self._since_ms.get(trade_id)
        return 0 if since_ms is None else self._clock.monotonic_ms() - since_ms

    def total_ms(self) -> int:
        """Return the unprotected time of all trades in this run."""
        now_ms = self._clock.monotonic_ms()
        return self._finished_ms + sum(now_ms - since for since in self._since_ms.values())
