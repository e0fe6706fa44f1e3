"""The way in, for a new trade and for what is added to one: checked, sent whole or sliced, and expired."""

from collections.abc import Callable
from decimal import Decimal

from desk.contracts.market import Instrument
from desk.contracts.orders import Leg, OrderRequest, OrderType, OutcomeKind
from desk.contracts.orderstate import OrderState
from desk.contracts.plans import EntryPlan, EntryType, RoutingPlan, RoutingTiming, TimeInForce
from desk.contracts.ports.time import Spawner
from desk.contracts.records import JournalEntry
from desk.execution.lanes import Job
from desk.execution.parent_orders import ParentOrders
from desk.execution.parent_plans import is_sliced
from desk.execution.reach import Reach

_ORDER_TYPES = {
    EntryType.MARKET: OrderType.MARKET,
    EntryType.LIMIT: OrderType.LIMIT,
    EntryType.STOP_LIMIT: OrderType.STOP_LIMIT,
}


class Entrance:
    """Send what adds risk as its routing says, and cancel what rests once its validity has ended."""

    def __init__(
        self,
        reach: Reach,
        spawner: Spawner,
        parents: ParentOrders,
        refuse: Callable[[Job, str, str], None],
    ) -> None:
        self._reach = reach
        self._spawner = spawner
        self._parents = parents
        self._refuse = refuse

    async def enter(
        self, job: Job, draft: OrderRequest, instrument: Instrument, *first: JournalEntry
    ) -> None:
        """Send `draft`, whole or in slices; `first` becomes durable with it. Refuses what cannot be sent."""
        target, of = job.target, job.directive
        if is_sliced(target.routing):
            await self._parents.open(job, draft.side, draft.size_base, instrument, *first)
            return
        too_far = self._slippage(target.entry, target.routing)
        if too_far is not None:
            self._refuse(job, "slippage", too_far)
            return
        outcome = await self._reach.sender.place(
            draft, target.trade_id, of.directive_id, of.strategy_id, first=first
        )
        if outcome.kind in {OutcomeKind.NOT_SENT, OutcomeKind.NOT_ACCEPTED}:
            self._refuse(job, outcome.code or "venue", outcome.reason)
        else:
            self.expire(job)

    def _slippage(self, entry: EntryPlan | None, routing: RoutingPlan | None) -> str | None:
        """Say by how much the market ran away from the decision, where it is more than was accepted."""
        quote = None if entry is None else self._reach.view.quote(entry.symbol)
        if entry is None or quote is None or routing is None or entry.order_type is not EntryType.MARKET:
            return None
        slipped = (quote.touch(entry.direction) / entry.reference_price - 1) * entry.direction.sign
        if slipped <= routing.max_slippage:
            return None
        return f"the market moved {slipped:.4f} against the entry, at most {routing.max_slippage} accepted"

    def expire(self, job: Job) -> None:
        """Cancel the entries of a job that have not filled once the validity of its plan ends."""
        entry = job.target.entry
        if entry is None or entry.valid_until_ms is None:
            return
        for order in self._reach.ledger.orders_of(job.target.trade_id):
            if order.request.leg is Leg.ENTRY and order.directive_id == job.directive.directive_id:
                name = f"expire {order.client_order_id}"
                self._spawner.spawn(name, self._expire(order, entry.valid_until_ms))

    async def _expire(self, order: OrderState, valid_until_ms: int) -> None:
        remaining_ms = valid_until_ms - self._reach.clock.now_ms()
        if remaining_ms > 0:
            ended = await self._reach.until_over(order.client_order_id, remaining_ms)
            if ended is None or ended.is_over:
                return
        await self._reach.cancel_until_over(order.client_order_id, "the entry's validity ended")


def entry_request(job: Job, size_base: Decimal, entry: EntryPlan) -> OrderRequest:
    """Draft the order of an entry plan; an immediate route never rests."""
    routing = job.target.routing
    immediate = routing is None or routing.timing is RoutingTiming.IMMEDIATE
    time_in_force = routing.time_in_force if routing is not None else TimeInForce.IOC
    if entry.order_type is EntryType.MARKET and immediate:
        time_in_force = TimeInForce.IOC
    return OrderRequest(
        client_order_id="",
        execution_directive_id=job.directive.execution_directive_id,
        leg=Leg.ENTRY,
        attempt=0,
        symbol=entry.symbol,
        side=entry.direction,
        order_type=_ORDER_TYPES[entry.order_type],
        size_base=size_base,
        limit_price=entry.limit_price,
        stop_price=entry.stop_price,
        time_in_force=time_in_force,
    )
