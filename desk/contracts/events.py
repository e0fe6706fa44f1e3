"""The names of events. A leading underscore, SYSTEM_ and INTERNAL_ are the platform's alone."""

from dataclasses import dataclass

TICK_RECEIVED = "TICK_RECEIVED"
BAR_CLOSED = "BAR_CLOSED"
SCHEDULED_TICK = "SCHEDULED_TICK"
TIME_PASSED = "TIME_PASSED"
CONTEXT_ASSESSED = "CONTEXT_ASSESSED"
OPPORTUNITY_DETECTED = "OPPORTUNITY_DETECTED"
THREAT_DETECTED = "THREAT_DETECTED"
STRATEGY_DIRECTIVE_ISSUED = "STRATEGY_DIRECTIVE_ISSUED"
PERIOD_SKIPPED = "PERIOD_SKIPPED"
ENTRIES_BLOCKED = "ENTRIES_BLOCKED"
ENTRIES_RELEASED = "ENTRIES_RELEASED"
PLAN_ENTRY_REQUESTED = "PLAN_ENTRY_REQUESTED"
PLAN_SIZE_REQUESTED = "PLAN_SIZE_REQUESTED"
PLAN_EXIT_REQUESTED = "PLAN_EXIT_REQUESTED"
ROUTING_PLANNING_REQUESTED = "ROUTING_PLANNING_REQUESTED"
ENTRY_PLAN_CREATED = "ENTRY_PLAN_CREATED"
SIZE_PLAN_CREATED = "SIZE_PLAN_CREATED"
EXIT_PLAN_CREATED = "EXIT_PLAN_CREATED"
ROUTING_PLAN_CREATED = "ROUTING_PLAN_CREATED"
PLAN_REJECTED = "PLAN_REJECTED"
EXECUTION_DIRECTIVE_READY = "EXECUTION_DIRECTIVE_READY"
DIRECTIVE_REFUSED = "DIRECTIVE_REFUSED"
ORDER_UPDATED = "ORDER_UPDATED"
FILL_BOOKED = "FILL_BOOKED"
TRADE_EXECUTED = "TRADE_EXECUTED"
ALARM_RAISED = "ALARM_RAISED"
DESK_STATE_CHANGED = "DESK_STATE_CHANGED"
WORKER_STOPPED = "WORKER_STOPPED"
FLOW_STOP_SUCCESS = "_flow_stop_success"
FLOW_STOP_ERROR = "_flow_stop_error"

EVENT_NAMES = frozenset(
    value for name, value in dict(globals()).items() if name.isupper() and isinstance(value, str)
)
"""Every name above: what the platform, its planners or one of its workers publishes."""

RESERVED_PREFIXES = ("_", "SYSTEM_", "INTERNAL_")

PLATFORM_ONLY = frozenset(
    {
        EXECUTION_DIRECTIVE_READY, DIRECTIVE_REFUSED, ORDER_UPDATED, FILL_BOOKED, TRADE_EXECUTED,
        DESK_STATE_CHANGED,
        WORKER_STOPPED, PLAN_REJECTED, PLAN_ENTRY_REQUESTED, PLAN_SIZE_REQUESTED, PLAN_EXIT_REQUESTED,
        ROUTING_PLANNING_REQUESTED, TICK_RECEIVED, BAR_CLOSED, SCHEDULED_TICK,
        TIME_PASSED,
    }
)  # fmt: skip
"""Names a plugin may listen to but never publish."""

PLANNER_ONLY = frozenset({ENTRY_PLAN_CREATED, SIZE_PLAN_CREATED, EXIT_PLAN_CREATED, ROUTING_PLAN_CREATED})
"""Names only a planner publishes."""


@dataclass(frozen=True, slots=True)
class PeriodSkipped:
    """Report that a worker let a schedule period pass, and why."""

    worker: str
    symbol: str
    schedule_name: str
    period_start_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class WorkerStopped:
    """Report that the platform stopped a worker, and why."""

    worker: str
    strategy_id: str
    reason: str
    time_ms: int
