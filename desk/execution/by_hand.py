"""What the operator asks of a trade by hand: take its stop or target away, adopt it, change its entries."""

from collections.abc import Callable
from decimal import Decimal

from desk.contracts.by_hand import ByHand
from desk.contracts.directives import Protection
from desk.contracts.market import ZERO
from desk.contracts.orders import Leg
from desk.contracts.positions import EXTERNAL_STRATEGY, Position
from desk.contracts.records import EntryKind, ExitTargeted, JournalEntry, TradeAdopted
from desk.execution import entries
from desk.execution.entry_changes import EntryChanger
from desk.execution.flow_registry import FlowRegistry
from desk.execution.lanes import Job
from desk.execution.modify import ModifyExecutor
from desk.execution.protection import ProtectionKeeper
from desk.execution.reach import Reach


class HandExecutor:
    """Carry out a MODIFY_EXISTING that says `by_hand`."""

    def __init__(
        self,
        reach: Reach,
        flows: FlowRegistry,
        keeper: ProtectionKeeper,
        modify: ModifyExecutor,
        changer: EntryChanger,
        refuse: Callable[[Job, str, str], None],
    ) -> None:
        self._reach = reach
        self._flows = flows
        self._keeper = keeper
        self._modify = modify
        self._changer = changer
        self._refuse = refuse

    async def run(self, job: Job, asked: ByHand) -> None:
        """Do the one thing that is asked."""
        if asked.entry is not None:
            await self._changer.run(job, asked.entry)
        elif asked.withdraws is not None:
            await self._withdraw(job, asked.withdraws)
        else:
            await self._adopt(job)

    async def _withdraw(self, job: Job, leg: Leg) -> None:
        """Plan the trade without the leg, and wait until none of it rests; the other leg stays as it is."""
        before = self._reach.ledger.position(job.target.trade_id)
        problem = self._keeps(before, leg, job)
        if problem is not None or before is None:
            self._refuse(job, "validation", problem or f"{job.target.trade_id} is not known")
            return
        rested = _price_of(before, leg)
        self._plan(job, before, leg)
        problem = await self._keeper.settle(before.trade_id)
        now = self._reach.ledger.position(before.trade_id) or before
        left = _price_of(now, leg)
        if problem is not None or (left is not None and now.is_open):
            self._refuse(job, "venue", problem or f"the {leg} still rests at {left:,f}")
        else:
            was = "" if rested is None else f", it was at {rested:,f}"
            self._effect(job, f"{now.symbol}: no {leg} any more{was}")

    def _keeps(self, trade: Position | None, leg: Leg, job: Job) -> str | None:
        """Say why a trade keeps the leg."""
        if trade is None or not (trade.is_open or self._reach.ledger.orders_of(trade.trade_id)):
            return f"{job.target.trade_id} is not open"
        if leg is Leg.STOP and trade.protection is Protection.REQUIRED:
            return f"{trade.trade_id} must have a stop: move it, or close the trade"
        if trade.exit_directed_by == job.directive.execution_directive_id:
            return None  # it was planned before a restart, and is seen to its end
        planned = trade.planned_stop_price if leg is Leg.STOP else trade.planned_take_profit_price
        return None if planned is not None or _price_of(trade, leg) is not None else f"there is no {leg}"

    def _plan(self, job: Job, trade: Position, without: Leg) -> None:
        of = job.directive
        record = ExitTargeted(
            trade.trade_id,
            None if without is Leg.STOP else trade.planned_stop_price,
            None if without is Leg.TARGET else trade.planned_take_profit_price,
            of.execution_directive_id,
            is_reset=True,
        )
        self._reach.recorder.record(entries.exit_targeted(of, record, self._reach.clock.now_ms()))

    async def _adopt(self, job: Job) -> None:
        """Place the stop first; only a trade that has it comes into the desk's care, and must keep it."""
        await self._modify.run(job)
        trade = self._reach.ledger.position(job.target.trade_id)
        if trade is None or trade.strategy_id != EXTERNAL_STRATEGY:
            return
        if trade.stop_price is None or not trade.stop_size_base > ZERO:
            return
        of = job.directive
        record = TradeAdopted(trade.trade_id, of.strategy_id, of.strategy_planner_id, of.directive_id)
        entry = JournalEntry(
            EntryKind.TRADE_ADOPTED,
            trade.trade_id,
            self._reach.clock.now_ms(),
            record,
            flow_id=of.flow_id,
            causes=(of.execution_directive_id,),
            trade_id=trade.trade_id,
            worker=of.strategy_planner_id,
            symbol=trade.symbol,
        )
        await self._reach.recorder.record(entry)
        self._effect(job, "it is in the desk's care")
        self._keeper.request(trade.trade_id)

    def _effect(self, job: Job, text: str) -> None:
        flow = self._flows.get(job.directive.flow_id)
        if flow is not None:
            flow.effects.append(text)


def _price_of(trade: Position, leg: Leg) -> Decimal | None:
    return trade.stop_price if leg is Leg.STOP else trade.take_profit_price
