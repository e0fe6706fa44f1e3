"""The stop a trade must have resting at the venue, sized to what is really held."""

import asyncio
from collections.abc import Callable
from decimal import Decimal

from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, TradeId
from desk.contracts.market import Instrument
from desk.contracts.orders import (
    AmendRequest,
    Leg,
    OrderOutcome,
    OrderRequest,
    OrderStatus,
    OrderType,
    OutcomeKind,
)
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.time import Spawner
from desk.contracts.positions import Position
from desk.contracts.problems import StoreFailed
from desk.contracts.records import FillBooked
from desk.execution.naked_clock import NakedClock
from desk.execution.reach import Reach

_REFUSED = frozenset({OrderStatus.NOT_SENT, OrderStatus.REJECTED})
_STOP_ATTEMPTS = 3
_MOST_ROUNDS = 8

Leave = Callable[[TradeId, str], None]
Settled = Callable[[TradeId], None]


class ProtectionKeeper:
    """Bring a trade's resting stop and target in line with its plan and size, whenever either changes.

    A trade that cannot have its stop, and one whose target cannot rest, is told to the callback for it.
    A target that was refused is not asked for again until plan or size change.
    """

    def __init__(
        self,
        reach: Reach,
        spawner: Spawner,
        naked: NakedClock,
        *,
        on_settled: Settled,
        on_unprotectable: Leave,
        on_target_refused: Leave,
    ) -> None:
        self._reach = reach
        self._spawner = spawner
        self._naked = naked
        self._on_settled = on_settled
        self._on_unprotectable = on_unprotectable
        self._on_target_refused = on_target_refused
        self._aligning: set[TradeId] = set()
        self._again: set[TradeId] = set()
        self._placing: dict[TradeId, Leg] = {}
        self._suspended: set[TradeId] = set()
        self._refused: dict[TradeId, tuple[Decimal, Decimal]] = {}
        self._awaited: dict[TradeId, list[asyncio.Future[str | None]]] = {}

    def on_order(self, order: OrderState) -> None:
        """Follow an order of a trade; what an alignment sent in vain is its own to answer."""
        leg = order.request.leg
        if order.status in _REFUSED and self._placing.get(order.trade_id) is leg:
            return
        if leg.is_protective or order.is_over:
            self.request(order.trade_id)

    def on_fill(self, booked: FillBooked) -> None:
        """Follow what a trade holds."""
        if booked.trade_id is not None:
            self.request(booked.trade_id)

    async def settle(self, trade_id: TradeId) -> str | None:
        """Align a trade and wait; return why its stop or target cannot be what it should be."""
        settled: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._awaited.setdefault(trade_id, []).append(settled)
        self.request(trade_id)
        return await settled

    def request(self, trade_id: TradeId) -> None:
        """Align a trade in the background; while one alignment runs, one more is remembered."""
        self._naked.note(trade_id)
        if trade_id in self._aligning:
            self._again.add(trade_id)
            return
        self._aligning.add(trade_id)
        self._spawner.spawn(f"protect {trade_id}", self._run(trade_id))

    def suspend(self, trade_id: TradeId) -> None:
        """Place nothing for a trade that is being closed."""
        self._suspended.add(trade_id)

    def resume(self, trade_id: TradeId) -> None:
        """Protect a trade again whose close did not finish."""
        self._suspended.discard(trade_id)
        self.request(trade_id)

    def size(self) -> int:
        """Count all that is kept per trade: zero once none is aligned or closed, or lacks its target."""
        kept = (self._aligning, self._again, self._placing, self._suspended, self._refused, self._awaited)
        return sum(len(one) for one in kept)

    async def _run(self, trade_id: TradeId) -> None:
        problem: str | None = "interrupted"
        try:
            problem = await self._align(trade_id)
            while trade_id in self._again:
                self._again.discard(trade_id)
                problem = await self._align(trade_id)
        except StoreFailed as failure:
            problem = f"the journal cannot be written: {failure}"
        finally:
            self._aligning.discard(trade_id)
            self._again.discard(trade_id)
            for settled in self._awaited.pop(trade_id, ()):
                if not settled.done():
                    settled.set_result(problem)
        self._naked.note(trade_id)
        if problem is not None and self._needs_stop(trade_id):
            self._on_unprotectable(trade_id, problem)
        self._on_settled(trade_id)

    def _needs_stop(self, trade_id: TradeId) -> bool:
        position = self._reach.ledger.position(trade_id)
        return (
            position is not None
            and position.is_open
            and not position.is_protected
            and trade_id not in self._suspended
        )

    async def _align(self, trade_id: TradeId) -> str | None:
        for _ in range(_MOST_ROUNDS):
            position = self._reach.ledger.position(trade_id)
            if position is None or trade_id in self._suspended:
                return None
            if not position.is_open:
                await self._clear(position)
                return None
            done, problem = await self._align_once(position)
            if done or problem is not None:
                return problem
        return f"stop and target did not settle in {_MOST_ROUNDS} rounds"

    async def _clear(self, position: Position) -> None:
        """Remove protective orders that protect nothing any more, unless an entry may still fill."""
        orders = self._reach.ledger.orders_of(position.trade_id)
        if any(not order.request.leg.is_protective for order in orders):
            return
        self._suspended.discard(position.trade_id)
        self._refused.pop(position.trade_id, None)
        for order in orders:
            await self._reach.cancel_and_wait(order, "nothing is left to protect")

    async def _align_once(self, position: Position) -> tuple[bool, str | None]:
        instrument = self._reach.view.instrument(position.symbol)
        if instrument is None:
            return False, f"the venue does not trade {position.symbol} any more"
        size_base = instrument.floor_size(position.size_base)
        quote = self._reach.view.quote(position.symbol)
        price = quote.last if quote else position.entry_price
        if instrument.is_dust(size_base, price):
            return True, None
        stop, target = position.planned_stop_price, position.planned_take_profit_price
        if stop is not None and not self._is_right(Leg.STOP, stop, size_base, position):
            return False, await self._align_leg(Leg.STOP, stop, size_base, position)
        if target is not None and not self._is_right(Leg.TARGET, target, size_base, position):
            await self._align_target(target, size_base, position)
            return False, None
        now = self._reach.ledger.position(position.trade_id)
        return now is not None and now.size_base == position.size_base, None

    async def _align_target(self, target: Decimal, size_base: Decimal, position: Position) -> None:
        """Take one step towards the target; a refused one costs the trade its target, never its stop."""
        problem = await self._align_leg(Leg.TARGET, target, size_base, position)
        if problem is not None:
            self._refused[position.trade_id] = (target, size_base)
            self._on_target_refused(position.trade_id, problem)

    def _resting(self, leg: Leg, position: Position) -> list[OrderState]:
        return [one for one in self._reach.ledger.orders_of(position.trade_id) if one.request.leg is leg]

    def _is_right(self, leg: Leg, price: Decimal, size_base: Decimal, position: Position) -> bool:
        if leg is Leg.TARGET and self._refused.get(position.trade_id) == (price, size_base):
            return True
        resting = self._resting(leg, position)
        return len(resting) == 1 and (
            resting[0].status.is_working
            and resting[0].stop_price == price
            and resting[0].remaining_base == size_base
        )

    async def _align_leg(
        self, leg: Leg, price: Decimal, size_base: Decimal, position: Position
    ) -> str | None:
        """Take one step towards the leg as it should be; return why there is none."""
        resting = self._resting(leg, position)
        for surplus in resting[1:]:
            await self._reach.cancel_and_wait(surplus, f"one {leg} order is enough")
        if not resting:
            return await self._place(leg, price, size_base, position)
        order = resting[0]
        if not order.status.is_working:
            await self._reach.signals.wait(order.client_order_id, self._reach.settings.timeout_ms)
            return None
        if self._reach.capabilities.amends_in_place:
            return await self._amend(order, price, size_base, position)
        return await self._replace(order, price, size_base, position)

    async def _place(self, leg: Leg, price: Decimal, size_base: Decimal, position: Position) -> str | None:
        outcome = OrderOutcome(OutcomeKind.NOT_SENT, reason="not tried")
        for _ in range(_STOP_ATTEMPTS):
            outcome = await self._send(leg, price, size_base, position)
            if outcome.kind in {OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN}:
                return None
            fresh = self._reach.ledger.position(position.trade_id)
            if fresh is None or fresh.size_base != position.size_base:
                return None
        return f"{leg} at {price} refused: {outcome.reason}"

    async def _send(self, leg: Leg, price: Decimal, size_base: Decimal, position: Position) -> OrderOutcome:
        both = position.planned_stop_price is not None and position.planned_take_profit_price is not None
        draft = OrderRequest(
            client_order_id="",
            execution_directive_id=_owner(position),
            leg=leg,
            attempt=0,
            symbol=position.symbol,
            side=position.side.exit_side,
            order_type=OrderType.STOP if leg is Leg.STOP else OrderType.TAKE_PROFIT,
            size_base=size_base,
            stop_price=price,
            reduce_only=not _instrument(self._reach, position).is_spot,
            oco_group=position.trade_id if both and self._reach.capabilities.cancels_other else None,
        )
        self._placing[position.trade_id] = leg
        try:
            return await self._reach.sender.place(
                draft, position.trade_id, _flow(position), position.strategy_id
            )
        finally:
            del self._placing[position.trade_id]

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
        outcome = await self._reach.sender.amend(order, request)
        if outcome.kind is OutcomeKind.NOT_ACCEPTED and _is_resting(self._reach, order):
            return f"{order.request.leg} at {price} refused: {outcome.reason}"
        return None

    async def _replace(
        self, order: OrderState, price: Decimal, size_base: Decimal, position: Position
    ) -> str | None:
        """Make before break where both can rest; on spot the old one locks the coins and goes first."""
        if _instrument(self._reach, position).is_spot:
            await self._reach.cancel_and_wait(order, "replaced")
            return await self._place(order.request.leg, price, size_base, position)
        outcome = await self._send(order.request.leg, price, size_base, position)
        if outcome.kind is OutcomeKind.ACCEPTED:
            await self._reach.cancel_and_wait(order, "replaced")
            return None
        return f"{order.request.leg} at {price} refused: {outcome.reason}"


def _owner(position: Position) -> ExecutionDirectiveId:
    if position.exit_directed_by is None:
        message = f"{position.trade_id} has a planned exit that no execution directive set"
        raise ValueError(message)
    return position.exit_directed_by


def _flow(position: Position) -> DirectiveId:
    if position.directive_id is None:
        message = f"{position.trade_id} is EXTERNAL and has no flow to protect it in"
        raise ValueError(message)
    return position.directive_id


def _instrument(reach: Reach, position: Position) -> Instrument:
    instrument = reach.view.instrument(position.symbol)
    if instrument is None:
        message = f"no filters for {position.symbol}"
        raise ValueError(message)
    return instrument


def _is_resting(reach: Reach, order: OrderState) -> bool:
    now = reach.ledger.order(order.client_order_id)
    return now is not None and now.status.is_working
