"""The execution layer put together: who hears whom, in which order."""

from dataclasses import dataclass

from desk.bus import EventBus
from desk.contracts import events
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.store import LedgerView, Recorder
from desk.contracts.ports.time import Clock, IdSource, Spawner
from desk.contracts.ports.view import DeskView
from desk.execution.adoption import PositionAdoption
from desk.execution.alarms import Alarms
from desk.execution.by_hand import HandExecutor
from desk.execution.client_ids import desk_prefix
from desk.execution.close import TradeCloser
from desk.execution.completion import FlowCompletionRule
from desk.execution.desk_state import DeskStateLatch
from desk.execution.dust_alarm import DustAlarm
from desk.execution.emergency_exit import EmergencyExit
from desk.execution.entry_changes import EntryChanger
from desk.execution.entry_stopper import EntryStopper
from desk.execution.execution_report import ExecutionReport
from desk.execution.exit_check import ExitCheck
from desk.execution.exit_watch import ExitWatch
from desk.execution.external import ExternalBook
from desk.execution.flow_journal import BirthEntries, FlowJournal
from desk.execution.flow_registry import FlowRegistry
from desk.execution.flow_termination import FlowTerminationHandler
from desk.execution.gate import PreTradeGate
from desk.execution.missing_fills import MissingFills
from desk.execution.modify import ModifyExecutor
from desk.execution.naked_clock import NakedClock
from desk.execution.new_trade import NewTradeExecutor
from desk.execution.orchestrator import Executors, JobRefusals, PlanExecutionOrchestrator
from desk.execution.order_comparison import OrderComparison
from desk.execution.platform_directives import ProtectionDirectives
from desk.execution.protection import ProtectionKeeper
from desk.execution.protective_orders import ProtectiveOrders
from desk.execution.reach import Reach
from desk.execution.reading import VenueReader
from desk.execution.reconciliation import Reconciliation
from desk.execution.resolver import OutcomeResolver
from desk.execution.sending import OrderSender
from desk.execution.settings import ExecutionSettings
from desk.execution.stop_chaser import StopChaser
from desk.execution.unprovable import Unprovable
from desk.execution.venue_events import VenueEventIntake
from desk.execution.waiting import Signals


@dataclass(frozen=True, slots=True)
class ExecutionPorts:
    """Hold what the execution layer is connected to."""

    settings: ExecutionSettings
    bus: EventBus
    connector: IAPIConnector
    recorder: Recorder
    ledger: LedgerView
    view: DeskView
    clock: Clock
    ids: IdSource
    spawner: Spawner
    flows: FlowRegistry
    births: BirthEntries
    alarms: Alarms
    state: DeskStateLatch


@dataclass(frozen=True, slots=True)
class ExecutionLayer:
    """Hold the parts that the runtime talks to."""

    flows: FlowRegistry
    state: DeskStateLatch
    journal: FlowJournal
    termination: FlowTerminationHandler
    completion: FlowCompletionRule
    orchestrator: PlanExecutionOrchestrator
    executors: Executors
    keeper: ProtectionKeeper
    resolver: OutcomeResolver
    intake: VenueEventIntake
    reconciliation: Reconciliation
    naked: NakedClock
    sender: OrderSender
    stopper: EntryStopper


def build_execution(ports: ExecutionPorts) -> ExecutionLayer:
    """Build the layer and let its parts listen."""
    state = ports.state
    termination = FlowTerminationHandler(ports.bus, ports.recorder, ports.clock, ports.flows)
    completion = FlowCompletionRule(ports.flows, ports.ledger, ports.view, termination)
    reach = _reach(ports)
    resolver, intake, reconciliation, missing = _venue_side(ports, reach.sender)
    naked = NakedClock(ports.ledger, ports.view, ports.clock)
    directives = _protection_directives(ports)
    keeper = ProtectionKeeper(
        reach,
        ProtectiveOrders(reach, ports.flows.newest_of, reconciliation.run),
        ports.spawner,
        naked,
        on_settled=completion.evaluate_trade,
        on_unprotectable=directives.on_unprotectable,
        on_target_refused=directives.on_target_refused,
    )
    refusals = JobRefusals(ports.bus, ports.clock, ports.flows)
    executors = _executors(ports, reach, keeper, refusals, (state, termination, reconciliation))
    layer = ExecutionLayer(
        flows=ports.flows,
        state=state,
        journal=FlowJournal(ports.bus, ports.recorder, ports.clock, ports.flows, ports.births),
        termination=termination,
        completion=completion,
        orchestrator=_orchestrator(ports, completion, state, refusals, executors),
        executors=executors,
        keeper=keeper,
        resolver=resolver,
        intake=intake,
        reconciliation=reconciliation,
        naked=naked,
        sender=reach.sender,
        stopper=EntryStopper(reach, ports.spawner),
    )
    _attach(ports, layer, reach.signals, directives)
    StopChaser(reach, ports.spawner, keeper.is_suspended, directives.on_unfilled_stop).attach(ports.bus)
    missing.attach(ports.bus)
    return layer


def _protection_directives(ports: ExecutionPorts) -> ProtectionDirectives:
    return ProtectionDirectives(
        bus=ports.bus,
        ids=ports.ids,
        clock=ports.clock,
        view=ports.view,
        ledger=ports.ledger,
        flows=ports.flows,
        alarms=ports.alarms,
    )


def _venue_side(
    ports: ExecutionPorts, sender: OrderSender
) -> tuple[OutcomeResolver, VenueEventIntake, Reconciliation, MissingFills]:
    """Build what listens to the venue and asks it."""
    reader = _reader(ports)
    resolver = OutcomeResolver(
        reader=reader,
        ledger=ports.ledger,
        recorder=ports.recorder,
        clock=ports.clock,
        spawner=ports.spawner,
        bus=ports.bus,
        on_unprovable=Unprovable(ports.state, ports.alarms).on_unprovable,
    )
    prefix = desk_prefix(ports.settings.desk_id)
    adoption = PositionAdoption(ports.recorder, ports.ledger, ports.view, ports.clock)
    intake = _intake(ports, adoption, prefix)
    orders = OrderComparison(
        reader=reader,
        ledger=ports.ledger,
        clock=ports.clock,
        intake=intake,
        resolver=resolver,
        alarms=ports.alarms,
        cancel=sender.cancel_foreign,
        own_prefix=prefix,
    )
    reconciliation = Reconciliation(
        reader=reader,
        alarms=ports.alarms,
        recorder=ports.recorder,
        ledger=ports.ledger,
        clock=ports.clock,
        intake=intake,
        orders=orders,
        adoption=adoption,
        state=ports.state,
        desk_id=ports.settings.desk_id,
    )
    missing = MissingFills(reader, ports.ledger, ports.clock, ports.spawner, intake.take_fill)
    return resolver, intake, reconciliation, missing


def _intake(ports: ExecutionPorts, adoption: PositionAdoption, own_prefix: str) -> VenueEventIntake:
    return VenueEventIntake(
        recorder=ports.recorder,
        ledger=ports.ledger,
        view=ports.view,
        clock=ports.clock,
        bus=ports.bus,
        external=ExternalBook(ports.recorder, ports.ledger, ports.clock, ports.ids, own_prefix),
        adoption=adoption,
    )


def _executors(
    ports: ExecutionPorts,
    reach: Reach,
    keeper: ProtectionKeeper,
    refusals: JobRefusals,
    exit_parts: tuple[DeskStateLatch, FlowTerminationHandler, Reconciliation],
) -> Executors:
    """Build one executor per scope, and the exit that shares the closer."""
    state, termination, reconciliation = exit_parts
    closer = TradeCloser(reach, ports.flows, keeper, refusals.refuse)
    leave = EmergencyExit(
        reach=reach,
        spawner=ports.spawner,
        state=state,
        flows=ports.flows,
        closer=closer,
        termination=termination,
        check=ExitCheck(reach, _reader(ports), reconciliation.run),
        alarms=ports.alarms,
        watch=ExitWatch(ports.ledger, ports.view, ports.clock),
    )
    new_trade = NewTradeExecutor(reach, ports.spawner, refusals.refuse)
    modify = ModifyExecutor(reach, ports.flows, keeper, closer, refusals.refuse)
    changer = EntryChanger(reach, ports.flows, refusals.refuse)
    by_hand = HandExecutor(reach, ports.flows, keeper, modify, changer, refusals.refuse)
    return Executors(new_trade, modify, closer, leave, by_hand)


def _orchestrator(
    ports: ExecutionPorts,
    completion: FlowCompletionRule,
    state: DeskStateLatch,
    refusals: JobRefusals,
    executors: Executors,
) -> PlanExecutionOrchestrator:
    return PlanExecutionOrchestrator(
        settings=ports.settings,
        spawner=ports.spawner,
        flows=ports.flows,
        completion=completion,
        state=state,
        refusals=refusals,
        ledger=ports.ledger,
        executors=executors,
    )


def _reader(ports: ExecutionPorts) -> VenueReader:
    return VenueReader(ports.connector, ports.settings, ports.clock)


def _reach(ports: ExecutionPorts) -> Reach:
    gate = PreTradeGate(ports.settings.risk, ports.view, ports.ledger)
    sender = OrderSender(
        settings=ports.settings,
        connector=ports.connector,
        reader=_reader(ports),
        recorder=ports.recorder,
        ledger=ports.ledger,
        view=ports.view,
        clock=ports.clock,
        gate=gate,
        bus=ports.bus,
        alarms=ports.alarms,
    )
    return Reach(
        ports.settings, sender, ports.ledger, ports.recorder, ports.view, ports.clock, Signals(),
        ports.connector.capabilities,
    )  # fmt: skip


def _attach(
    ports: ExecutionPorts, layer: ExecutionLayer, signals: Signals, directives: ProtectionDirectives
) -> None:
    """Subscribe in the order of effect: written, reported, protected, woken, ended."""
    bus = ports.bus
    report = ExecutionReport(bus, ports.recorder, ports.clock, ports.flows)
    layer.journal.attach()
    layer.termination.attach()
    layer.orchestrator.attach(bus)
    bus.subscribe(events.FILL_BOOKED, directives.on_fill, subscriber="platform.protection")
    bus.subscribe(events.FILL_BOOKED, layer.keeper.on_fill, subscriber="platform.keeper")
    bus.subscribe(events.ORDER_UPDATED, report.on_order, subscriber="platform.report")
    bus.subscribe(events.ORDER_UPDATED, layer.keeper.on_order, subscriber="platform.keeper")
    layer.resolver.attach()
    bus.subscribe(events.ORDER_UPDATED, signals.on_order, subscriber="platform.signals")
    bus.subscribe(events.ORDER_UPDATED, layer.completion.on_order, subscriber="platform.completion")
    bus.subscribe(events.DESK_STATE_CHANGED, layer.stopper.on_state, subscriber="platform.entry_stopper")
    dust = DustAlarm(ports.ledger, ports.view, ports.alarms)
    for name in (events.FLOW_STOP_SUCCESS, events.FLOW_STOP_ERROR):
        bus.subscribe(name, dust.on_flow_stop, subscriber="platform.dust")
    ports.connector.subscribe(layer.intake.take)
