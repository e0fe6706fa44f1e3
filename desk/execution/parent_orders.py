"""Send parent orders slice by slice, and say in the end what became of them.

A parent order is no state of this object: what is next follows from its record, its fills and the time, so
that a desk that was dead goes on where it would be had it lived.
"""

from collections.abc import Callable
from decimal import Decimal

from desk.contracts.ids import DirectiveId, TradeId
from desk.contracts.market import Instrument, Quote
from desk.contracts.orders import Leg, OrderOutcome, OrderRequest, OrderType, OutcomeKind
from desk.contracts.orderstate import OrderState
from desk.contracts.parents import ParentOpened, ParentState
from desk.contracts.plans import TimeInForce
from desk.contracts.ports.time import Spawner
from desk.contracts.records import EntryKind, FillBooked, JournalEntry
from desk.contracts.sides import OrderSide
from desk.execution.flow_registry import FlowRegistry, OpenFlow
from desk.execution.lanes import Job
from desk.execution.parent_plans import planned, with_sound_touch
from desk.execution.reach import Reach
from desk.execution.slicing import is_used, slice_at, slice_begins_ms, slice_size

_PAUSE_MS = 1000
"""How long to wait where a slice is due and cannot be sent yet."""

_LONGEST_WAIT_MS = 60_000
"""How long to wait at most before looking at the clock again: it may have been set."""

_PASSING = frozenset(
    {"stale price", "reconcile", "conversion", "unknown order", "orders per minute", "transport"}
)
"""Checks that hold a slice back for a while; any other refusal ends its parent order."""

_COMPLETE = "complete"
_TIME = "time"
_MEANT = frozenset({_COMPLETE, _TIME, "operator", "modify", "close", "protection"})
"""Who stops a parent order without a refusal; any other is a check that refused it."""

Refuse = Callable[[Job, str, str], None]
Evaluate = Callable[[DirectiveId], None]


class ParentOrders:
    """Open parent orders, send their slices one after the other, and see each to its end."""

    def __init__(
        self, reach: Reach, spawner: Spawner, flows: FlowRegistry, refuse: Refuse, evaluate: Evaluate
    ) -> None:
        self._reach = reach
        self._spawner = spawner
        self._flows = flows
        self._refuse = refuse
        self._evaluate = evaluate
        self._held_back: dict[str, str] = {}

    async def open(
        self, job: Job, side: OrderSide, size_base: Decimal, instrument: Instrument, *first: JournalEntry
    ) -> None:
        """Begin a parent order of `size_base`; `first` becomes durable with it. Refuses what cannot begin."""
        plan = planned(self._reach, job, side, size_base, instrument)
        if isinstance(plan, str):
            self._refuse(job, "validation", plan)
            return
        draft = self._draft(plan, instrument.floor_size(size_base / plan.slices), plan.limit_price)
        refused = self._reach.sender.appraise(draft, plan.trade_id, plan.strategy_id, first=first)
        if refused is not None and refused.check not in _PASSING:
            self._refuse(job, refused.check, refused.reason)
            return
        entry = JournalEntry(
            EntryKind.PARENT_OPENED,
            plan.parent_id,
            plan.begins_at_ms,
            plan,
            flow_id=plan.directive_id,
            causes=(plan.execution_directive_id,),
            trade_id=plan.trade_id,
            symbol=plan.symbol,
        )
        await self._reach.recorder.record(*first, entry)
        flow = self._flows.get(plan.directive_id)
        if flow is not None:
            flow.parents.add(plan.parent_id)
        self._begin(plan.parent_id)

    def resume(self, flow: OpenFlow) -> set[TradeId]:
        """Go on with the parent orders of a flow after a restart; return the trades they are for."""
        parents = [one for one in self._reach.ledger.parents() if one.parent_id in flow.parents]
        for parent in parents:
            self._begin(parent.parent_id)
        return {one.plan.trade_id for one in parents}

    def on_fill(self, booked: FillBooked) -> None:
        """Add nothing more to a trade that something takes from: its stop, its target, another hand."""
        if booked.trade_id is None:
            return
        for parent in self._reach.parents.of_trade(booked.trade_id):
            if booked.fill.side is not parent.plan.side:
                what = f"{booked.fill.size_base} of the trade left at {booked.fill.price}"
                self._reach.parents.stop(parent.parent_id, "protection", f"{what}, so nothing is added")

    def _begin(self, parent_id: str) -> None:
        self._spawner.spawn(f"slices of {parent_id}", self._run(parent_id))

    async def _run(self, parent_id: str) -> None:
        """Take step after step until nothing is under way and nothing more is sent."""
        while (parent := self._reach.ledger.parent(parent_id)) is not None:
            child = self._child(parent)
            if child is not None and not child.is_over:
                await self._see_through(parent, child)
            elif parent.stopped is not None:
                break
            else:
                await self._next(parent)
        self._held_back.pop(parent_id, None)
        if parent is not None:
            self._conclude(parent)

    def _child(self, parent: ParentState) -> OrderState | None:
        return None if parent.last_child_id is None else self._reach.ledger.order(parent.last_child_id)

    async def _see_through(self, parent: ParentState, child: OrderState) -> None:
        """Wait for a slice under way; where its outcome is not known, so long nothing more is sent."""
        if parent.stopped is not None and child.status.is_working:
            await self._reach.cancel_until_over(child.client_order_id, parent.stopped.reason)
        else:
            await self._reach.until_over(child.client_order_id, self._reach.settings.timeout_ms)

    async def _next(self, parent: ParentState) -> None:
        """Send the slice that is due, or wait for it; stop a parent order that has none to come."""
        plan, now_ms = parent.plan, self._reach.clock.now_ms()
        instrument = self._reach.view.instrument(plan.symbol)
        if instrument is None:
            self._reach.parents.stop(plan.parent_id, "instrument", f"{plan.symbol} is not traded any more")
            return
        left_base = instrument.floor_size(parent.left_base)
        if instrument.is_dust(left_base, plan.limit_price):
            by, reason = (_TIME, "it is too little for the venue") if left_base else (_COMPLETE, "all filled")
            self._reach.parents.stop(plan.parent_id, by, reason)
            return
        number = slice_at(plan, now_ms)
        size_base = slice_size(parent, number, instrument)
        if is_used(parent, number) or not size_base:
            number += 1
            if number < plan.slices:
                await self._wait(plan.parent_id, slice_begins_ms(plan, number) - now_ms)
                return
        if number >= plan.slices:
            self._reach.parents.stop(plan.parent_id, _TIME, self._over(parent, now_ms))
            return
        await self._send(parent, size_base, instrument)

    async def _send(self, parent: ParentState, size_base: Decimal, instrument: Instrument) -> None:
        plan = parent.plan
        quote = with_sound_touch(self._reach.view.quote(plan.symbol))
        if quote is None:
            await self._hold_back(parent, f"no sound price of {plan.symbol}")
        elif (quote.touch(plan.side) - plan.limit_price) * plan.side.sign > 0:
            await self._hold_back(parent, f"{quote.touch(plan.side)} is beyond the limit {plan.limit_price}")
        else:
            draft = self._draft(plan, size_base, self._price(plan, quote, instrument))
            outcome = await self._reach.sender.place(
                draft, plan.trade_id, plan.directive_id, plan.strategy_id
            )
            await self._answered(parent, outcome)

    async def _answered(self, parent: ParentState, outcome: OrderOutcome) -> None:
        if outcome.kind in {OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN}:
            self._held_back.pop(parent.parent_id, None)
        elif outcome.kind is OutcomeKind.NOT_SENT and outcome.code in _PASSING:
            await self._hold_back(parent, f"{outcome.code}: {outcome.reason}")
        else:
            self._reach.parents.stop(parent.parent_id, outcome.code or "venue", outcome.reason)

    async def _hold_back(self, parent: ParentState, reason: str) -> None:
        """Wait a moment with the slice that is due; what its time does not see is spread over the others."""
        self._held_back[parent.parent_id] = reason
        now_ms = self._reach.clock.now_ms()
        next_ms = slice_begins_ms(parent.plan, slice_at(parent.plan, now_ms) + 1)
        await self._wait(parent.parent_id, min(next_ms - now_ms, _PAUSE_MS))

    async def _wait(self, parent_id: str, duration_ms: int) -> None:
        await self._reach.signals.wait(parent_id, max(1, min(duration_ms, _LONGEST_WAIT_MS)))

    def _draft(self, plan: ParentOpened, size_base: Decimal, limit_price: Decimal) -> OrderRequest:
        return OrderRequest(
            client_order_id="",
            execution_directive_id=plan.execution_directive_id,
            leg=Leg.ENTRY,
            attempt=0,
            symbol=plan.symbol,
            side=plan.side,
            order_type=OrderType.LIMIT,
            size_base=size_base,
            limit_price=limit_price,
            time_in_force=TimeInForce.IOC,
        )

    def _price(self, plan: ParentOpened, quote: Quote, instrument: Instrument) -> Decimal:
        """Return the limit of a slice: the parent's, but within the collar where the market came nearer."""
        far = quote.mid * (1 + plan.side.sign * self._reach.settings.risk.price_collar)
        within = instrument.limit_price(plan.side, far)
        return min(plan.limit_price, within) if plan.side is OrderSide.BUY else max(plan.limit_price, within)

    def _over(self, parent: ParentState, now_ms: int) -> str:
        """Say why nothing is to come before all of it filled."""
        if now_ms < parent.plan.ends_at_ms:
            return "its last slice is over"
        last = self._held_back.get(parent.parent_id)
        seconds = (parent.plan.ends_at_ms - parent.plan.begins_at_ms) / 1000
        return f"its {seconds:g} s are over" + ("" if last is None else f", at the end {last}")

    def _conclude(self, parent: ParentState) -> None:
        """Say on the flow what filled and why the rest did not, and let the flow end."""
        flow, stopped = self._flows.get(parent.plan.directive_id), parent.stopped
        if flow is None or stopped is None or parent.parent_id not in flow.parents:
            return
        flow.parents.discard(parent.parent_id)
        if parent.filled_base:
            flow.effects.append(parent_words(parent))
        job = self._job(parent, flow)
        if not parent.filled_base and job is not None and stopped.by not in _MEANT:
            self._refuse(job, stopped.by, stopped.reason)
        elif stopped.by != _COMPLETE:
            flow.problems.append(f"{parent.left_base} of the parent order did not fill: {stopped.reason}")
        self._evaluate(flow.flow_id)

    def _job(self, parent: ParentState, flow: OpenFlow) -> Job | None:
        """Return what the parent order was opened for."""
        execution, trade_id = flow.execution, parent.plan.trade_id
        targets = () if execution is None else execution.targets
        target = next((one for one in targets if one.trade_id == trade_id), None)
        return None if execution is None or target is None else Job(execution, target)


def parent_words(parent: ParentState) -> str:
    """Say what filled of a parent order."""
    plan = parent.plan
    verb = {OrderSide.BUY: "bought", OrderSide.SELL: "sold"}[plan.side]
    filled, whole = parent.filled_base, plan.size_base
    size = filled if filled >= whole else f"{filled} of {whole}"
    sent = f"{plan.slices}" if parent.slices_sent == plan.slices else f"{parent.slices_sent} of {plan.slices}"
    return f"TWAP {verb} {size} {plan.symbol} at {parent.average_price:.8g} in {sent} slices"
