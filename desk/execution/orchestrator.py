"""The one component that executes: it takes the final contract and answers with exactly one ending."""

from dataclasses import dataclass

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.directives import DirectiveScope
from desk.contracts.execution import DirectiveRefused, ExecutionDirective, TargetPlans
from desk.contracts.ports.store import LedgerView
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.problems import StoreFailed
from desk.contracts.states import DeskState
from desk.execution.arbitration import Arbiter
from desk.execution.by_hand import HandExecutor
from desk.execution.close import TradeCloser
from desk.execution.completion import FlowCompletionRule
from desk.execution.desk_state import DeskStateLatch
from desk.execution.emergency_exit import EmergencyExit
from desk.execution.flow_registry import FlowRegistry
from desk.execution.lanes import Job, Lanes
from desk.execution.modify import ModifyExecutor
from desk.execution.new_trade import NewTradeExecutor
from desk.execution.sending import WATCHING
from desk.execution.settings import ExecutionSettings

SUPERSEDED = "superseded"
"""Who refused a job that waited and did not come to its turn, or came to it too late."""


@dataclass(frozen=True, slots=True)
class Executors:
    """Hold one executor per scope, the emergency exit, and who judges what still holds before they begin."""

    new_trade: NewTradeExecutor
    modify: ModifyExecutor
    closer: TradeCloser
    emergency_exit: EmergencyExit
    by_hand: HandExecutor
    arbiter: Arbiter


class JobRefusals:
    """Refuse a job in its flow's name."""

    def __init__(self, bus: EventBus, clock: Clock, flows: FlowRegistry) -> None:
        self._bus = bus
        self._clock = clock
        self._flows = flows

    def refuse(self, job: Job, by: str, reason: str) -> None:
        """Publish DIRECTIVE_REFUSED for one target of a directive."""
        self.refuse_directive(job.directive, by, reason, job.target)

    def refuse_directive(
        self, directive: ExecutionDirective, by: str, reason: str, target: TargetPlans | None = None
    ) -> None:
        """Publish DIRECTIVE_REFUSED for a whole directive."""
        refused = DirectiveRefused(
            directive_id=directive.directive_id,
            refused_by=by,
            reason=reason,
            refused_at_ms=self._clock.now_ms(),
            trade_id=target.trade_id if target else None,
            symbol=target.symbol if target else None,
        )
        self._bus.publish(events.DIRECTIVE_REFUSED, refused)


class PlanExecutionOrchestrator:
    """Validate, gate, execute, and see every directive to its end."""

    def __init__(
        self,
        *,
        settings: ExecutionSettings,
        spawner: Spawner,
        flows: FlowRegistry,
        completion: FlowCompletionRule,
        state: DeskStateLatch,
        refusals: JobRefusals,
        ledger: LedgerView,
        executors: Executors,
    ) -> None:
        self._settings = settings
        self._flows = flows
        self._completion = completion
        self._state = state
        self._refusals = refusals
        self._ledger = ledger
        self._executors = executors
        self._spawner = spawner
        self.lanes = Lanes(spawner, self._run, self._void)

    def attach(self, bus: EventBus) -> None:
        """Listen to the final contract."""
        bus.subscribe(
            events.EXECUTION_DIRECTIVE_READY,
            self.on_execution_directive_ready,
            subscriber="platform.orchestrator",
        )

    def on_execution_directive_ready(self, directive: ExecutionDirective) -> None:
        """Take a directive whose flow is open: refuse it here, or queue a job per target."""
        flow = self._flows.get(directive.flow_id)
        if flow is None:
            return
        if not self._settings.enabled:
            self._refusals.refuse_directive(directive, "orchestrator", WATCHING)
            return
        flow.execution = directive
        if directive.emergency:
            self.begin_exit(directive)
            return
        problem = self._problem(directive)
        if problem is not None:
            self._refusals.refuse_directive(directive, "state", problem)
            return
        for target in directive.targets:
            self._flows.link(flow, target.trade_id)
            flow.running.add(target.trade_id)
        for target in directive.targets:
            self._submit(self._executors.arbiter.job(directive, target))

    def begin_exit(self, directive: ExecutionDirective) -> None:
        """Latch EXITING, void what waits, and leave."""
        self._executors.emergency_exit.begin(directive, self.lanes)

    def resume(self, directive: ExecutionDirective) -> None:
        """Take up a close, an exit or a move of stops that an earlier run began."""
        flow = self._flows.get(directive.flow_id)
        if flow is None:
            return
        if not self._settings.enabled:
            self._refusals.refuse_directive(directive, "orchestrator", WATCHING)
            return
        flow.execution = directive
        if directive.emergency:
            self.begin_exit(directive)
            return
        for target in directive.targets:
            self._flows.link(flow, target.trade_id)
            flow.running.add(target.trade_id)
            self._submit(self._executors.arbiter.job(directive, target))

    def _submit(self, job: Job) -> None:
        """Queue a job in its trade's lane; what only cancels entries waits for nothing that may hang."""
        asked = job.directive.by_hand
        if asked is not None and asked.cancels_entries:
            self._spawner.spawn(f"cancel entries of {job.target.trade_id}", self._run(job))
        else:
            self.lanes.submit(job)

    def _problem(self, directive: ExecutionDirective) -> str | None:
        state = self._state.current
        asked = directive.by_hand
        is_way_out = asked is not None and asked.cancels_entries
        if directive.scope is DirectiveScope.CLOSE_EXISTING or state is DeskState.ACTIVE or is_way_out:
            return None
        if directive.scope is DirectiveScope.NEW_TRADE:
            return f"the desk is {state}: no new risk"
        if state is DeskState.EXITING:
            return "the emergency exit is running"
        return next((text for text in map(self._loosens, directive.targets) if text), None)

    def _loosens(self, target: TargetPlans) -> str | None:
        """Say how a MODIFY would raise risk; REDUCING and HALTED allow only what lowers it."""
        position = self._ledger.position(target.trade_id)
        if position is None:
            return None
        if target.size is not None and target.size.position_size_base > position.size_base:
            return f"the desk is {self._state.current}: the target size is larger than what is held"
        stop = target.exit.stop_loss_price if target.exit else None
        resting = position.stop_price
        if stop is None or resting is None or (stop - resting) * position.side.sign >= 0:
            return None
        return f"the desk is {self._state.current}: stop {stop} is looser than {resting}"

    def _void(self, job: Job, reason: str) -> None:
        flow = self._flows.get(job.directive.flow_id)
        if flow is not None:
            flow.running.discard(job.target.trade_id)
        self._refusals.refuse(job, SUPERSEDED, reason)
        self._completion.evaluate(job.directive.flow_id)

    async def _run(self, job: Job) -> None:
        try:
            await self._execute(job)
        except StoreFailed as failure:
            self._refusals.refuse(job, "journal", f"not durable, so not sent: {failure}")
        except Exception as fault:  # noqa: BLE001 - a task boundary: the fault ends the flow with its name
            self._refusals.refuse(job, "orchestrator", f"{type(fault).__name__}: {fault}")
        # No `finally`: a desk that stops leaves the flow open, and its next life goes on with it.
        flow = self._flows.get(job.directive.flow_id)
        if flow is not None:
            flow.running.discard(job.target.trade_id)
        self._completion.evaluate(job.directive.flow_id)

    async def _execute(self, job: Job) -> None:
        problem = self._problem(job.directive)
        if problem is not None:
            self._refusals.refuse(job, "state", problem)
            return
        holds = self._executors.arbiter.at_start(job)
        if isinstance(holds, Job):
            await self._carry_out(holds)
        else:
            self._refusals.refuse(job, SUPERSEDED, holds)

    async def _carry_out(self, job: Job) -> None:
        match job.directive.scope:
            case DirectiveScope.NEW_TRADE:
                await self._executors.new_trade.run(job)
            case DirectiveScope.MODIFY_EXISTING if job.directive.by_hand is not None:
                await self._executors.by_hand.run(job, job.directive.by_hand)
            case DirectiveScope.MODIFY_EXISTING:
                await self._executors.modify.run(job)
            case DirectiveScope.CLOSE_EXISTING:
                await self._executors.closer.run(job)
