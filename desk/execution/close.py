"""Leave a trade: cancel what could still open, close what is held, remove its stops last."""

from collections.abc import Callable
from decimal import Decimal

from desk.contracts.ids import DirectiveId, ExecutionDirectiveId, TradeId
from desk.contracts.market import Instrument
from desk.contracts.orders import Leg, OrderRequest, OrderType, OutcomeKind
from desk.contracts.orderstate import OrderState
from desk.contracts.plans import TimeInForce
from desk.contracts.positions import Position
from desk.execution.flow_registry import FlowRegistry
from desk.execution.lanes import Job
from desk.execution.protection import ProtectionKeeper
from desk.execution.reach import Reach

_MOST_ATTEMPTS = 5


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
        """Close the job's trade and note what became of it on its flow."""
        trade_id = job.target.trade_id
        flow = self._flows.get(job.directive.flow_id)
        problem = await self.close(trade_id, job.directive.directive_id, job.directive.execution_directive_id)
        position = self._reach.ledger.position(trade_id)
        if problem is not None:
            self._refuse(job, "venue", problem)
        elif flow is not None and position is not None and not flow.effects:
            flow.effects.append(_words(position))

    async def close(
        self, trade_id: TradeId, flow_id: DirectiveId, execution_id: ExecutionDirectiveId
    ) -> str | None:
        """Close one trade at the market; return why something is left, None where nothing is."""
        self._keeper.suspend(trade_id)
        problem = await self._steps(trade_id, flow_id, execution_id)
        self._keeper.resume(trade_id)
        return problem

    async def _steps(
        self, trade_id: TradeId, flow_id: DirectiveId, execution_id: ExecutionDirectiveId
    ) -> str | None:
        position = self._reach.ledger.position(trade_id)
        if position is None:
            return f"{trade_id} is not known"
        instrument = self._reach.view.instrument(position.symbol)
        if instrument is None:
            return f"the venue does not trade {position.symbol}"
        problem = await self._cancel(trade_id, protective=False)
        if problem is None and instrument.is_spot:
            problem = await self._cancel(trade_id, protective=True)
        if problem is None:
            problem = await self._reduce(trade_id, flow_id, execution_id, instrument)
        if problem is None:
            problem = await self._cancel(trade_id, protective=True)
        return problem

    async def _cancel(self, trade_id: TradeId, *, protective: bool) -> str | None:
        for order in self._reach.ledger.orders_of(trade_id):
            if order.request.leg.is_protective is not protective:
                continue
            if not await self._reach.cancel_and_wait(order, "the trade is being closed"):
                return f"order {order.client_order_id} could not be cancelled"
        return None

    async def _reduce(
        self,
        trade_id: TradeId,
        flow_id: DirectiveId,
        execution_id: ExecutionDirectiveId,
        instrument: Instrument,
    ) -> str | None:
        reason = "nothing was tried"
        for attempt in range(1, _MOST_ATTEMPTS + 1):
            position = self._reach.ledger.position(trade_id)
            if position is None or not position.is_open or self._is_dust(position, instrument):
                return None
            if self._closes(trade_id):
                reason = await self._until_ended(trade_id)
                continue
            draft = _draft(position, execution_id, instrument)
            outcome = await self._reach.sender.place(draft, trade_id, flow_id, position.strategy_id)
            if outcome.kind in {OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN}:
                reason = await self._until_ended(trade_id)
            else:
                reason = outcome.reason
                await self._reach.clock.sleep_ms(self._reach.settings.retry.delay_ms(attempt))
        position = self._reach.ledger.position(trade_id)
        if position is None or not position.is_open or self._is_dust(position, instrument):
            return None
        return f"{position.size_base} {position.symbol} is left after {_MOST_ATTEMPTS} attempts: {reason}"

    async def _until_ended(self, trade_id: TradeId) -> str:
        for order in self._closes(trade_id):
            timeout_ms = self._reach.settings.timeout_ms
            ended = await self._reach.until_over(order.client_order_id, timeout_ms)
            if ended is not None and ended.status.is_working:
                await self._reach.cancel_and_wait(ended, "a close that does not fill is sent anew")
        return "the venue did not fill the close"

    def _closes(self, trade_id: TradeId) -> list[OrderState]:
        return [one for one in self._reach.ledger.orders_of(trade_id) if one.request.leg is Leg.CLOSE]

    def _is_dust(self, position: Position, instrument: Instrument) -> bool:
        quote = self._reach.view.quote(position.symbol)
        price: Decimal = quote.last if quote is not None else position.entry_price
        return instrument.is_dust(instrument.floor_size(position.size_base), price)


def _draft(position: Position, execution_id: ExecutionDirectiveId, instrument: Instrument) -> OrderRequest:
    return OrderRequest(
        client_order_id="",
        execution_directive_id=execution_id,
        leg=Leg.CLOSE,
        attempt=0,
        symbol=position.symbol,
        side=position.side.exit_side,
        order_type=OrderType.MARKET,
        size_base=instrument.floor_size(position.size_base),
        time_in_force=TimeInForce.IOC,
        reduce_only=not instrument.is_spot,
    )


def _words(position: Position) -> str:
    if position.is_open:
        return f"{position.symbol} closed, {position.size_base} left as dust"
    profit = position.realized_quote - position.fees_quote
    return f"{position.symbol} is flat: {profit:+.2f} after fees"
