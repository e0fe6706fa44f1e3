"""Every step from signal to execution directive, written down as it happens."""

from collections.abc import Callable

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.causality import CausalityChain
from desk.contracts.directives import PeriodClaim, StrategyDirective
from desk.contracts.events import PeriodSkipped
from desk.contracts.execution import DirectiveRefused, ExecutionDirective
from desk.contracts.plans import EntryPlan, ExitPlan, Plan, PlanRejected, RoutingPlan, SizePlan
from desk.contracts.ports.store import Recorder
from desk.contracts.ports.time import Clock
from desk.contracts.problems import DuplicateRecord
from desk.contracts.records import EntryKind, JournalEntry, PeriodRecorded
from desk.contracts.signals import ContextAssessment, OpportunitySignal, ThreatSignal
from desk.execution.flow_registry import FlowRegistry

_PLAN_KINDS: dict[type[object], EntryKind] = {
    EntryPlan: EntryKind.ENTRY_PLANNED,
    SizePlan: EntryKind.SIZE_PLANNED,
    ExitPlan: EntryKind.EXIT_PLANNED,
    RoutingPlan: EntryKind.ROUTING_PLANNED,
}

BirthEntries = Callable[[CausalityChain], tuple[JournalEntry, ...]]
"""Return the entries of births that are not written yet: the tick in hand, the operator's command."""


class FlowJournal:
    """Record signals, directives, plans and execution directives, each with its direct causes."""

    def __init__(
        self, bus: EventBus, recorder: Recorder, clock: Clock, flows: FlowRegistry, births: BirthEntries
    ) -> None:
        self._bus = bus
        self._recorder = recorder
        self._clock = clock
        self._flows = flows
        self._births = births

    def attach(self) -> None:
        """Listen ahead of planning, so that a cause is always written before its effect."""
        heard: dict[str, Callable[..., None]] = {
            events.CONTEXT_ASSESSED: self.on_context,
            events.OPPORTUNITY_DETECTED: self.on_opportunity,
            events.THREAT_DETECTED: self.on_threat,
            events.PERIOD_SKIPPED: self.on_period_skipped,
            events.STRATEGY_DIRECTIVE_ISSUED: self.on_directive,
            events.ENTRY_PLAN_CREATED: self.on_plan,
            events.SIZE_PLAN_CREATED: self.on_plan,
            events.EXIT_PLAN_CREATED: self.on_plan,
            events.ROUTING_PLAN_CREATED: self.on_plan,
            events.PLAN_REJECTED: self.on_plan_rejected,
            events.EXECUTION_DIRECTIVE_READY: self.on_execution_directive,
        }
        for name, handler in heard.items():
            self._bus.subscribe(name, handler, subscriber="platform.flow_journal")

    def on_context(self, context: ContextAssessment) -> None:
        """Record a context assessment."""
        self._signal(EntryKind.CONTEXT_ASSESSED, context.context_id, context, context.symbol)

    def on_opportunity(self, signal: OpportunitySignal) -> None:
        """Record an opportunity."""
        self._signal(EntryKind.OPPORTUNITY_DETECTED, signal.opportunity_id, signal, signal.symbol)

    def on_threat(self, threat: ThreatSignal) -> None:
        """Record a threat."""
        self._signal(EntryKind.THREAT_DETECTED, threat.threat_id, threat, threat.affected_asset)

    def _signal(
        self,
        kind: EntryKind,
        subject_id: str,
        signal: ContextAssessment | OpportunitySignal | ThreatSignal,
        symbol: str | None,
    ) -> None:
        chain = signal.causality
        causes = tuple(one for one in chain.ids() if one != subject_id)
        worker = None if isinstance(signal, ContextAssessment) else signal.source
        entry = JournalEntry(
            kind, subject_id, self._clock.now_ms(), signal, causes=causes, worker=worker, symbol=symbol
        )
        self._recorder.record(*self._births(chain), entry)

    def on_period_skipped(self, skipped: PeriodSkipped) -> None:
        """Record that a schedule period passed without a directive; once."""
        claim = PeriodClaim(
            worker=skipped.worker,
            symbol=skipped.symbol,
            schedule_name=skipped.schedule_name,
            period_start_ms=skipped.period_start_ms,
        )
        try:
            self._recorder.record(self._period(claim, "SKIPPED", skipped.reason, None))
        except DuplicateRecord:
            return

    def on_directive(self, directive: StrategyDirective) -> None:
        """Open the directive's flow and record it, with its claim in the same transaction."""
        flow_id = directive.directive_id
        if self._flows.get(flow_id) is not None:
            return
        self._flows.begin(directive, self._clock.now_ms())
        entry = JournalEntry(
            EntryKind.DIRECTIVE_ISSUED,
            flow_id,
            self._clock.now_ms(),
            directive,
            flow_id=flow_id,
            causes=tuple(one for one in directive.causality.ids() if one != flow_id),
            trade_id=directive.target_trade_ids[0] if directive.target_trade_ids else None,
            worker=directive.strategy_planner_id,
            symbol=directive.entry_directive.symbol if directive.entry_directive else None,
        )
        births = self._births(directive.causality)
        if directive.claim is None:
            self._recorder.record(*births, entry)
            return
        claimed = self._period(directive.claim, "CLAIMED", directive.rationale, directive)
        try:
            self._recorder.record(*births, entry, claimed)
        except DuplicateRecord as duplicate:
            self._recorder.record(*births, entry)
            self._refuse(directive, str(duplicate))

    def _period(
        self, claim: PeriodClaim, outcome: str, reason: str, directive: StrategyDirective | None
    ) -> JournalEntry:
        flow_id = directive.directive_id if directive else None
        return JournalEntry(
            EntryKind.PERIOD_RECORDED,
            claim.key,
            self._clock.now_ms(),
            PeriodRecorded(claim, outcome, reason, flow_id),
            flow_id=flow_id,
            causes=(flow_id,) if flow_id else (),
            worker=claim.worker,
            symbol=claim.symbol,
        )

    def _refuse(self, directive: StrategyDirective, reason: str) -> None:
        refused = DirectiveRefused(
            directive_id=directive.directive_id,
            refused_by="schedule claim",
            reason=reason,
            refused_at_ms=self._clock.now_ms(),
        )
        self._bus.publish(events.DIRECTIVE_REFUSED, refused)

    def on_plan(self, plan: Plan) -> None:
        """Record a plan, caused by its directive."""
        self._recorder.record(
            JournalEntry(
                _PLAN_KINDS[type(plan)],
                plan.plan_id,
                self._clock.now_ms(),
                plan,
                flow_id=plan.directive_id,
                causes=(plan.directive_id,),
                trade_id=plan.target_id,
                worker=plan.planner,
            )
        )

    def on_plan_rejected(self, rejected: PlanRejected) -> None:
        """Record a plan that the aggregator did not take."""
        is_open = self._flows.get(rejected.directive_id) is not None
        self._recorder.record(
            JournalEntry(
                EntryKind.PLAN_REJECTED,
                rejected.plan_id,
                self._clock.now_ms(),
                rejected,
                flow_id=rejected.directive_id if is_open else None,
                causes=(rejected.directive_id,),
                trade_id=rejected.target_id,
                worker=rejected.planner,
            )
        )

    def on_execution_directive(self, directive: ExecutionDirective) -> None:
        """Record an execution directive, caused by its plans."""
        plans = [
            plan.plan_id
            for target in directive.targets
            for plan in (target.entry, target.size, target.exit, target.routing)
            if plan is not None
        ]
        self._recorder.record(
            JournalEntry(
                EntryKind.EXECUTION_DIRECTED,
                directive.execution_directive_id,
                self._clock.now_ms(),
                directive,
                flow_id=directive.flow_id,
                causes=(directive.directive_id, *plans),
                trade_id=directive.targets[0].trade_id if directive.targets else None,
                symbol=directive.targets[0].symbol if directive.targets else None,
            )
        )
