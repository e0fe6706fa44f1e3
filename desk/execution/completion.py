"""When a flow is over: its orders are, and what they opened is protected."""

from desk.contracts.directives import PROTECTION_STRATEGY, DirectiveScope
from desk.contracts.execution import FlowOutcome
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.orders import OrderStatus
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.view import DeskView
from desk.execution.coverage import is_covered
from desk.execution.flow_registry import FlowRegistry, OpenFlow
from desk.execution.flow_termination import FlowTerminationHandler


class FlowCompletionRule:
    """End a flow as soon as nothing of it is left to happen."""

    def __init__(
        self,
        flows: FlowRegistry,
        ledger: LedgerView,
        view: DeskView,
        termination: FlowTerminationHandler,
    ) -> None:
        self._flows = flows
        self._ledger = ledger
        self._view = view
        self._termination = termination

    def on_order(self, order: OrderState) -> None:
        """Look at the flows of an order's trade."""
        self.evaluate_trade(order.trade_id)

    def evaluate_trade(self, trade_id: TradeId) -> None:
        """Look at every open flow of a trade."""
        for flow in self._flows.of_trade(trade_id):
            self.evaluate(flow.flow_id)

    def evaluate(self, flow_id: DirectiveId) -> None:
        """End the flow if it is over; a live entry, a parent order or an UNKNOWN order keeps it open.

        A CLOSE that leaves something is an error, however much of it was closed.
        """
        flow = self._flows.get(flow_id)
        if flow is None or flow.execution is None or flow.running or flow.parents:
            return
        if flow.execution.emergency or not all(self._is_settled(flow, one) for one in flow.trades):
            return
        self._end(flow)

    def _is_settled(self, flow: OpenFlow, trade_id: TradeId) -> bool:
        for order in self._ledger.orders_of(trade_id):
            is_own = order.directive_id == flow.flow_id
            if is_own and (not order.request.leg.is_protective or order.status is OrderStatus.UNKNOWN):
                return False
        position = self._ledger.position(trade_id)
        return position is None or is_covered(position, self._view)

    def _end(self, flow: OpenFlow) -> None:
        flow.problems += self._closed_by_protection(flow)
        if flow.effects and not flow.problems:
            self._termination.end(flow, FlowOutcome.SUCCESS, "executed")
        elif flow.effects:
            leaves = flow.directive.scope is DirectiveScope.CLOSE_EXISTING
            outcome = FlowOutcome.ERROR if leaves else FlowOutcome.SUCCESS
            self._termination.end(flow, outcome, "partly executed")
        else:
            if not flow.problems:
                flow.problems.append(_nothing_happened(flow))
            self._termination.end(flow, FlowOutcome.ERROR, "not executed")

    def _closed_by_protection(self, flow: OpenFlow) -> list[str]:
        """Say why the platform closes what the flow opened: that is over, and was never protected."""
        if flow.directive.scope is not DirectiveScope.NEW_TRADE:
            return []
        others = (other for trade_id in flow.trades for other in self._flows.of_trade(trade_id))
        reasons = [one.directive.rationale for one in others if _protects_by_closing(one)]
        return [f"{PROTECTION_STRATEGY} closed it: {one}" for one in dict.fromkeys(reasons)]


def _protects_by_closing(flow: OpenFlow) -> bool:
    """Tell whether a flow is the platform's close of a trade."""
    is_close = flow.directive.scope is DirectiveScope.CLOSE_EXISTING
    return is_close and flow.directive.strategy_planner_id == PROTECTION_STRATEGY


def _nothing_happened(flow: OpenFlow) -> str:
    match flow.directive.scope:
        case DirectiveScope.NEW_TRADE:
            return "the entry ended without a fill"
        case DirectiveScope.MODIFY_EXISTING:
            return "nothing was left to change"
        case DirectiveScope.CLOSE_EXISTING:
            return "nothing was left to close"
