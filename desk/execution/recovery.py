"""After a restart: every flow that was open goes on or ends, and every trade is protected."""

from collections.abc import Sequence
from typing import Protocol

from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.execution import ExecutionDirective, FlowOutcome, TargetPlans
from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.store import LedgerView
from desk.contracts.states import DeskState
from desk.execution.flow_registry import OpenFlow
from desk.execution.lanes import Job
from desk.execution.layer import ExecutionLayer


class InterruptedFlow(Protocol):
    """A flow that the journal holds without an end."""

    @property
    def directive(self) -> StrategyDirective:
        """What began it."""
        ...

    @property
    def began_at_ms(self) -> int:
        """When."""
        ...

    @property
    def execution(self) -> ExecutionDirective | None:
        """How far planning came."""
        ...


class Recovery:
    """Take up where an earlier run was killed; called once, after the first reconcile."""

    def __init__(self, layer: ExecutionLayer, ledger: LedgerView) -> None:
        self._layer = layer
        self._ledger = ledger
        self._adopted: set[DirectiveId] = set()

    def adopt(self, interrupted: Sequence[InterruptedFlow]) -> None:
        """Open the flows again, so that what reconciliation finds has somewhere to belong."""
        for one in interrupted:
            flow = self._layer.flows.begin(one.directive, one.began_at_ms)
            self._adopted.add(flow.flow_id)
            flow.execution = one.execution
            parents = (each for each in self._ledger.parents() if each.plan.directive_id == flow.flow_id)
            flow.parents.update(each.parent_id for each in parents)
            if one.execution is not None:
                for target in one.execution.targets:
                    self._layer.flows.link(flow, target.trade_id)

    def resume(self) -> None:
        """Protect every open trade, go on with every close, end what cannot go on.

        What began since, while the venue was compared with, runs already and is no business of this.
        """
        for position in self._ledger.open_positions():
            self._layer.keeper.request(position.trade_id)
        for order in self._ledger.live_orders():
            if not order.is_over and order.request.leg.is_protective:
                self._layer.keeper.request(order.trade_id)
        state = self._layer.state.current
        if state in {DeskState.REDUCING, DeskState.HALTED}:
            self._layer.stopper.stop_all(state)
        for block in self._ledger.entry_blocks():
            self._layer.blocks.obey(block)
        for flow in self._layer.flows.all():
            if flow.flow_id in self._adopted:
                self._resume(flow)
        self._layer.time_stop.begin()

    def _resume(self, flow: OpenFlow) -> None:
        execution = flow.execution
        if execution is None:
            self._end(flow, "interrupted before it was planned")
        elif execution.emergency:
            self._layer.orchestrator.resume(execution)
        elif self._layer.state.current is DeskState.EXITING:
            self._end(flow, "superseded by the emergency exit")
        elif execution.scope is DirectiveScope.CLOSE_EXISTING:
            self._layer.orchestrator.resume(execution)
        elif execution.scope is DirectiveScope.MODIFY_EXISTING:
            self._resume_modify(flow, execution)
        else:
            self._resume_new(flow, execution)

    def _resume_new(self, flow: OpenFlow, execution: ExecutionDirective) -> None:
        trade_id = execution.targets[0].trade_id
        if self._ledger.position(trade_id) is None:
            self._end(flow, "interrupted before its order was written down, so nothing was sent")
            return
        if self._layer.parents.resume(flow):
            return
        self._note_fills(flow)
        self._layer.entrance.expire(Job(execution, execution.targets[0]))
        self._layer.completion.evaluate(flow.flow_id)

    def _resume_modify(self, flow: OpenFlow, execution: ExecutionDirective) -> None:
        """See a planned exit to the venue's answer; a size is not taken up: a restart decides nothing new."""
        sliced = self._layer.parents.resume(flow)
        others = [one for one in execution.targets if one.trade_id not in sliced]
        for target in others:
            self._layer.entrance.expire(Job(execution, target))
            position = self._ledger.position(target.trade_id)
            size = target.size.position_size_base if target.size else None
            is_under_way = any(not one.request.leg.is_protective for one in self._orders(target.trade_id))
            if position is not None and size not in (None, position.size_base) and not is_under_way:
                flow.problems.append(f"{position.size_base} held, not {size}: interrupted by a restart")
        if execution.by_hand is not None and execution.by_hand.is_repeatable:
            self._layer.orchestrator.resume(execution)
            return
        begun = tuple(
            one.model_copy(update={"size": None, "entry": None}) for one in others if self._is_targeted(one)
        )
        if begun:
            self._layer.orchestrator.resume(execution.model_copy(update={"targets": begun}))
            return
        if sliced:
            return
        if not flow.problems:
            self._note_fills(flow)
        has_order = any(one.directive_id == flow.flow_id for one in self._ledger.live_orders())
        if not flow.effects and not flow.problems and not has_order:
            asked = execution.by_hand
            what = "before anything was sent" if asked is None else "before the venue's answer was seen"
            flow.problems.append(f"interrupted by a restart {what}")
        self._layer.completion.evaluate(flow.flow_id)

    def _is_targeted(self, target: TargetPlans) -> bool:
        """Tell whether the stop or target of a plan was written down as the trade's before the restart."""
        position = self._ledger.position(target.trade_id)
        if position is None or target.exit is None:
            return False
        stop, take = target.exit.stop_loss_price, target.exit.take_profit_price
        return (stop is not None and stop == position.planned_stop_price) or (
            take is not None and take == position.planned_take_profit_price
        )

    def _orders(self, trade_id: TradeId) -> Sequence[OrderState]:
        return self._ledger.orders_of(trade_id)

    def _note_fills(self, flow: OpenFlow) -> None:
        for trade_id in flow.trades:
            position = self._ledger.position(trade_id)
            if position is not None and position.max_size_base > 0 and not flow.effects:
                flow.effects.append(f"{position.symbol}: {position.size_base} held after a restart")

    def _end(self, flow: OpenFlow, reason: str) -> None:
        flow.problems.append(reason)
        self._layer.termination.end(flow, FlowOutcome.ERROR, "interrupted")
