"""Change a trade: move its stop and target, or bring it to an absolute target size."""

from collections.abc import Callable
from decimal import Decimal

from desk.contracts.market import ZERO, Instrument
from desk.contracts.orders import Leg, OrderRequest, OrderType, OutcomeKind
from desk.contracts.plans import EntryPlan, ExitPlan, TimeInForce
from desk.contracts.positions import Position
from desk.contracts.records import ExitTargeted
from desk.execution import entries
from desk.execution.flow_registry import FlowRegistry
from desk.execution.lanes import Job
from desk.execution.new_trade import entry_request
from desk.execution.protection import ProtectionKeeper
from desk.execution.reach import Reach


class ModifyExecutor:
    """Carry out the MODIFY_EXISTING scope."""

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
        """Move the exit first, then the size: what tightens comes before what adds."""
        position = self._reach.ledger.position(job.target.trade_id)
        instrument = self._reach.view.instrument(job.target.symbol)
        if position is None or instrument is None or not position.is_open:
            self._refuse(job, "validation", f"{job.target.trade_id} is not open")
            return
        if job.target.exit is not None:
            problem = await self._move_exit(job, job.target.exit, position)
            if problem is not None:
                self._refuse(job, "venue", problem)
                return
        if job.target.size is not None:
            await self._resize(job, job.target.size.position_size_base, instrument)

    async def _move_exit(self, job: Job, plan: ExitPlan, position: Position) -> str | None:
        stop = _changed(plan.stop_loss_price, position.planned_stop_price)
        target = _changed(plan.take_profit_price, position.planned_take_profit_price)
        if stop is None and target is None:
            self._effect(job, "stop and target are there already")
            return None
        self._target(job, stop, target)
        problem = await self._keeper.settle(position.trade_id)
        now = self._reach.ledger.position(position.trade_id)
        if problem is None or now is None:
            self._effect(job, _words(position, stop, target))
            return None
        self._target(job, position.stop_price, position.take_profit_price)
        self._keeper.request(position.trade_id)
        return problem

    def _target(self, job: Job, stop: Decimal | None, target: Decimal | None) -> None:
        record = ExitTargeted(job.target.trade_id, stop, target, job.directive.execution_directive_id)
        self._reach.recorder.record(entries.exit_targeted(job.directive, record, self._reach.clock.now_ms()))

    async def _resize(self, job: Job, target_base: Decimal, instrument: Instrument) -> None:
        for order in self._reach.ledger.orders_of(job.target.trade_id):
            if not order.request.leg.is_protective:
                await self._reach.cancel_and_wait(order, "an absolute target size replaces it")
        position = self._reach.ledger.position(job.target.trade_id)
        if position is None or not position.is_open:
            self._refuse(job, "validation", "the trade was closed meanwhile")
            return
        delta_base = target_base - position.size_base
        size_base = instrument.floor_size(abs(delta_base))
        if size_base == ZERO:
            self._effect(job, f"size is {position.size_base} already")
            return
        draft = self._draft(job, position, delta_base, size_base, instrument)
        outcome = await self._reach.sender.place(
            draft, position.trade_id, job.directive.directive_id, job.directive.strategy_id
        )
        if outcome.kind in {OutcomeKind.NOT_SENT, OutcomeKind.NOT_ACCEPTED}:
            self._refuse(job, outcome.code or "venue", outcome.reason)

    def _draft(
        self, job: Job, position: Position, delta_base: Decimal, size_base: Decimal, instrument: Instrument
    ) -> OrderRequest:
        entry: EntryPlan | None = job.target.entry
        if delta_base > 0 and entry is not None:
            return entry_request(job, size_base, entry)
        reduces = delta_base < 0
        return OrderRequest(
            client_order_id="",
            execution_directive_id=job.directive.execution_directive_id,
            leg=Leg.REDUCE if reduces else Leg.ENTRY,
            attempt=0,
            symbol=position.symbol,
            side=position.side.exit_side if reduces else position.side.entry_side,
            order_type=OrderType.MARKET,
            size_base=size_base,
            time_in_force=TimeInForce.IOC,
            reduce_only=reduces and not instrument.is_spot,
        )

    def _effect(self, job: Job, text: str) -> None:
        flow = self._flows.get(job.directive.flow_id)
        if flow is not None:
            flow.effects.append(text)


def _changed(wanted: Decimal | None, present: Decimal | None) -> Decimal | None:
    return wanted if wanted != present else None


def _words(position: Position, stop: Decimal | None, target: Decimal | None) -> str:
    moves = []
    if stop is not None:
        moves.append(f"stop {position.stop_price} → {stop}")
    if target is not None:
        moves.append(f"target {position.take_profit_price} → {target}")
    return f"{position.symbol}: " + ", ".join(moves)
