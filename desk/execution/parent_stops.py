"""Stop parent orders: from then on nothing more of them is sent, over a restart too."""

from collections.abc import Awaitable, Callable

from desk.contracts.ids import TradeId
from desk.contracts.parents import ParentState, ParentStopped
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.records import EntryKind, JournalEntry
from desk.execution.waiting import Signals

IsMeant = Callable[[str, str], bool]
"""Tell whether a strategy's new risk on a symbol is meant."""


class ParentStops:
    """Write down that parent orders are stopped; what of them is under way is for the caller to cancel."""

    def __init__(self, ledger: LedgerView, recorder: Recorder, clock: Clock, signals: Signals) -> None:
        self._ledger = ledger
        self._recorder = recorder
        self._clock = clock
        self._signals = signals

    def of_trade(self, trade_id: TradeId) -> list[ParentState]:
        """List the parent orders of a trade of which more may be sent."""
        return [one for one in self._ledger.parents() if one.plan.trade_id == trade_id and one.is_open]

    def stop(self, parent_id: str, by: str, reason: str, *causes: str) -> Awaitable[None] | None:
        """Stop one parent order; await the result for durability. None where it is stopped already."""
        parent = self._ledger.parent(parent_id)
        if parent is None or not parent.is_open:
            return None
        plan = parent.plan
        durable = self._recorder.record(
            JournalEntry(
                EntryKind.PARENT_STOPPED,
                parent_id,
                self._clock.now_ms(),
                ParentStopped(parent_id, by, reason),
                flow_id=plan.directive_id,
                causes=causes,
                trade_id=plan.trade_id,
                symbol=plan.symbol,
            )
        )
        self._signals.raise_for(parent_id)
        return durable

    def stop_trade(self, trade_id: TradeId, by: str, reason: str, *causes: str) -> None:
        """Stop every parent order of a trade."""
        for parent in self.of_trade(trade_id):
            self.stop(parent.parent_id, by, reason, *causes)

    def stop_where(self, is_meant: IsMeant, by: str, reason: str) -> None:
        """Stop every parent order that is meant."""
        for parent in self._ledger.parents():
            if is_meant(parent.plan.strategy_id, parent.plan.symbol):
                self.stop(parent.parent_id, by, reason)
