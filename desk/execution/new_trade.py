"""Open a trade: it exists from its intent, and holds what fills say."""

from collections.abc import Callable
from decimal import Decimal

from desk.contracts.execution import ExecutionDirective, TargetPlans
from desk.contracts.market import Instrument
from desk.contracts.orders import Leg, OrderOutcome, OrderRequest, OrderType, OutcomeKind
from desk.contracts.orderstate import OrderState
from desk.contracts.plans import EntryPlan, EntryType, RoutingPlan, RoutingTiming, TimeInForce
from desk.contracts.ports.time import Spawner
from desk.contracts.records import EntryKind, JournalEntry, TradeIntended
from desk.contracts.sides import PositionSide
from desk.execution.lanes import Job
from desk.execution.parent_orders import ParentOrders, is_sliced
from desk.execution.reach import Reach

_ORDER_TYPES = {
    EntryType.MARKET: OrderType.MARKET,
    EntryType.LIMIT: OrderType.LIMIT,
    EntryType.STOP_LIMIT: OrderType.STOP_LIMIT,
}


class NewTradeExecutor:
    """Carry out the NEW_TRADE scope."""

    def __init__(
        self,
        reach: Reach,
        spawner: Spawner,
        parents: ParentOrders,
        refuse: Callable[[Job, str, str], None],
    ) -> None:
        self._reach = reach
        self._parents = parents
        self._spawner = spawner
        self._refuse = refuse

    async def run(self, job: Job) -> None:
        """Send the entry; fills, protection and the end of the flow follow from the venue's events."""
        target = job.target
        instrument = self._reach.view.instrument(target.symbol)
        if instrument is None or target.entry is None or target.size is None:
            self._refuse(job, "validation", f"{target.symbol} is not traded or its plans are incomplete")
            return
        intended = self._intended(job.directive, target, target.entry, instrument)
        if is_sliced(target.routing):
            side, size_base = target.entry.direction, target.size.position_size_base
            await self._parents.open(job, side, size_base, instrument, intended)
            return
        too_far = self._slippage(target.entry, target.routing)
        if too_far is not None:
            self._refuse(job, "slippage", too_far)
            return
        outcome = await self._reach.sender.place(
            entry_request(job, target.size.position_size_base, target.entry),
            target.trade_id,
            job.directive.directive_id,
            job.directive.strategy_id,
            first=(intended,),
        )
        self._follow(job, target.entry, outcome)

    def _slippage(self, entry: EntryPlan, routing: RoutingPlan | None) -> str | None:
        quote = self._reach.view.quote(entry.symbol)
        if quote is None or routing is None or entry.order_type is not EntryType.MARKET:
            return None
        slipped = (quote.touch(entry.direction) / entry.reference_price - 1) * entry.direction.sign
        if slipped <= routing.max_slippage:
            return None
        return f"the market moved {slipped:.4f} against the entry, at most {routing.max_slippage} accepted"

    def _intended(
        self, directive: ExecutionDirective, target: TargetPlans, entry: EntryPlan, instrument: Instrument
    ) -> JournalEntry:
        record = TradeIntended(
            target.trade_id,
            directive.strategy_id,
            directive.strategy_planner_id,
            directive.directive_id,
            target.symbol,
            instrument.kind,
            PositionSide.of(entry.direction),
            directive.protection,
            target.exit.stop_loss_price if target.exit else None,
            target.exit.take_profit_price if target.exit else None,
            directive.execution_directive_id,
            target.exit.hold_for_ms if target.exit else None,
        )
        return JournalEntry(
            EntryKind.TRADE_INTENDED,
            target.trade_id,
            self._reach.clock.now_ms(),
            record,
            flow_id=directive.flow_id,
            causes=(directive.execution_directive_id,),
            trade_id=target.trade_id,
            worker=directive.strategy_planner_id,
            symbol=target.symbol,
        )

    def _follow(self, job: Job, entry: EntryPlan, outcome: OrderOutcome) -> None:
        if outcome.kind in {OutcomeKind.NOT_SENT, OutcomeKind.NOT_ACCEPTED}:
            self._refuse(job, outcome.code or "venue", outcome.reason)
            return
        live = [
            one for one in self._reach.ledger.orders_of(job.target.trade_id) if one.request.leg is Leg.ENTRY
        ]
        if live and entry.valid_until_ms is not None:
            self.expire_later(live[-1], entry.valid_until_ms)

    def expire_later(self, order: OrderState, valid_until_ms: int) -> None:
        """Cancel an entry that has not filled by `valid_until_ms`."""
        self._spawner.spawn(f"expire {order.client_order_id}", self._expire(order, valid_until_ms))

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
