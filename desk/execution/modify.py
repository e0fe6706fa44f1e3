"""Change a trade: move its stop and target, or bring it to an absolute target size."""

from collections.abc import Callable
from decimal import Decimal

from desk.contracts.ids import TradeId
from desk.contracts.market import ZERO, Instrument
from desk.contracts.orders import Leg, OrderOutcome, OrderRequest, OrderType, OutcomeKind
from desk.contracts.orderstate import OrderState
from desk.contracts.plans import ExitPlan, TimeInForce
from desk.contracts.positions import Position
from desk.contracts.records import ExitTargeted
from desk.execution import entries
from desk.execution.close import TradeCloser
from desk.execution.entrance import Entrance, entry_request
from desk.execution.flow_registry import FlowRegistry
from desk.execution.lanes import Job
from desk.execution.protection import BEING_CLOSED, ProtectionKeeper
from desk.execution.reach import Reach

_MOST_REDUCTIONS_IN_VAIN = 3


class ModifyExecutor:
    """Carry out the MODIFY_EXISTING scope."""

    def __init__(
        self,
        reach: Reach,
        flows: FlowRegistry,
        keeper: ProtectionKeeper,
        closer: TradeCloser,
        entrance: Entrance,
        *,
        overtaken: Callable[[Job], str | None],
        refuse: Callable[[Job, str, str], None],
    ) -> None:
        self._reach = reach
        self._flows = flows
        self._keeper = keeper
        self._closer = closer
        self._entrance = entrance
        self._overtaken = overtaken
        self._refuse = refuse

    async def run(self, job: Job) -> None:
        """Move the exit first, then the size: what tightens comes before what adds."""
        target = job.target
        instrument = self._reach.view.instrument(target.symbol)
        if instrument is None or not self._lives(target.trade_id):
            self._refuse(job, "validation", f"{target.trade_id} is not open")
            return
        if target.exit is None and target.size is None:
            self._refuse(
                job, "validation", "an entry plan alone changes nothing: a target size belongs to it"
            )
            return
        if target.exit is not None:
            await self._move_exit(job, target.exit)
        if target.size is not None:
            await self._resize(job, target.size.position_size_base, instrument)

    def _lives(self, trade_id: TradeId) -> bool:
        """Tell whether a trade holds something, or an entry of it may still fill."""
        position = self._reach.ledger.position(trade_id)
        may_fill = bool(self._working(trade_id) or self._reach.parents.of_trade(trade_id))
        return position is not None and (position.is_open or may_fill)

    def _working(self, trade_id: TradeId) -> list[OrderState]:
        live = self._reach.ledger.orders_of(trade_id)
        return [one for one in live if not one.request.leg.is_protective]

    async def _move_exit(self, job: Job, plan: ExitPlan) -> None:
        """Plan stop and target elsewhere and wait for the venue; what it refuses stays where it rests."""
        before = self._reach.ledger.position(job.target.trade_id)
        if before is None:
            return
        stop = _changed(plan.stop_loss_price, before, before.planned_stop_price, before.stop_price)
        target = _changed(
            plan.take_profit_price, before, before.planned_take_profit_price, before.take_profit_price
        )
        if stop is None and target is None:
            self._effect(job, "stop and target are there already")
            return
        self._plan(job, ExitTargeted(before.trade_id, stop, target, job.directive.execution_directive_id))
        problem = await self._keeper.settle(before.trade_id)
        now = self._reach.ledger.position(before.trade_id) or before
        moved = _moves(before, now, stop, target)
        if moved:
            self._effect(job, f"{now.symbol}: {', '.join(moved)}")
        left = problem or _left_behind(now, stop, target)
        if left is not None and not self._lives(now.trade_id):
            self._refuse(job, "venue", "the trade was closed meanwhile")
        elif left is not None:
            self._take_back(job, before, now)
            self._refuse(job, "venue", left)

    def _take_back(self, job: Job, before: Position, now: Position) -> None:
        """Plan again what the venue holds, and where it holds nothing, what was planned before."""
        owner = before.exit_directed_by
        stop, target = before.planned_stop_price, before.planned_take_profit_price
        if now.is_open:
            stop = now.stop_price or before.stop_price or stop
            target = now.take_profit_price or target
        if now.stop_price != before.stop_price:
            owner = job.directive.execution_directive_id
        self._plan(job, ExitTargeted(now.trade_id, stop, target, owner, is_reset=True))
        self._keeper.request(now.trade_id)

    def _plan(self, job: Job, record: ExitTargeted) -> None:
        entry = entries.exit_targeted(job.directive, record, self._reach.clock.now_ms())
        self._reach.recorder.record(entry)

    async def _resize(self, job: Job, target_base: Decimal, instrument: Instrument) -> None:
        trade_id, replaced = job.target.trade_id, "an absolute target size replaces it"
        if self._keeper.is_suspended(trade_id):
            self._refuse(job, "validation", BEING_CLOSED)
            return
        self._reach.parents.stop_trade(trade_id, "modify", replaced, job.directive.execution_directive_id)
        for order in self._working(trade_id):
            if order.request.leg is not Leg.CLOSE:
                await self._reach.cancel_and_wait(order, replaced)
        overtaken = self._overtaken(job)
        if overtaken is not None:
            self._refuse(job, "superseded", overtaken)
            return
        position = self._reach.ledger.position(trade_id)
        refusal = self._unsizable(trade_id, target_base, instrument)
        if refusal is not None or position is None:
            self._refuse(job, "validation", refusal or f"{trade_id} is not known")
            return
        delta_base = target_base - position.size_base
        if instrument.floor_size(abs(delta_base)) == ZERO:
            self._effect(job, f"size is {position.size_base} already")
        elif delta_base > ZERO:
            await self._add(job, instrument.floor_size(delta_base), position, instrument)
        elif instrument.floor_size(target_base) == ZERO:
            of = job.directive
            problem = await self._closer.close(trade_id, of.directive_id, of.execution_directive_id)
            self._noted(job, problem)
        else:
            self._noted(job, await self._reduce(job, target_base, instrument))

    def _unsizable(self, trade_id: TradeId, target_base: Decimal, instrument: Instrument) -> str | None:
        if self._keeper.is_suspended(trade_id):
            return BEING_CLOSED
        if self._working(trade_id):
            return "an order of the trade is not over, so its size is not known"
        most = instrument.max_size_base
        if most is not None and not target_base <= most:
            return f"{target_base} is more than one stop can cover: the venue takes orders up to {most}"
        return None

    async def _add(self, job: Job, size_base: Decimal, position: Position, instrument: Instrument) -> None:
        entry = job.target.entry
        draft = (
            _market(job, position, size_base, Leg.ENTRY, reduce_only=False)
            if entry is None
            else entry_request(job, size_base, entry)
        )
        await self._entrance.enter(job, draft, instrument)

    async def _reduce(self, job: Job, target_base: Decimal, instrument: Instrument) -> str | None:
        """Sell what is beyond the target; what it sells leaves the stop first where both could fill.

        On spot the stop locks the coins. Where another trade shares the net position, a stop that fires
        beside the reduction would eat into it.
        """
        trade_id = job.target.trade_id
        problem: str | None = None
        for _ in range(_MOST_REDUCTIONS_IN_VAIN):
            position = self._reach.ledger.position(trade_id)
            size_base = self._beyond(position, target_base, instrument)
            if position is None or size_base == ZERO or problem or self._keeper.is_suspended(trade_id):
                break
            problem = await self._reduce_once(job, position, target_base, size_base, instrument)
        self._keeper.cover_all(trade_id)
        left = self._beyond(self._reach.ledger.position(trade_id), target_base, instrument)
        return problem or (f"{left} beyond the target {target_base} did not fill" if left else None)

    async def _reduce_once(
        self, job: Job, position: Position, target_base: Decimal, size_base: Decimal, instrument: Instrument
    ) -> str | None:
        """Sell once and see it through; what is sold leaves the stop first where both could fill.

        On spot the stop locks the coins. Where another trade shares the net position, a stop that fires
        beside the reduction would eat into it.
        """
        if instrument.is_spot or self._reach.shares_symbol(position.trade_id, instrument.symbol):
            locked = await self._keeper.give_up(position.trade_id, position.size_base - target_base)
            if locked is not None:
                return locked
        if self._keeper.is_suspended(position.trade_id):
            return BEING_CLOSED
        draft = _market(job, position, size_base, Leg.REDUCE, reduce_only=not instrument.is_spot)
        outcome = await self._send(job, draft, position)
        if outcome.kind in {OutcomeKind.NOT_SENT, OutcomeKind.NOT_ACCEPTED}:
            return outcome.reason
        await self._until_over(position.trade_id)
        return None

    async def _until_over(self, trade_id: TradeId) -> None:
        """Wait as long as it takes: while an order's fate is open, what the trade holds is not known."""
        while working := self._working(trade_id):
            for order in working:
                await self._reach.until_over(order.client_order_id, self._reach.settings.timeout_ms)

    def _beyond(self, position: Position | None, target_base: Decimal, instrument: Instrument) -> Decimal:
        if position is None or not position.size_base > target_base:
            return ZERO
        return instrument.floor_size(position.size_base - target_base)

    async def _send(self, job: Job, draft: OrderRequest, position: Position) -> OrderOutcome:
        of = job.directive
        return await self._reach.sender.place(draft, position.trade_id, of.directive_id, of.strategy_id)

    def _noted(self, job: Job, problem: str | None) -> None:
        if problem is not None:
            self._refuse(job, "venue", problem)

    def _effect(self, job: Job, text: str) -> None:
        flow = self._flows.get(job.directive.flow_id)
        if flow is not None:
            flow.effects.append(text)


def _market(job: Job, position: Position, size_base: Decimal, leg: Leg, *, reduce_only: bool) -> OrderRequest:
    return OrderRequest(
        client_order_id="",
        execution_directive_id=job.directive.execution_directive_id,
        leg=leg,
        attempt=0,
        symbol=position.symbol,
        side=position.side.entry_side if leg.adds_risk else position.side.exit_side,
        order_type=OrderType.MARKET,
        size_base=size_base,
        time_in_force=TimeInForce.IOC,
        reduce_only=reduce_only,
    )


def _changed(
    wanted: Decimal | None, trade: Position, planned: Decimal | None, confirmed: Decimal | None
) -> Decimal | None:
    """Return `wanted` where it is not both planned and, for what is held, confirmed by the venue."""
    is_there = wanted == planned and (not trade.is_open or wanted == confirmed)
    return None if is_there else wanted


def _moves(before: Position, now: Position, stop: Decimal | None, target: Decimal | None) -> list[str]:
    """Say what the venue confirmed; a trade without a fill has its plan alone."""
    moves: list[str] = []
    if not now.is_open and now.max_size_base > ZERO:
        return moves
    at_stop, at_target = (
        (now.stop_price, now.take_profit_price)
        if now.is_open
        else (now.planned_stop_price, now.planned_take_profit_price)
    )
    if stop is not None and at_stop == stop:
        moves.append(_move("stop", before.stop_price, stop))
    if target is not None and at_target == target:
        moves.append(_move("target", before.take_profit_price, target))
    return moves


def _move(name: str, before: Decimal | None, now: Decimal) -> str:
    return f"no {name} → {now:,f}" if before is None else f"{name} {before:,f} → {now:,f}"


def _left_behind(now: Position, stop: Decimal | None, target: Decimal | None) -> str | None:
    if not now.is_open:
        return None if now.max_size_base == ZERO else "the trade was closed meanwhile"
    if stop is not None and now.stop_price != stop:
        return f"{_resting(now.stop_price)}, not at {stop:,f}"
    if target is not None and now.take_profit_price != target:
        return f"the target {target:,f} was refused"
    return None


def _resting(stop: Decimal | None) -> str:
    return "no stop rests" if stop is None else f"the stop rests at {stop:,f}"
