"""Leave a trade: cancel what could still open, close what is held, remove its stops last."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, TradeId
from desk.contracts.market import ZERO, Instrument
from desk.contracts.orders import Leg, OrderRequest, OrderType, OutcomeKind
from desk.contracts.orderstate import OrderState
from desk.contracts.plans import TimeInForce
from desk.contracts.positions import Position
from desk.execution.coverage import is_dust
from desk.execution.flow_registry import FlowRegistry
from desk.execution.lanes import Job
from desk.execution.protection import ProtectionKeeper
from desk.execution.reach import Reach

_MOST_IDLE_ROUNDS = 5
_UNRESOLVED_PAUSE_MS = 1000


class TradeCloser:
    """Carry out the CLOSE_EXISTING scope on one trade; the emergency exit uses the same steps."""

    def __init__(
        self,
        reach: Reach,
        flows: FlowRegistry,
        keeper: ProtectionKeeper,
        refuse: Callable[[Job, str, str], None],
    ) -> None:
        self._reach = reach
        self._flows = flows
        self._keeper = keeper
        self._refuse = refuse

    async def run(self, job: Job) -> None:
        """Close the job's trade and note what became of it; an order whose fate is open keeps it going."""
        trade_id, of = job.target.trade_id, job.directive
        problem = await self.close(trade_id, of.directive_id, of.execution_directive_id)
        while self._openers(trade_id) or self._closes(trade_id):
            await self._reach.clock.sleep_ms(_UNRESOLVED_PAUSE_MS)
            problem = await self.close(trade_id, of.directive_id, of.execution_directive_id)
        flow = self._flows.get(of.flow_id)
        position = self._reach.ledger.position(trade_id)
        if problem is not None:
            self._refuse(job, "venue", problem)
        elif flow is not None and position is not None and not flow.effects:
            flow.effects.append(_words(position))

    async def close(
        self,
        trade_id: TradeId,
        flow_id: DirectiveId,
        execution_id: ExecutionDirectiveId,
        *,
        leaves_all: bool = False,
    ) -> str | None:
        """Close one trade at the market; return why something is left, None where nothing is.

        Goes on as long as the trade shrinks, and after five rounds in vain gives up. With `leaves_all` every
        trade of the symbol is being left, so that none need be kept from another's stop.
        """
        self._reach.parents.stop_trade(trade_id, "close", "the trade is being closed", execution_id)
        self._keeper.suspend(trade_id)
        try:
            problem = await self._rounds(_Leaving(trade_id, flow_id, execution_id, leaves_all=leaves_all))
        except Exception:
            self._keeper.resume(trade_id)
            raise
        self._keeper.resume(trade_id)  # no `finally`: a desk that stops begins nothing
        return problem

    async def _rounds(self, leaving: "_Leaving") -> str | None:
        idle, trade_id = 0, leaving.trade_id
        while True:
            position = self._reach.ledger.position(trade_id)
            instrument = None if position is None else self._reach.view.instrument(position.symbol)
            if position is None or instrument is None:
                what = f"{trade_id} is not known" if position is None else f"{position.symbol} is not traded"
                return f"{what}, so it cannot be closed"
            problem = await self._round(position, instrument, leaving)
            if problem is None:
                return None
            idle = 0 if self._held(trade_id) < position.size_base else idle + 1
            if idle >= _MOST_IDLE_ROUNDS:
                return problem
            if idle:
                await self._reach.clock.sleep_ms(self._reach.settings.retry.delay_ms(idle))

    async def _round(self, position: Position, instrument: Instrument, leaving: "_Leaving") -> str | None:
        """Cancel what opens while closing what is held; where nothing is left, cancel what protects."""
        trade_id = position.trade_id
        unresolved, problem = await asyncio.gather(
            self._cancel(self._openers(trade_id)), self._sell(instrument, leaving)
        )
        problem = problem or unresolved
        if problem is None and self._is_left(trade_id):
            problem = f"{self._held(trade_id)} {position.symbol} came in late"
        return problem or await self._cancel(self._protection(trade_id))

    async def _sell(self, instrument: Instrument, leaving: "_Leaving") -> str | None:
        """Reduce as long as the trade shrinks; return why something is left."""
        while True:
            before = self._held(leaving.trade_id)
            problem = await self._reduce(instrument, leaving)
            if problem is None or not self._held(leaving.trade_id) < before:
                return problem

    async def _reduce(self, instrument: Instrument, leaving: "_Leaving") -> str | None:
        """Send one closing order, unless one is under way, and see it to its end.

        What sells too goes first where it locks the coins, and where another trade shares the net position:
        were both to fill, the close would eat into the other trade.
        """
        trade_id = leaving.trade_id
        spares = not leaving.leaves_all and self._reach.shares_symbol(trade_id, instrument.symbol)
        if instrument.is_spot or spares:
            locked = await self._cancel(self._sellers(trade_id))
            if locked is not None:
                return locked
        position = self._reach.ledger.position(trade_id)
        if position is None or not self._is_left(trade_id):
            return None
        reason = "the venue did not fill the close"
        if not self._closes(trade_id):
            draft = _draft(position, leaving.execution_id, instrument)
            outcome = await self._reach.sender.place(draft, trade_id, leaving.flow_id, position.strategy_id)
            if outcome.kind not in {OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN}:
                reason = outcome.reason
        for order in self._closes(trade_id):
            await self._see_through(order)
        if not self._is_left(trade_id):
            return None
        return f"{self._held(trade_id)} {position.symbol} is left: {reason}"

    async def _see_through(self, order: OrderState) -> None:
        timeout_ms = self._reach.settings.timeout_ms
        ended = await self._reach.until_told_over(order.client_order_id, timeout_ms)
        if ended is not None and ended.status.is_working:
            await self._reach.cancel_and_wait(ended, "a close that does not fill is sent anew")
        elif ended is not None and not ended.is_over:
            await self._reach.standing.look(ended)

    async def _cancel(self, orders: list[OrderState]) -> str | None:
        """Cancel `orders` side by side; name the first that is not over."""
        ended = await asyncio.gather(
            *(self._reach.cancel_and_wait(one, "the trade is being closed") for one in orders)
        )
        left = next((one for one, over in zip(orders, ended, strict=True) if not over), None)
        return None if left is None else f"{left.request.leg} order {left.client_order_id} is not over"

    def _openers(self, trade_id: TradeId) -> list[OrderState]:
        """List what is neither protection nor a close: entries, and reductions that the close replaces."""
        apart = {Leg.STOP, Leg.TARGET, Leg.CLOSE}
        return [one for one in self._reach.ledger.orders_of(trade_id) if one.request.leg not in apart]

    def _protection(self, trade_id: TradeId) -> list[OrderState]:
        return [one for one in self._reach.ledger.orders_of(trade_id) if one.request.leg.is_protective]

    def _sellers(self, trade_id: TradeId) -> list[OrderState]:
        """List what reduces the trade beside a close: stop, target, and a reduction under way."""
        apart = {Leg.ENTRY, Leg.CLOSE}
        return [one for one in self._reach.ledger.orders_of(trade_id) if one.request.leg not in apart]

    def _closes(self, trade_id: TradeId) -> list[OrderState]:
        return [one for one in self._reach.ledger.orders_of(trade_id) if one.request.leg is Leg.CLOSE]

    def _held(self, trade_id: TradeId) -> Decimal:
        position = self._reach.ledger.position(trade_id)
        return ZERO if position is None else position.size_base

    def _is_left(self, trade_id: TradeId) -> bool:
        position = self._reach.ledger.position(trade_id)
        return position is not None and not is_dust(position, self._reach.view)


@dataclass(frozen=True, slots=True)
class _Leaving:
    """Say which trade is left, and in whose name."""

    trade_id: TradeId
    flow_id: DirectiveId
    execution_id: ExecutionDirectiveId
    leaves_all: bool


def _draft(position: Position, execution_id: ExecutionDirectiveId, instrument: Instrument) -> OrderRequest:
    size_base = position.size_base
    if instrument.max_size_base is not None:
        size_base = min(size_base, instrument.max_size_base)
    return OrderRequest(
        client_order_id="",
        execution_directive_id=execution_id,
        leg=Leg.CLOSE,
        attempt=0,
        symbol=position.symbol,
        side=position.side.exit_side,
        order_type=OrderType.MARKET,
        size_base=instrument.floor_size(size_base),
        time_in_force=TimeInForce.IOC,
        reduce_only=not instrument.is_spot,
    )


def _words(position: Position) -> str:
    if position.is_open:
        return f"{position.symbol} closed, {position.size_base} left as dust"
    if position.max_size_base == ZERO:
        return f"{position.symbol}: the entry is cancelled, nothing was held"
    profit = position.realized_quote - position.fees_quote
    return f"{position.symbol} is flat: {profit:+.2f} after fees"
