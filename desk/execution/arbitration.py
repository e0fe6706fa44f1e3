"""Several workers on one trade: whose word it is, which word goes first, and what has to settle before.

It works when a directive is issued, starts or fills, and never on a tick: a function of what is in flight,
without a timer and without a queue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.directives import DirectiveScope, StrategyDirective
from desk.contracts.execution import DirectiveRefused, ExecutionDirective, TargetPlans
from desk.contracts.ids import TradeId
from desk.contracts.manifests import WorkerCategory
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.positions import Position
from desk.contracts.records import FillBooked
from desk.execution.flow_registry import FlowRegistry, OpenFlow
from desk.execution.lanes import Job
from desk.execution.ownership import trespass
from desk.execution.precedence import Author, Rank, Wish, beaten, wish_decided, wish_planned
from desk.execution.size_turns import ARBITRATION, SizeTurns

REFUSED_BY = "arbitration"

Categories = Mapping[tuple[str, str], WorkerCategory]
"""What every worker of every blueprint is for, by strategy id and its own name."""


@dataclass(frozen=True, slots=True)
class ArbiterParts:
    """Hold what arbitration is connected to."""

    bus: EventBus
    recorder: Recorder
    ledger: LedgerView
    clock: Clock
    flows: FlowRegistry
    categories: Categories
    settling_ms: int


class Arbiter:
    """Refuse what its author may not ask, what another directive in flight makes void, and ping-pong."""

    def __init__(self, parts: ArbiterParts) -> None:
        self._parts = parts
        self._turns = SizeTurns(parts.recorder, parts.ledger, parts.clock, parts.settling_ms)

    def attach(self) -> None:
        """Listen after the flow journal and ahead of planning."""
        bus = self._parts.bus
        bus.subscribe(events.STRATEGY_DIRECTIVE_ISSUED, self.on_directive, subscriber=ARBITRATION)
        bus.subscribe(events.FILL_BOOKED, self.on_fill, subscriber=ARBITRATION)

    def on_directive(self, directive: StrategyDirective) -> None:
        """Refuse a directive that is not its author's to issue, or has lost on every trade it names."""
        is_open = self._parts.flows.get(directive.directive_id) is not None
        if directive.scope is DirectiveScope.NEW_TRADE or directive.emergency or not is_open:
            return
        found = (self._parts.ledger.position(one) for one in directive.target_trade_ids)
        trades = [one for one in found if one is not None]
        wishes = [(trade, self._decided(directive, trade)) for trade in trades]
        for trade, wish in wishes:
            reason = trespass(wish, trade, self._author(trade.strategy_id, trade.worker))
            if reason is not None:
                self._refuse(directive, trade, reason)
                return
        losses = [self._lost(wish) for _, wish in wishes]
        if losses and losses[0] is not None and None not in losses:
            self._refuse(directive, trades[0], losses[0])

    def on_fill(self, booked: FillBooked) -> None:
        """Note which way the size of a trade went, but for the fills that opened it."""
        trade = None if booked.trade_id is None else self._parts.ledger.position(booked.trade_id)
        if trade is None:
            return
        if not trade.is_open:
            self._turns.forget(trade.trade_id)
            return
        if booked.directive_id is None or booked.directive_id == trade.directive_id:
            return
        flow = self._parts.flows.get(booked.directive_id)
        author = Author(ARBITRATION, "an ended flow") if flow is None else self._author_of(flow.directive)
        turn = 1 if booked.fill.side is trade.side.entry_side else -1
        self._turns.note(trade.trade_id, booked.directive_id, author, turn)

    def job(self, directive: ExecutionDirective, target: TargetPlans) -> Job:
        """Return the job of one target, with what it asks of its trade as that stands now."""
        trade = self._parts.ledger.position(target.trade_id)
        if trade is None:
            return Job(directive, target)
        author = self._author(directive.strategy_id, directive.strategy_planner_id)
        return Job(directive, target, wish_planned(directive, target, trade, author.category))

    def at_start(self, job: Job) -> Job | str:
        """Return what of a job still holds when its turn comes, or why nothing does.

        A size that would by now go the other way is void, and so is a stop that has been overtaken.
        """
        wish, trade = job.wish, self._parts.ledger.position(job.target.trade_id)
        if wish is None or trade is None or _yields_to_none(wish):
            return job
        problem = self.overtaken(job)
        if problem is not None:
            return problem
        self._turns.begin(wish)
        resting = trade.stop_price if trade.planned_stop_price is None else trade.planned_stop_price
        if resting is None or not wish.loosens(resting):
            return job
        return _without_stop(job, wish, resting)

    def overtaken(self, job: Job) -> str | None:
        """Say what filled on its trade and voids the size a job asks for, None while it holds."""
        wish, trade = job.wish, self._parts.ledger.position(job.target.trade_id)
        if wish is None or trade is None or _yields_to_none(wish):
            return None
        return _overtaken(wish, trade) or self._turns.opposed(wish)

    def _lost(self, wish: Wish) -> str | None:
        """Say what takes precedence over a wish: another flow on its trade, or a turn that settles."""
        for flow in self._parts.flows.of_trade(wish.trade_id):
            if flow.flow_id == wish.directive_id:
                continue
            other = self._of_flow(flow, wish.trade_id)
            reason = None if other is None or other.author.is_same(wish.author) else beaten(wish, other)
            if reason is not None:
                return reason
        return self._turns.opposed(wish)

    def _of_flow(self, flow: OpenFlow, trade_id: TradeId) -> Wish | None:
        """Return what a flow still asks of a trade; None of one that opens it, which nothing gives way to."""
        trade = self._parts.ledger.position(trade_id)
        if trade is None or flow.directive.scope is DirectiveScope.NEW_TRADE:
            return None
        if flow.execution is None:
            return self._decided(flow.directive, trade)
        category = self._author_of(flow.directive).category
        targets = (one for one in flow.execution.targets if one.trade_id == trade_id)
        return next((wish_planned(flow.execution, one, trade, category) for one in targets), None)

    def _decided(self, directive: StrategyDirective, trade: Position) -> Wish:
        return wish_decided(directive, trade, self._author_of(directive).category)

    def _author_of(self, directive: StrategyDirective) -> Author:
        return self._author(directive.strategy_id, directive.strategy_planner_id)

    def _author(self, strategy_id: str, worker: str) -> Author:
        return Author(strategy_id, worker, self._parts.categories.get((strategy_id, worker)))

    def _refuse(self, directive: StrategyDirective, trade: Position, reason: str) -> None:
        refused = DirectiveRefused(
            directive_id=directive.directive_id,
            refused_by=REFUSED_BY,
            reason=reason,
            refused_at_ms=self._parts.clock.now_ms(),
            trade_id=trade.trade_id,
            symbol=trade.symbol,
        )
        self._parts.bus.publish(events.DIRECTIVE_REFUSED, refused)


def _yields_to_none(wish: Wish) -> bool:
    return wish.rank is Rank.CLOSE or wish.author.has_authority


def _overtaken(wish: Wish, trade: Position) -> str | None:
    """Say why a size was decided on a trade that is no more: what it asks would turn, or grow."""
    if wish.turn == 0 or wish.size_base is None or trade.size_base == wish.held_base:
        return None
    held = f"{trade.size_base} is held by now, not {wish.held_base}"
    if (wish.size_base - trade.size_base) * wish.turn < 0:
        return f"superseded: {held}, so {wish.size_base} is no longer what {wish} asked for"
    if wish.turn > 0 and trade.size_base < wish.held_base:
        return f"superseded: {held}: nothing is added to a trade that was reduced meanwhile"
    return None


def _without_stop(job: Job, wish: Wish, resting: Decimal) -> Job | str:
    """Drop the stop that would loosen what is tighter already; the rest of the job holds."""
    leave = job.target.exit
    if leave is None or (leave.take_profit_price is None and not wish.resizes):
        return f"superseded: the stop is at {resting} already, tighter than {wish.stop_price}"
    kept = None if leave.take_profit_price is None else leave.model_copy(update={"stop_loss_price": None})
    return replace(job, target=job.target.model_copy(update={"exit": kept}))
