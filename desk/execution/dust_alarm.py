"""A purchase that stopped below the venue's minimum: too little to protect or to sell, so it must be told."""

from desk.contracts.execution import FlowCompletion
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.view import DeskView
from desk.contracts.states import AlarmSeverity
from desk.execution.alarms import Alarms
from desk.execution.coverage import is_dust


class DustAlarm:
    """Tell of dust once, when the flow that bought it ends; what a close leaves of a trade is its own end."""

    def __init__(self, ledger: LedgerView, view: DeskView, alarms: Alarms) -> None:
        self._ledger = ledger
        self._view = view
        self._alarms = alarms

    def on_flow_stop(self, completion: FlowCompletion) -> None:
        """Look at what a flow opened."""
        for trade_id in completion.trade_ids:
            trade = self._ledger.position(trade_id)
            if trade is None or trade.directive_id != completion.flow_id:
                continue
            is_as_bought = trade.is_open and trade.size_base == trade.max_size_base
            if not is_as_bought or not is_dust(trade, self._view):
                continue
            instrument = self._view.instrument(trade.symbol)
            least = "" if instrument is None else f" of {instrument.min_notional_quote} {instrument.quote}"
            text = (
                f"{trade.size_base} {trade.symbol} of {trade.strategy_id} is below the venue's minimum"
                f"{least}: it has no stop and cannot be sold; a new trade may begin beside it"
            )
            self._alarms.raise_alarm(
                AlarmSeverity.WARNING, text, completion.flow_id, symbol=trade.symbol, trade_id=trade_id
            )
