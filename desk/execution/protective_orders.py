"""One leg of a trade's protection at the venue: brought to a price and a size, one step at a time."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, TradeId
from desk.contracts.market import ZERO, Instrument
from desk.contracts.orders import AmendRequest, Leg, OrderOutcome, OrderRequest, OrderType, OutcomeKind
from desk.contracts.orderstate import OrderState
from desk.contracts.positions import Position
from desk.execution.filters import filter_problem
from desk.execution.left_outside import LeftOutside
from desk.execution.reach import Reach

_ATTEMPTS = 3

_BEFORE_A_DOUBT_MS = 500

FlowOf = Callable[[TradeId], DirectiveId | None]
Compare = Callable[[], Awaitable[bool]]


class ProtectiveOrders:
    """Place, amend and replace stops and targets.

    `flow_of` names a flow in hand for an EXTERNAL trade; `compare` brings the ledger in line with the venue.
    """

    def __init__(self, reach: Reach, flow_of: FlowOf, compare: Compare, left: LeftOutside) -> None:
        self._reach = reach
        self._compare = compare
        self._left = left
        self._flow_of = flow_of
        self.placing: dict[TradeId, Leg] = {}

    def is_right(self, leg: Leg, price: Decimal, size_base: Decimal, position: Position) -> bool:
        """Tell whether exactly one order of the leg rests, at this price and for this size."""
        resting = self._resting(leg, position)
        return len(resting) == 1 and _is_at(resting[0], price, size_base)

    async def step(self, leg: Leg, price: Decimal, size_base: Decimal, position: Position) -> str | None:
        """Take one step towards the leg as it should be; return why there is none."""
        if await self._left.has_intervened():
            return None
        return await self._stepped(leg, price, size_base, position)

    async def _stepped(self, leg: Leg, price: Decimal, size_base: Decimal, position: Position) -> str | None:
        resting = self._resting(leg, position)
        pending = next((one for one in resting if not one.status.is_working), None)
        if pending is not None:
            await self._reach.signals.wait(pending.client_order_id, self._reach.settings.timeout_ms)
            return None
        if not resting:
            return await self._place(leg, price, size_base, position)
        kept = next((one for one in resting if _is_at(one, price, size_base)), resting[0])
        for surplus in resting:
            if surplus is not kept:
                await self._reach.cancel_and_wait(surplus, f"one {leg} order is enough")
        if _is_at(kept, price, size_base):
            return None
        problem = self._filtered(self._draft(leg, price, size_base, position), position)
        if problem is not None:
            return f"{leg} at {price} refused: {problem}"
        if self._reach.capabilities.amends_in_place:
            return await self._amend(kept, price, size_base, position)
        return await self._replace(kept, price, size_base, position)

    async def withdraw(self, leg: Leg, position: Position) -> str | None:
        """Cancel every order of a leg that is not wanted any more; return why one is still there."""
        for order in self._resting(leg, position):
            if not await self._reach.cancel_and_wait(order, f"the {leg} is withdrawn", _owner(position)):
                return f"{leg} order {order.client_order_id} is not over"
        return None

    def rests(self, leg: Leg, position: Position) -> bool:
        """Tell whether any order of the leg is not over."""
        return bool(self._resting(leg, position))

    def exceeds(self, leg: Leg, position: Position) -> bool:
        """Tell whether orders of the leg would close more than is held."""
        return sum((one.remaining_base for one in self._resting(leg, position)), ZERO) > position.size_base

    def _resting(self, leg: Leg, position: Position) -> list[OrderState]:
        return [one for one in self._reach.ledger.orders_of(position.trade_id) if one.request.leg is leg]

    async def _place(self, leg: Leg, price: Decimal, size_base: Decimal, position: Position) -> str | None:
        outcome = OrderOutcome(OutcomeKind.NOT_SENT, reason="not tried")
        for _ in range(_ATTEMPTS):
            outcome = await self._send(leg, price, size_base, position)
            if outcome.kind in {OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN}:
                return None
            fresh = self._reach.ledger.position(position.trade_id)
            if fresh is None or fresh.size_base != position.size_base:
                return None
        return f"{leg} at {price} refused: {outcome.reason}"

    def _draft(self, leg: Leg, price: Decimal, size_base: Decimal, position: Position) -> OrderRequest:
        return OrderRequest(
            client_order_id="",
            execution_directive_id=_owner(position),
            leg=leg,
            attempt=0,
            symbol=position.symbol,
            side=position.side.exit_side,
            order_type=OrderType.STOP if leg is Leg.STOP else OrderType.TAKE_PROFIT,
            size_base=size_base,
            stop_price=price,
            reduce_only=not self._instrument(position).is_spot,
            oco_group=position.trade_id if self._reach.capabilities.cancels_other else None,
        )

    async def _send(self, leg: Leg, price: Decimal, size_base: Decimal, position: Position) -> OrderOutcome:
        draft = self._draft(leg, price, size_base, position)
        self.placing[position.trade_id] = leg
        try:
            return await self._reach.sender.place(
                draft, position.trade_id, self._flow(position), position.strategy_id
            )
        finally:
            del self.placing[position.trade_id]

    async def _amend(
        self, order: OrderState, price: Decimal, size_base: Decimal, position: Position
    ) -> str | None:
        request = AmendRequest(
            order.client_order_id,
            _owner(position),
            position.symbol,
            size_base=order.filled_base + size_base,
            stop_price=price,
        )
        outcome = await self._reach.standing.amend(order, request)
        if outcome.kind is OutcomeKind.ACCEPTED:
            if outcome.order is None:
                await self._reach.until_amended(order.client_order_id, request.size_base, price)
            await self._doubt(order.client_order_id, size_base)
            return None
        if outcome.kind is OutcomeKind.UNKNOWN:
            await self._reach.until_seen(order)
            return None
        now = self._reach.ledger.order(order.client_order_id)
        if now is None or not now.status.is_working:
            return None
        return f"{order.request.leg} at {price} refused: {outcome.reason}"

    async def _doubt(self, order_id: str, size_base: Decimal) -> None:
        """Look again at what is held where the venue keeps an order smaller than it was asked to be.

        It cuts what only reduces down to what there is to reduce: somebody took from the trade, and the
        fill has yet to be told.
        """
        now = self._reach.ledger.order(order_id)
        if now is not None and now.status.is_working and now.remaining_base < size_base:
            await self._reach.clock.sleep_ms(_BEFORE_A_DOUBT_MS)
            await self._compare()

    async def _replace(
        self, order: OrderState, price: Decimal, size_base: Decimal, position: Position
    ) -> str | None:
        """Make before break where both can rest; on spot the old one locks the coins and goes first."""
        leg = order.request.leg
        if self._instrument(position).is_spot:
            if not await self._reach.cancel_and_wait(order, "replaced"):
                return f"{leg} {order.client_order_id} could not be cancelled to be replaced"
            return await self._place(leg, price, size_base, position)
        outcome = await self._send(leg, price, size_base, position)
        if outcome.kind is OutcomeKind.ACCEPTED:
            await self._reach.cancel_and_wait(order, "replaced")
        if outcome.kind in {OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN}:
            return None
        return f"{leg} at {price} refused: {outcome.reason}"

    def _filtered(self, draft: OrderRequest, position: Position) -> str | None:
        quote = self._reach.view.quote(position.symbol)
        return filter_problem(draft, self._instrument(position), quote)

    def _flow(self, position: Position) -> DirectiveId:
        flow_id = position.directive_id or self._flow_of(position.trade_id)
        if flow_id is None:
            message = f"{position.trade_id} is EXTERNAL, and no directive about it is in hand"
            raise ValueError(message)
        return flow_id

    def _instrument(self, position: Position) -> Instrument:
        instrument = self._reach.view.instrument(position.symbol)
        if instrument is None:
            message = f"no filters for {position.symbol}"
            raise ValueError(message)
        return instrument


def _is_at(order: OrderState, price: Decimal, size_base: Decimal) -> bool:
    return order.status.is_working and order.stop_price == price and order.remaining_base == size_base


def _owner(position: Position) -> ExecutionDirectiveId:
    if position.exit_directed_by is None:
        message = f"{position.trade_id} has a planned exit that no execution directive set"
        raise ValueError(message)
    return position.exit_directed_by
