"""What each event carries: the type of the payload that its hearers are called with."""

from collections.abc import Mapping
from types import MappingProxyType

from desk.contracts import events
from desk.contracts.blocks import EntryBlock, EntryRelease
from desk.contracts.directives import StrategyDirective
from desk.contracts.execution import DirectiveRefused, ExecutionDirective, TradeExecuted
from desk.contracts.market import Bar, ScheduledTick, Tick, TimePassed
from desk.contracts.orderstate import OrderState
from desk.contracts.plans import EntryPlan, ExitPlan, PlanRejected, RoutingPlan, SizePlan
from desk.contracts.records import AlarmRaised, DeskStateChanged, FillBooked
from desk.contracts.signals import ContextAssessment, OpportunitySignal, ThreatSignal

PAYLOADS: Mapping[str, type[object]] = MappingProxyType(
    {
        events.TICK_RECEIVED: Tick,
        events.BAR_CLOSED: Bar,
        events.SCHEDULED_TICK: ScheduledTick,
        events.TIME_PASSED: TimePassed,
        events.CONTEXT_ASSESSED: ContextAssessment,
        events.OPPORTUNITY_DETECTED: OpportunitySignal,
        events.THREAT_DETECTED: ThreatSignal,
        events.STRATEGY_DIRECTIVE_ISSUED: StrategyDirective,
        events.PERIOD_SKIPPED: events.PeriodSkipped,
        events.ENTRIES_BLOCKED: EntryBlock,
        events.ENTRIES_RELEASED: EntryRelease,
        events.ENTRY_PLAN_CREATED: EntryPlan,
        events.SIZE_PLAN_CREATED: SizePlan,
        events.EXIT_PLAN_CREATED: ExitPlan,
        events.ROUTING_PLAN_CREATED: RoutingPlan,
        events.PLAN_REJECTED: PlanRejected,
        events.EXECUTION_DIRECTIVE_READY: ExecutionDirective,
        events.DIRECTIVE_REFUSED: DirectiveRefused,
        events.ORDER_UPDATED: OrderState,
        events.FILL_BOOKED: FillBooked,
        events.TRADE_EXECUTED: TradeExecuted,
        events.ALARM_RAISED: AlarmRaised,
        events.DESK_STATE_CHANGED: DeskStateChanged,
        events.WORKER_STOPPED: events.WorkerStopped,
    }
)
"""By name of event. What a plugin names itself, and what asks a planner, is not among them."""
