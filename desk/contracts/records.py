"""What the journal keeps: one entry per fact, each with its causes. The ledger is a fold over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from desk.contracts.blocks import EntryBlock, EntryRelease
from desk.contracts.commands import CommandRecord
from desk.contracts.directives import PeriodClaim, Protection, StrategyDirective
from desk.contracts.execution import DirectiveRefused, ExecutionDirective, FlowCompletion, TradeExecuted
from desk.contracts.ids import AlarmId, DirectiveId, ExecutionDirectiveId, FillId, RunId, TradeId
from desk.contracts.market import InstrumentKind, ScheduledTick, Tick
from desk.contracts.orders import AmendRequest, OrderRequest, OutcomeKind, VenueFill, VenueOrder
from desk.contracts.parents import ParentOpened, ParentStopped
from desk.contracts.plans import EntryPlan, ExitPlan, PlanRejected, RoutingPlan, SizePlan
from desk.contracts.sides import PositionSide
from desk.contracts.signals import ContextAssessment, OpportunitySignal, ThreatSignal
from desk.contracts.states import AlarmSeverity, DeskState, WorkerStatus


class EntryKind(StrEnum):
    """What happened."""

    RUN_STARTED = "RUN_STARTED"
    TICK_RECEIVED = "TICK_RECEIVED"
    SCHEDULED_TICK = "SCHEDULED_TICK"
    OPERATOR_COMMANDED = "OPERATOR_COMMANDED"
    CONTEXT_ASSESSED = "CONTEXT_ASSESSED"
    OPPORTUNITY_DETECTED = "OPPORTUNITY_DETECTED"
    THREAT_DETECTED = "THREAT_DETECTED"
    DIRECTIVE_ISSUED = "DIRECTIVE_ISSUED"
    ENTRY_PLANNED = "ENTRY_PLANNED"
    SIZE_PLANNED = "SIZE_PLANNED"
    EXIT_PLANNED = "EXIT_PLANNED"
    ROUTING_PLANNED = "ROUTING_PLANNED"
    PLAN_REJECTED = "PLAN_REJECTED"
    EXECUTION_DIRECTED = "EXECUTION_DIRECTED"
    DIRECTIVE_REFUSED = "DIRECTIVE_REFUSED"
    TRADE_INTENDED = "TRADE_INTENDED"
    EXIT_TARGETED = "EXIT_TARGETED"
    TRADE_ADOPTED = "TRADE_ADOPTED"
    ORDER_INTENDED = "ORDER_INTENDED"
    ORDER_SENT = "ORDER_SENT"
    ORDER_ANSWERED = "ORDER_ANSWERED"
    ORDER_OBSERVED = "ORDER_OBSERVED"
    AMEND_INTENDED = "AMEND_INTENDED"
    CANCEL_INTENDED = "CANCEL_INTENDED"
    FILL_BOOKED = "FILL_BOOKED"
    TRADE_EXECUTED = "TRADE_EXECUTED"
    BALANCE_ADJUSTED = "BALANCE_ADJUSTED"
    PERIOD_RECORDED = "PERIOD_RECORDED"
    WORKER_STATE_SAVED = "WORKER_STATE_SAVED"
    WORKER_STATUS_CHANGED = "WORKER_STATUS_CHANGED"
    DESK_STATE_CHANGED = "DESK_STATE_CHANGED"
    ALARM_RAISED = "ALARM_RAISED"
    RECONCILED = "RECONCILED"
    FLOW_ENDED = "FLOW_ENDED"
    ALARM_ENDED = "ALARM_ENDED"
    ENTRIES_BLOCKED = "ENTRIES_BLOCKED"
    ENTRIES_RELEASED = "ENTRIES_RELEASED"
    PARENT_OPENED = "PARENT_OPENED"
    PARENT_STOPPED = "PARENT_STOPPED"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A desk process began: what it runs, so that a change of configuration is seen."""

    run_id: RunId
    desk_id: str
    config_hash: str
    connector: str
    mode: str
    seed: int | None


@dataclass(frozen=True, slots=True)
class TradeIntended:
    """A trade exists from its intent: identity and plan, no size yet. No directive means EXTERNAL.

    With `hold_for_ms` it is left that long after its first fill at the latest.
    """

    trade_id: TradeId
    strategy_id: str
    worker: str
    directive_id: DirectiveId | None
    symbol: str
    kind: InstrumentKind
    side: PositionSide
    protection: Protection
    planned_stop_price: Decimal | None
    planned_take_profit_price: Decimal | None
    execution_directive_id: ExecutionDirectiveId | None = None
    hold_for_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ExitTargeted:
    """A directive wants a trade's stop or target elsewhere; None leaves it. The venue has yet to confirm.

    With `is_reset` the plan is taken back to what rests, and None clears it.
    """

    trade_id: TradeId
    planned_stop_price: Decimal | None
    planned_take_profit_price: Decimal | None
    execution_directive_id: ExecutionDirectiveId | None = None
    is_reset: bool = False


@dataclass(frozen=True, slots=True)
class TradeAdopted:
    """An EXTERNAL trade came into the desk's care: it is `strategy_id`'s now and must be protected."""

    trade_id: TradeId
    strategy_id: str
    worker: str
    directive_id: DirectiveId


@dataclass(frozen=True, slots=True)
class OrderIntended:
    """An order will be sent: durable before a byte leaves. The reservation is held until it is terminal."""

    request: OrderRequest
    trade_id: TradeId
    directive_id: DirectiveId
    strategy_id: str
    reserved_currency: str
    reserved: Decimal


@dataclass(frozen=True, slots=True)
class OrderSent:
    """Bytes may leave from here on."""

    client_order_id: str


@dataclass(frozen=True, slots=True)
class OrderAnswered:
    """A create ended in `outcome`; UNKNOWN is cleared later by evidence, in another of these."""

    client_order_id: str
    outcome: OutcomeKind
    venue_order_id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class CancelIntended:
    """A cancel of an order will be sent."""

    client_order_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class FillBooked:
    """A venue fill enters the ledger, once; without a trade it is EXTERNAL."""

    fill_id: FillId
    fill: VenueFill
    kind: InstrumentKind
    quote_currency: str
    base_currency: str
    trade_id: TradeId | None
    client_order_id: str | None
    directive_id: DirectiveId | None


@dataclass(frozen=True, slots=True)
class BalanceAdjusted:
    """A balance changed for a reason that is no fill: opening, deposit, correction by the venue's truth."""

    currency: str
    delta: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class PeriodRecorded:
    """A schedule period was claimed by a directive, or skipped with a reason; once per claim key."""

    claim: PeriodClaim
    outcome: str
    reason: str
    directive_id: DirectiveId | None


@dataclass(frozen=True, slots=True)
class WorkerStateSaved:
    """A worker remembers: None forgets the key."""

    strategy_id: str
    worker: str
    key: str
    value: str | None


@dataclass(frozen=True, slots=True)
class WorkerStatusChanged:
    """A worker was paused, resumed or stopped."""

    strategy_id: str
    worker: str
    status: WorkerStatus
    reason: str


@dataclass(frozen=True, slots=True)
class DeskStateChanged:
    """The desk's state was latched, loosened by the operator, or holds on for another reason."""

    previous: DeskState
    current: DeskState
    reason: str
    by: str

    @property
    def is_step(self) -> bool:
        """Whether the state is another now."""
        return self.current is not self.previous


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """The operator must know."""

    alarm_id: AlarmId
    severity: AlarmSeverity
    text: str
    symbol: str | None = None
    trade_id: TradeId | None = None


@dataclass(frozen=True, slots=True)
class AlarmEnded:
    """What an alarm was about is over by itself; `severity` is that of the alarm."""

    alarm_id: AlarmId
    severity: AlarmSeverity
    text: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The venue was asked and compared; `differences` is empty where the ledger agreed."""

    orders_checked: int
    fills_booked: int
    differences: tuple[str, ...]


Record = (
    RunStarted | Tick | ScheduledTick | CommandRecord | ContextAssessment | OpportunitySignal | ThreatSignal
    | StrategyDirective | EntryPlan | SizePlan | ExitPlan | RoutingPlan | PlanRejected | ExecutionDirective
    | DirectiveRefused | TradeIntended | ExitTargeted | TradeAdopted | OrderIntended | OrderSent
    | OrderAnswered | VenueOrder | AmendRequest | CancelIntended | FillBooked | TradeExecuted
    | BalanceAdjusted | PeriodRecorded | WorkerStateSaved | WorkerStatusChanged | DeskStateChanged
    | AlarmRaised | Reconciled | FlowCompletion | AlarmEnded | EntryBlock | EntryRelease
    | ParentOpened | ParentStopped
)  # fmt: skip

RECORD_TYPES: Mapping[EntryKind, type] = {
    EntryKind.RUN_STARTED: RunStarted,
    EntryKind.TICK_RECEIVED: Tick,
    EntryKind.SCHEDULED_TICK: ScheduledTick,
    EntryKind.OPERATOR_COMMANDED: CommandRecord,
    EntryKind.CONTEXT_ASSESSED: ContextAssessment,
    EntryKind.OPPORTUNITY_DETECTED: OpportunitySignal,
    EntryKind.THREAT_DETECTED: ThreatSignal,
    EntryKind.DIRECTIVE_ISSUED: StrategyDirective,
    EntryKind.ENTRY_PLANNED: EntryPlan,
    EntryKind.SIZE_PLANNED: SizePlan,
    EntryKind.EXIT_PLANNED: ExitPlan,
    EntryKind.ROUTING_PLANNED: RoutingPlan,
    EntryKind.PLAN_REJECTED: PlanRejected,
    EntryKind.EXECUTION_DIRECTED: ExecutionDirective,
    EntryKind.DIRECTIVE_REFUSED: DirectiveRefused,
    EntryKind.TRADE_INTENDED: TradeIntended,
    EntryKind.EXIT_TARGETED: ExitTargeted,
    EntryKind.TRADE_ADOPTED: TradeAdopted,
    EntryKind.ORDER_INTENDED: OrderIntended,
    EntryKind.ORDER_SENT: OrderSent,
    EntryKind.ORDER_ANSWERED: OrderAnswered,
    EntryKind.ORDER_OBSERVED: VenueOrder,
    EntryKind.AMEND_INTENDED: AmendRequest,
    EntryKind.CANCEL_INTENDED: CancelIntended,
    EntryKind.FILL_BOOKED: FillBooked,
    EntryKind.TRADE_EXECUTED: TradeExecuted,
    EntryKind.BALANCE_ADJUSTED: BalanceAdjusted,
    EntryKind.PERIOD_RECORDED: PeriodRecorded,
    EntryKind.WORKER_STATE_SAVED: WorkerStateSaved,
    EntryKind.WORKER_STATUS_CHANGED: WorkerStatusChanged,
    EntryKind.DESK_STATE_CHANGED: DeskStateChanged,
    EntryKind.ALARM_RAISED: AlarmRaised,
    EntryKind.RECONCILED: Reconciled,
    EntryKind.FLOW_ENDED: FlowCompletion,
    EntryKind.ALARM_ENDED: AlarmEnded,
    EntryKind.ENTRIES_BLOCKED: EntryBlock,
    EntryKind.ENTRIES_RELEASED: EntryRelease,
    EntryKind.PARENT_OPENED: ParentOpened,
    EntryKind.PARENT_STOPPED: ParentStopped,
}


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """State one fact: what, about which id, when, in which flow, caused by which ids.

    `subject_id` is the id the fact is about (a tick, directive, plan, client order, fill, trade, flow …);
    `causes` are the subject ids of its direct causes.
    """

    kind: EntryKind
    subject_id: str
    time_ms: int
    record: Record
    flow_id: str | None = None
    causes: tuple[str, ...] = ()
    trade_id: str | None = None
    worker: str | None = None
    symbol: str | None = None
