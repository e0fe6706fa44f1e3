"""Entries that rest and are to change: amended in place where the venue can, else sent anew; or cancelled."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

from desk.contracts.by_hand import EntryChange
from desk.contracts.market import Instrument
from desk.contracts.orders import AmendRequest, OrderOutcome, OutcomeKind
from desk.contracts.orderstate import OrderState
from desk.contracts.parents import ParentState
from desk.contracts.problems import StoreSpooled
from desk.execution.flow_registry import FlowRegistry
from desk.execution.lanes import Job
from desk.execution.reach import Reach
from desk.execution.standing_orders import amended


class EntryChanger:
    """Change or cancel entries in the name of an execution directive."""

    def __init__(self, reach: Reach, flows: FlowRegistry, refuse: Callable[[Job, str, str], None]) -> None:
        self._reach = reach
        self._flows = flows
        self._refuse = refuse

    async def run(self, job: Job, change: EntryChange) -> None:
        """Carry the change to every entry it means; what is over already is refused with how it ended."""
        parents = self._parents(job, change) if change.cancels else []
        for parent in parents:
            await self._stop(job, parent)
        slices = {one.last_child_id for one in parents}
        live = [one for one in self._live(job) if one.client_order_id not in slices]
        meant = [one for one in live if change.client_order_id in (None, one.client_order_id)]
        if not meant and not parents:
            self._refuse(job, "validation", self._gone(job, change))
        for order in meant:
            if change.cancels:
                await self._cancel(job, order)
            else:
                await self._amend(job, order, change)

    def _parents(self, job: Job, change: EntryChange) -> list[ParentState]:
        """List the parent orders that are meant, by their own name, by that of any slice, or all."""
        named = change.client_order_id
        order = None if named is None else self._reach.ledger.order(named)
        of = None if order is None else order.request.execution_directive_id
        return [
            one
            for one in self._reach.parents.of_trade(job.target.trade_id)
            if named in (None, one.parent_id) or of == one.plan.execution_directive_id
        ]

    async def _stop(self, job: Job, parent: ParentState) -> None:
        """Stop a parent order, durably, then cancel what of it is under way."""
        cause, reason = job.directive.execution_directive_id, job.directive.rationale
        stopped = self._reach.parents.stop(parent.parent_id, "operator", reason, cause)
        if stopped is not None:
            with suppress(StoreSpooled):
                await stopped
        now = self._reach.ledger.parent(parent.parent_id) or parent
        if now.last_child_id is not None:
            await self._reach.cancel_until_over(now.last_child_id, reason, cause)
        now = self._reach.ledger.parent(parent.parent_id) or now
        plan = now.plan
        what = f"parent order {plan.parent_id} {plan.symbol} is cancelled"
        self._effect(job, f"{what}, {now.filled_base} of {plan.size_base} filled")

    def _live(self, job: Job) -> list[OrderState]:
        live = self._reach.ledger.orders_of(job.target.trade_id)
        return [one for one in live if one.request.leg.adds_risk]

    def _gone(self, job: Job, change: EntryChange) -> str:
        order = None if change.client_order_id is None else self._reach.ledger.order(change.client_order_id)
        if order is None:
            return f"no entry of {job.target.trade_id} rests any more"
        return f"{order.client_order_id} is {order.status.lower()} already, {order.filled_base} filled"

    async def _cancel(self, job: Job, order: OrderState) -> None:
        order_id, cause = order.client_order_id, job.directive.execution_directive_id
        await self._reach.cancel_until_over(order_id, job.directive.rationale, cause)
        ended = self._reach.ledger.order(order_id) or order
        filled = f", {ended.filled_base} of {ended.size_base} filled" if ended.filled_base else ""
        text = f"entry {order_id} {ended.request.symbol} is {ended.status.lower()}{filled}"
        if ended.remaining_base:
            self._effect(job, text)
        else:
            self._refuse(job, "venue", f"{text} before the cancel came")

    async def _amend(self, job: Job, order: OrderState, change: EntryChange) -> None:
        instrument = self._reach.view.instrument(order.request.symbol)
        if instrument is None:
            self._refuse(job, "validation", f"{order.request.symbol} is not traded any more")
            return
        request = self._request(job, order, change, instrument)
        problem = _unfit(order, request)
        if problem is not None:
            self._refuse(job, "validation", problem)
        elif self._reach.capabilities.amends_in_place and not raises_size(order, request.size_base):
            await self._in_place(job, order, request)
        else:
            await self._anew(job, order, request)

    def _request(
        self, job: Job, order: OrderState, change: EntryChange, instrument: Instrument
    ) -> AmendRequest:
        """Ask for what changes, on the venue's steps: never more than was said."""
        price, size_base = change.limit_price, change.size_base
        return AmendRequest(
            order.client_order_id,
            job.directive.execution_directive_id,
            order.request.symbol,
            size_base=None if size_base is None else instrument.floor_size(size_base),
            limit_price=None if price is None else instrument.limit_price(order.request.side, price),
        )

    async def _in_place(self, job: Job, order: OrderState, request: AmendRequest) -> None:
        outcome = await self._reach.standing.amend(order, request)
        if outcome.kind is OutcomeKind.UNKNOWN:
            await self._reach.until_seen(order)
        elif outcome.kind is OutcomeKind.ACCEPTED and outcome.order is None:
            await self._reach.until_amended(order.client_order_id, request.size_base, request.limit_price)
        now = self._reach.ledger.order(order.client_order_id) or order
        if _is_as_asked(now, request):
            self._effect(job, f"entry {now.client_order_id}: {_words(order)} → {_words(now)}")
        else:
            self._refuse(job, outcome.code or "venue", _why_not(now, outcome))

    async def _anew(self, job: Job, order: OrderState, request: AmendRequest) -> None:
        """Cancel and send again what is not filled; the gate is asked before the old one is given up."""
        wanted = replace(amended(order, request), execution_directive_id=request.execution_directive_id)
        sender, trade_id = self._reach.sender, order.trade_id
        refused = sender.appraise(wanted, trade_id, order.strategy_id, instead_of=order.client_order_id)
        if refused is not None:
            self._refuse(job, refused.check, refused.reason)
            return
        cause = job.directive.execution_directive_id
        reason = "sent anew: it is not changed in place"
        await self._reach.cancel_until_over(order.client_order_id, reason, cause)
        ended = self._reach.ledger.order(order.client_order_id) or order
        left = wanted.size_base - ended.filled_base
        if not left > 0 or not ended.remaining_base:
            self._refuse(job, "venue", f"{order.client_order_id} filled {ended.filled_base} meanwhile")
            return
        draft = replace(wanted, size_base=left)
        outcome = await sender.place(draft, trade_id, job.directive.directive_id, order.strategy_id)
        if outcome.kind in {OutcomeKind.NOT_SENT, OutcomeKind.NOT_ACCEPTED}:
            gone = f"{order.client_order_id} is cancelled, and nothing rests in its place: {outcome.reason}"
            self._refuse(job, outcome.code or "venue", gone)
        else:
            self._effect(job, f"{_size_at(left, draft.limit_price)} {reason}")

    def _effect(self, job: Job, text: str) -> None:
        flow = self._flows.get(job.directive.flow_id)
        if flow is not None:
            flow.effects.append(text)


def raises_size(order: OrderState, size_base: Decimal | None) -> bool:
    """Tell whether a change asks for more: in place it could fill beyond the size before that is answered."""
    return size_base is not None and size_base > order.size_base


def _unfit(order: OrderState, request: AmendRequest) -> str | None:
    if order.limit_price is None or not order.status.is_working:
        return f"{order.client_order_id} is {order.status.lower()} and does not rest at a price: cancel it"
    if request.size_base is not None and not request.size_base > order.filled_base:
        return f"{order.filled_base} are filled: the whole size must be more, or cancel the rest"
    if request.limit_price in (None, order.limit_price) and request.size_base in (None, order.size_base):
        return f"{order.client_order_id} is {_words(order)} already"
    return None


def _is_as_asked(now: OrderState, request: AmendRequest) -> bool:
    return request.limit_price in (None, now.limit_price) and request.size_base in (None, now.size_base)


def _why_not(now: OrderState, outcome: OrderOutcome) -> str:
    if not now.status.is_working:
        return f"{now.client_order_id} is {now.status.lower()}, {now.filled_base} filled"
    return f"it rests as {_words(now)}: {outcome.reason}"


def _words(order: OrderState) -> str:
    return _size_at(order.size_base, order.limit_price)


def _size_at(size_base: Decimal, price: Decimal | None) -> str:
    return f"{size_base} at {price}"
