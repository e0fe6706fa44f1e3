"""The parent orders whose flows have not ended, and how far each came by its slices."""

from collections.abc import Iterable
from dataclasses import replace

from desk.contracts.ids import ExecutionDirectiveId, TradeId
from desk.contracts.netting import MONEY
from desk.contracts.orders import Leg, OrderRequest, VenueFill
from desk.contracts.parents import ParentOpened, ParentState, ParentStopped
from desk.ledger.orderfold import OrderFacts


class ParentBook:
    """Hold parent orders by id; the entries of an execution directive on its target are their slices."""

    def __init__(self) -> None:
        self._parents: dict[str, ParentState] = {}
        self._ids: dict[tuple[str, str], str] = {}
        self._all: tuple[ParentState, ...] = ()

    def open(self, plan: ParentOpened) -> None:
        """Begin a parent order, once."""
        if plan.parent_id not in self._parents:
            self._ids[plan.execution_directive_id, plan.trade_id] = plan.parent_id
            self._put(ParentState(plan))

    def stop(self, stopped: ParentStopped) -> None:
        """Keep that nothing more of a parent order is sent; the first reason holds."""
        parent = self._parents.get(stopped.parent_id)
        if parent is not None and parent.stopped is None:
            self._put(replace(parent, stopped=stopped))

    def sent(self, request: OrderRequest, trade_id: TradeId, time_ms: int) -> None:
        """Note that an order was intended; a slice is the newest of its parent."""
        parent = self._parent_of(request, trade_id)
        if parent is not None and time_ms >= (parent.last_sent_at_ms or 0):
            self._put(replace(parent, last_child_id=request.client_order_id, last_sent_at_ms=time_ms))

    def turned(self, before: OrderFacts, facts: OrderFacts) -> None:
        """Count a slice once it has left, and no more where it proves that it never did."""
        change = facts.has_left - before.has_left
        parent = self._parent_of(facts.request, facts.trade_id) if change else None
        if parent is not None:
            self._put(replace(parent, slices_sent=parent.slices_sent + change))

    def filled(self, request: OrderRequest, trade_id: TradeId, fill: VenueFill) -> None:
        """Note the fill of an order that may be a slice."""
        parent = self._parent_of(request, trade_id)
        if parent is not None:
            value = MONEY.multiply(fill.price, fill.size_base)
            self._put(
                replace(
                    parent,
                    filled_base=MONEY.add(parent.filled_base, fill.size_base),
                    value_filled_quote=MONEY.add(parent.value_filled_quote, value),
                )
            )

    def end_flow(self, flow_id: str) -> None:
        """Forget the parent orders of a flow that has ended."""
        for parent in self._all:
            if parent.plan.directive_id == flow_id:
                del self._parents[parent.parent_id]
                del self._ids[parent.plan.execution_directive_id, parent.plan.trade_id]
        self._all = tuple(self._parents.values())

    def restore(self, records: Iterable[ParentOpened | ParentStopped], orders: Iterable[OrderFacts]) -> None:
        """Take back the parent orders of a flow, and what `orders`, as they were intended, made of them."""
        for record in records:
            if isinstance(record, ParentOpened):
                self.open(record)
            else:
                self.stop(record)
        for facts in orders:
            parent = self._parent_of(facts.request, facts.trade_id)
            if parent is None:
                continue
            self.sent(facts.request, facts.trade_id, facts.intended_at_ms)
            parent = self._parents[parent.parent_id]
            self._put(
                replace(
                    parent,
                    filled_base=MONEY.add(parent.filled_base, facts.filled_base),
                    value_filled_quote=MONEY.add(parent.value_filled_quote, facts.value_filled_quote),
                    slices_sent=parent.slices_sent + facts.has_left,
                )
            )

    def get(self, parent_id: str) -> ParentState | None:
        """Return one parent order."""
        return self._parents.get(parent_id)

    def of(self, execution_directive_id: ExecutionDirectiveId, trade_id: TradeId) -> ParentState | None:
        """Return the parent order of one target of an execution directive."""
        return self._parents.get(self._ids.get((execution_directive_id, trade_id), ""))

    def all(self) -> tuple[ParentState, ...]:
        """Return every parent order, oldest first."""
        return self._all

    def _parent_of(self, request: OrderRequest, trade_id: TradeId) -> ParentState | None:
        if not self._parents or request.leg is not Leg.ENTRY:
            return None
        return self.of(request.execution_directive_id, trade_id)

    def _put(self, parent: ParentState) -> None:
        self._parents[parent.parent_id] = parent
        self._all = tuple(self._parents.values())
