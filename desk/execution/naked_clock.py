"""Count every second that something is held without the stop it must have."""

from desk.contracts.ids import TradeId
from desk.contracts.orders import VenueFill
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.time import Clock
from desk.contracts.ports.view import DeskView
from desk.contracts.records import FillBooked
from desk.execution.coverage import is_covered


class NakedClock:
    """Measure unprotected time per trade and in all, from the venue's fill to the stop that is known to rest.

    A fill may be told long after it happened, by a venue whose clock is not ours: it counts from no earlier
    than the intent of its order, nor than the trade's last cover, and never from the future.
    """

    def __init__(self, ledger: LedgerView, view: DeskView, clock: Clock, connector: IAPIConnector) -> None:
        self._ledger = ledger
        self._view = view
        self._clock = clock
        self._connector = connector
        self._since_ms: dict[TradeId, int] = {}
        self._covered_ms: dict[TradeId, int] = {}
        self._finished_ms = 0

    def on_fill(self, booked: FillBooked) -> None:
        """Count what an order of ours opened from when the venue filled it."""
        order = self._ledger.order(booked.client_order_id) if booked.client_order_id else None
        if booked.trade_id is None:
            return
        is_opening = order is not None and order.request.leg.adds_risk
        if order is None or not is_opening or order.trade_id != booked.trade_id:
            self.note(booked.trade_id)
            return
        self._note(booked.trade_id, self._age_ms(booked.fill, order.intended_at_ms))

    def note(self, trade_id: TradeId) -> None:
        """Look at a trade after anything about it changed."""
        self._note(trade_id, 0)

    def _note(self, trade_id: TradeId, age_ms: int) -> None:
        """Look at a trade of which something was uncovered `age_ms` ago, if it is not covered."""
        now_ms = self._clock.monotonic_ms()
        position = self._ledger.position(trade_id)
        is_held = position is not None and position.is_open
        if position is not None and not is_covered(position, self._view):
            since_ms = max(now_ms - age_ms, self._covered_ms.get(trade_id, now_ms - age_ms))
            self._since_ms[trade_id] = min(self._since_ms.get(trade_id, since_ms), since_ms)
        elif trade_id in self._since_ms:
            self._finished_ms += now_ms - self._since_ms.pop(trade_id)
            self._covered_ms[trade_id] = now_ms
        if not is_held:
            self._covered_ms.pop(trade_id, None)

    def _age_ms(self, fill: VenueFill, intended_at_ms: int) -> int:
        """Return how long ago the venue filled by our clock: never before its order was meant."""
        now_ms = self._clock.now_ms()
        age_ms = now_ms - (fill.time_ms - (self._connector.connection.clock_skew_ms or 0))
        return max(0, min(age_ms, now_ms - intended_at_ms))

    def naked_ms(self, trade_id: TradeId) -> int:
        """Return how long a trade has been unprotected, zero where it is not."""
        since_ms = self._since_ms.get(trade_id)
        return 0 if since_ms is None else self._clock.monotonic_ms() - since_ms

    def total_ms(self) -> int:
        """Return the unprotected time of all trades that this run came to know of."""
        now_ms = self._clock.monotonic_ms()
        return self._finished_ms + sum(now_ms - since for since in self._since_ms.values())
