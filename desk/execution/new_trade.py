"""Open a trade: it exists from its intent, and holds what fills say."""

from collections.abc import Callable

from desk.contracts.execution import ExecutionDirective, TargetPlans
from desk.contracts.market import Instrument
from desk.contracts.plans import EntryPlan
from desk.contracts.records import EntryKind, JournalEntry, TradeIntended
from desk.contracts.sides import PositionSide
from desk.execution.entrance import Entrance, entry_request
from desk.execution.lanes import Job
from desk.execution.reach import Reach


class NewTradeExecutor:
    """Carry out the NEW_TRADE scope."""

    def __init__(self, reach: Reach, entrance: Entrance, refuse: Callable[[Job, str, str], None]) -> None:
        self._reach = reach
        self._entrance = entrance
        self._refuse = refuse

    async def run(self, job: Job) -> None:
        """Send the entry; fills, protection and the end of the flow follow from the venue's events."""
        target = job.target
        instrument = self._reach.view.instrument(target.symbol)
        if instrument is None or target.entry is None or target.size is None:
            self._refuse(job, "validation", f"{target.symbol} is not traded or its plans are incomplete")
            return
        intended = self._intended(job.directive, target, target.entry, instrument)
        draft = entry_request(job, target.size.position_size_base, target.entry)
        await self._entrance.enter(job, draft, instrument, intended)

    def _intended(
        self, directive: ExecutionDirective, target: TargetPlans, entry: EntryPlan, instrument: Instrument
    ) -> JournalEntry:
        record = TradeIntended(
            target.trade_id,
            directive.strategy_id,
            directive.strategy_planner_id,
            directive.directive_id,
            target.symbol,
            instrument.kind,
            PositionSide.of(entry.direction),
            directive.protection,
            target.exit.stop_loss_price if target.exit else None,
            target.exit.take_profit_price if target.exit else None,
            directive.execution_directive_id,
            target.exit.hold_for_ms if target.exit else None,
        )
        return JournalEntry(
            EntryKind.TRADE_INTENDED,
            target.trade_id,
            self._reach.clock.now_ms(),
            record,
            flow_id=directive.flow_id,
            causes=(directive.execution_directive_id,),
            trade_id=target.trade_id,
            worker=directive.strategy_planner_id,
            symbol=target.symbol,
        )
