"""The stop a trade must have resting at the venue, sized to what is really held."""

import asyncio
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

from desk.contracts.directives import Protection
from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO
from desk.contracts.orders import Leg, OrderStatus
from desk.contracts.orderstate import OrderState
from desk.contracts.ports.time import Spawner
from desk.contracts.positions import Position
from desk.contracts.problems import StoreFailed
from desk.contracts.records import FillBooked
from desk.execution.coverage import is_covered, is_too_small
from desk.execution.naked_clock import NakedClock
from desk.execution.protective_orders import ProtectiveOrders
from desk.execution.reach import Reach

_REFUSED = frozenset({OrderStatus.NOT_SENT, OrderStatus.REJECTED})
_MOST_ROUNDS = 8
_FIRST_PAUSE_MS = 1000
_LONGEST_PAUSE_MS = 15_000
BEING_CLOSED = "the trade is being closed"

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
        orders: ProtectiveOrders,
        spawner: Spawner,
        naked: NakedClock,
        *,
        on_settled: Settled,
        on_unprotectable: Leave,
        on_target_refused: Leave,
    ) -> None:
        self._reach = reach
        self._orders = orders
        self._spawner = spawner
        self._naked = naked
        self._on_settled = on_settled
        self._on_unprotectable = on_unprotectable
        self._on_target_refused = on_target_refused
        self._aligning: set[TradeId] = set()
        self._again: set[TradeId] = set()
        self._suspended: Counter[TradeId] = Counter()
        self._given_up_base: dict[TradeId, Decimal] = {}
        self._refused: dict[TradeId, tuple[Decimal, Decimal]] = {}
        self._in_vain: Counter[TradeId] = Counter()
        self._awaited: dict[TradeId, list[asyncio.Future[str | None]]] = {}

    def on_order(self, order: OrderState) -> None:
        """Follow an order of a trade; what an alignment sent in vain is its own to answer."""
        leg = order.request.leg
        if order.status in _REFUSED and self._orders.placing.get(order.trade_id) is leg:
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
        """Place nothing for a trade that is being closed, until as many `resume` as `suspend` came."""
        self._suspended[trade_id] += 1

    def resume(self, trade_id: TradeId) -> None:
        """Protect a trade again whose close did not finish."""
        self._suspended[trade_id] -= 1
        if not self._suspended[trade_id]:
            del self._suspended[trade_id]
            self.request(trade_id)

    def is_suspended(self, trade_id: TradeId) -> bool:
        """Tell whether the trade is being closed."""
        return trade_id in self._suspended

    @property
    def is_aligning(self) -> bool:
        """Whether a trade's stop or target is being brought in line."""
        return bool(self._aligning)

    async def give_up(self, trade_id: TradeId, size_base: Decimal) -> str | None:
        """Leave `size_base` of a trade uncovered, so that a spot venue lets go of the coins to be sold."""
        self._given_up_base[trade_id] = size_base
        return await self.settle(trade_id)

    def cover_all(self, trade_id: TradeId) -> None:
        """Cover again what was given up and is still held."""
        if self._given_up_base.pop(trade_id, None) is not None:
            self.request(trade_id)

    def size(self) -> int:
        """Count all that is kept per trade: zero once none is aligned or closed, or lacks its target."""
        kept = (
            self._aligning, self._again, self._orders.placing, self._suspended, self._given_up_base,
            self._refused, self._in_vain, self._awaited,
        )  # fmt: skip
        return sum(len(one) for one in kept)

    async def _run(self, trade_id: TradeId) -> None:
        problem: str | None = "interrupted"
        try:
            await self._pause(trade_id)
            problem = await self._align(trade_id)
            while trade_id in self._again:
                self._again.discard(trade_id)
                problem = await self._align(trade_id)
        except StoreFailed as failure:
            problem = f"the journal cannot be written: {failure}"
        except Exception as fault:  # noqa: BLE001 - a task boundary: whoever waits hears it, a naked trade alarms
            problem = f"{type(fault).__name__}: {fault}"
        finally:
            self._aligning.discard(trade_id)
            self._again.discard(trade_id)
            for settled in self._awaited.pop(trade_id, ()):
                if not settled.done():
                    settled.set_result(problem)
        self._naked.note(trade_id)
        if problem is not None and self._needs_stop(trade_id):
            self._in_vain[trade_id] += 1
            self._on_unprotectable(trade_id, problem)
        elif not self.is_suspended(trade_id):
            self._in_vain.pop(trade_id, None)
        self._on_settled(trade_id)

    async def _pause(self, trade_id: TradeId) -> None:
        """Wait before one more try at a trade that could neither be protected nor closed."""
        if self._in_vain[trade_id]:
            pause_ms = _FIRST_PAUSE_MS << min(self._in_vain[trade_id] - 1, 8)
            await self._reach.clock.sleep_ms(min(pause_ms, _LONGEST_PAUSE_MS))

    def _needs_stop(self, trade_id: TradeId) -> bool:
        position = self._reach.ledger.position(trade_id)
        is_naked = position is not None and not is_covered(position, self._reach.view)
        return is_naked and not self.is_suspended(trade_id)

    async def _align(self, trade_id: TradeId) -> str | None:
        for _ in range(_MOST_ROUNDS):
            position = self._reach.ledger.position(trade_id)
            if self.is_suspended(trade_id):
                return BEING_CLOSED
            if position is None:
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
        self._refused.pop(position.trade_id, None)
        attempt = 0
        while orders := self._orphans(position.trade_id):
            for order in orders:
                await self._reach.cancel_and_wait(order, "nothing is left to protect")
            attempt += 1
            if self._orphans(position.trade_id):
                await self._reach.clock.sleep_ms(self._reach.settings.retry.delay_ms(min(attempt, 10)))

    def _orphans(self, trade_id: TradeId) -> list[OrderState]:
        position = self._reach.ledger.position(trade_id)
        orders = list(self._reach.ledger.orders_of(trade_id))
        may_hold = position is not None and position.is_open
        if may_hold or self.is_suspended(trade_id):
            return []
        return [] if any(not one.request.leg.is_protective for one in orders) else orders

    async def _align_once(self, position: Position) -> tuple[bool, str | None]:
        instrument = self._reach.view.instrument(position.symbol)
        if instrument is None:
            return False, f"the venue does not trade {position.symbol} any more"
        given_up_base = self._given_up_base.get(position.trade_id, ZERO)
        size_base = instrument.floor_size(position.size_base - given_up_base)
        quote = self._reach.view.quote(position.symbol)
        price = quote.last if quote else position.entry_price
        if is_too_small(instrument, size_base, price):
            return await self._withdraw_what_exceeds(position)
        stop, target = position.planned_stop_price, position.planned_take_profit_price
        if stop is None and not is_covered(position, self._reach.view):
            return False, "no stop is planned"
        if stop is not None and not self._orders.is_right(Leg.STOP, stop, size_base, position):
            return False, await self._orders.step(Leg.STOP, stop, size_base, position)
        if target is not None and not self._has_target(target, size_base, position):
            await self._align_target(target, size_base, position)
            return False, None
        return await self._withdraw_unplanned(position)

    async def _withdraw_what_exceeds(self, position: Position) -> tuple[bool, str | None]:
        """Leave dust alone, but no order that would close more: on spot it sells another's coins."""
        for leg in (Leg.STOP, Leg.TARGET):
            if self._orders.exceeds(leg, position):
                return False, await self._orders.withdraw(leg, position)
        return True, None

    async def _withdraw_unplanned(self, position: Position) -> tuple[bool, str | None]:
        """Take away what no plan wants; where nothing is, the trade is as it should be unless it changed."""
        for leg in _unplanned(position):
            if self._orders.rests(leg, position):
                return False, await self._orders.withdraw(leg, position)
        now = self._reach.ledger.position(position.trade_id)
        return now is not None and now.size_base == position.size_base, None

    def _has_target(self, target: Decimal, size_base: Decimal, position: Position) -> bool:
        if self._refused.get(position.trade_id) == (target, size_base):
            return True
        return self._orders.is_right(Leg.TARGET, target, size_base, position)

    async def _align_target(self, target: Decimal, size_base: Decimal, position: Position) -> None:
        """Take one step towards the target; a refused one costs the trade its target, never its stop."""
        problem = await self._orders.step(Leg.TARGET, target, size_base, position)
        if problem is not None:
            self._refused[position.trade_id] = (target, size_base)
            self._on_target_refused(position.trade_id, problem)


def _unplanned(position: Position) -> list[Leg]:
    """List the legs that no plan of the trade wants; the stop of a trade that needs one always is."""
    is_stopless = position.protection is Protection.NONE and position.planned_stop_price is None
    is_targetless = position.planned_take_profit_price is None
    return [Leg.STOP] * is_stopless + [Leg.TARGET] * is_targetless
