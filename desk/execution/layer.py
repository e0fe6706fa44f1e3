"""The execution layer put together: who hears whom, in which order."""

from dataclasses import dataclass

from desk.contracts import events
from desk.execution.alarm_ends import AlarmEnds
from desk.execution.arbitration import Arbiter, ArbiterParts
from desk.execution.by_hand import HandExecutor
from desk.execution.client_ids import desk_prefix
from desk.execution.close import TradeCloser
from desk.execution.completion import FlowCompletionRule
from desk.execution.desk_state import DeskStateLatch
from desk.execution.dust_alarm import DustAlarm
from desk.execution.emergency_exit import EmergencyExit
from desk.execution.entrance import Entrance
from desk.execution.entry_blocks import EntryBlocks
from desk.execution.entry_changes import EntryChanger
from desk.execution.entry_stopper import EntryStopper
from desk.execution.execution_report import ExecutionReport
from desk.execution.exit_check import ExitCheck
from desk.execution.exit_watch import ExitWatch
from desk.execution.flow_journal import FlowJournal
from desk.execution.flow_registry import FlowRegistry
from desk.execution.flow_termination import FlowTerminationHandler
from desk.execution.gate import PreTradeGate
from desk.execution.left_outside import LeftOutside
from desk.execution.lost_stops import LostStops
from desk.execution.modify import ModifyExecutor
from desk.execution.naked_clock import NakedClock
from desk.execution.new_trade import NewTradeExecutor
from desk.execution.orchestrator import Executors, JobRefusals, PlanExecutionOrchestrator
from desk.execution.other_hands import OtherHands
from desk.execution.parent_orders import ParentOrders
from desk.execution.parent_stops import ParentStops
from desk.execution.platform_directives import ProtectionDirectives
from desk.execution.ports import ExecutionPorts
from desk.execution.protection import ProtectionKeeper
from desk.execution.protective_orders import ProtectiveOrders
from desk.execution.reach import Reach
from desk.execution.reconciliation import Reconciliation
from desk.execution.resolver import OutcomeResolver
from desk.execution.sending import OrderSender
from desk.execution.standing_orders import StandingOrders
from desk.execution.stop_chaser import StopChaser
from desk.execution.time_stop import TimeStop
from desk.execution.venue_calls import VenueCalls
from desk.execution.venue_events import VenueEventIntake
from desk.execution.venue_side import venue_reader, venue_side
from desk.execution.waiting import Signals


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
    blocks: EntryBlocks
    time_stop: TimeStop
    parents: ParentOrders
    entrance: Entrance
    alarm_ends: AlarmEnds
    lost_stops: LostStops


def build_execution(ports: ExecutionPorts) -> ExecutionLayer:
    """Build the layer and let its parts listen."""
    termination = FlowTerminationHandler(ports.bus, ports.recorder, ports.clock, ports.flows)
    completion = FlowCompletionRule(ports.flows, ports.ledger, ports.view, termination)
    reach = _reach(ports)
    venue = venue_side(ports, reach.standing)
    naked = NakedClock(ports.ledger, ports.view, ports.clock, ports.connector)
    directives = _protection_directives(ports)
    orders = _protective_orders(ports, reach, venue.reconciliation)
    keeper = _keeper(ports, reach, orders, (naked, completion, directives))
    refusals = JobRefusals(ports.bus, ports.clock, ports.flows)
    stopper = EntryStopper(reach, ports.spawner)
    parents = ParentOrders(reach, ports.spawner, ports.flows, refusals.refuse, completion.evaluate)
    entrance = Entrance(reach, ports.spawner, parents, refusals.refuse)
    exit_parts = (ports.state, termination, venue.reconciliation)
    executors = _executors(ports, reach, keeper, entrance, refusals, exit_parts)
    layer = ExecutionLayer(
        flows=ports.flows,
        state=ports.state,
        journal=FlowJournal(ports.bus, ports.recorder, ports.clock, ports.flows, ports.births),
        termination=termination,
        completion=completion,
        orchestrator=_orchestrator(ports, completion, refusals, executors),
        executors=executors,
        keeper=keeper,
        resolver=venue.resolver,
        intake=venue.intake,
        reconciliation=venue.reconciliation,
        naked=naked,
        sender=reach.sender,
        stopper=stopper,
        blocks=_blocks(ports, stopper),
        time_stop=TimeStop(reach, ports.spawner, ports.flows, directives.on_time_over),
        parents=parents,
        entrance=entrance,
        alarm_ends=AlarmEnds(ports.alarms, ports.ledger, ports.view, ports.state),
        lost_stops=LostStops(ports.ledger, ports.view, ports.alarms),
    )
    _attach(ports, layer, reach, directives)
    venue.missing.attach(ports.bus)
    return layer


def _arbiter(ports: ExecutionPorts) -> Arbiter:
    return Arbiter(
        ArbiterParts(
            bus=ports.bus,
            recorder=ports.recorder,
            ledger=ports.ledger,
            clock=ports.clock,
            flows=ports.flows,
            categories=ports.settings.categories,
            settling_ms=ports.settings.risk.size_settling_ms,
        )
    )


def _protective_orders(
    ports: ExecutionPorts, reach: Reach, reconciliation: Reconciliation
) -> ProtectiveOrders:
    left = LeftOutside(ports.latch, ports.clock, reconciliation.run)
    return ProtectiveOrders(reach, ports.flows.newest_of, reconciliation.run, left)


def _keeper(
    ports: ExecutionPorts,
    reach: Reach,
    orders: ProtectiveOrders,
    hearers: tuple[NakedClock, FlowCompletionRule, ProtectionDirectives],
) -> ProtectionKeeper:
    naked, completion, directives = hearers
    return ProtectionKeeper(
        reach,
        orders,
        ports.spawner,
        naked,
        on_settled=completion.evaluate_trade,
        on_unprotectable=directives.on_unprotectable,
        on_target_refused=directives.on_target_refused,
    )


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


def _blocks(ports: ExecutionPorts, stopper: EntryStopper) -> EntryBlocks:
    return EntryBlocks(
        bus=ports.bus,
        recorder=ports.recorder,
        ledger=ports.ledger,
        clock=ports.clock,
        births=ports.births,
        alarms=ports.alarms,
        stopper=stopper,
    )


def _executors(
    ports: ExecutionPorts,
    reach: Reach,
    keeper: ProtectionKeeper,
    entrance: Entrance,
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
        check=ExitCheck(reach, venue_reader(ports), reconciliation.run),
        alarms=ports.alarms,
        watch=ExitWatch(ports.ledger, ports.view, ports.clock),
    )
    new_trade = NewTradeExecutor(reach, entrance, refusals.refuse)
    arbiter = _arbiter(ports)
    modify = ModifyExecutor(
        reach,
        ports.flows,
        keeper,
        closer,
        entrance,
        overtaken=arbiter.overtaken,
        refuse=refusals.refuse,
    )
    changer = EntryChanger(reach, ports.flows, refusals.refuse)
    by_hand = HandExecutor(reach, ports.flows, keeper, modify, changer, refusals.refuse)
    return Executors(new_trade, modify, closer, leave, by_hand, arbiter)


def _orchestrator(
    ports: ExecutionPorts,
    completion: FlowCompletionRule,
    refusals: JobRefusals,
    executors: Executors,
) -> PlanExecutionOrchestrator:
    return PlanExecutionOrchestrator(
        settings=ports.settings,
        spawner=ports.spawner,
        flows=ports.flows,
        completion=completion,
        state=ports.state,
        refusals=refusals,
        ledger=ports.ledger,
        executors=executors,
    )


def _reach(ports: ExecutionPorts) -> Reach:
    settings = ports.settings
    gate = PreTradeGate(settings.risk, ports.view, ports.ledger, settings.portfolios)
    calls = VenueCalls(settings, ports.clock, ports.alarms)
    sender = OrderSender(
        settings=settings,
        connector=ports.connector,
        calls=calls,
        recorder=ports.recorder,
        ledger=ports.ledger,
        view=ports.view,
        clock=ports.clock,
        gate=gate,
        bus=ports.bus,
        alarms=ports.alarms,
    )
    standing = StandingOrders(
        settings=settings,
        connector=ports.connector,
        calls=calls,
        reader=venue_reader(ports),
        sender=sender,
        recorder=ports.recorder,
        clock=ports.clock,
        bus=ports.bus,
    )
    signals = Signals()
    parents = ParentStops(ports.ledger, ports.recorder, ports.clock, signals)
    return Reach(
        settings, sender, standing, ports.ledger, ports.recorder, ports.view, ports.clock, signals, parents,
        ports.connector.capabilities,
    )  # fmt: skip


def _attach(
    ports: ExecutionPorts, layer: ExecutionLayer, reach: Reach, directives: ProtectionDirectives
) -> None:
    """Subscribe in the order of effect: written, judged, reported, protected, woken, ended."""
    bus = ports.bus
    report = ExecutionReport(bus, ports.recorder, ports.clock, ports.flows)
    layer.journal.attach()
    layer.executors.arbiter.attach()
    layer.blocks.attach()
    layer.termination.attach()
    layer.orchestrator.attach(bus)
    bus.subscribe(events.FILL_BOOKED, layer.naked.on_fill, subscriber="platform.naked_clock")
    bus.subscribe(events.FILL_BOOKED, directives.on_fill, subscriber="platform.protection")
    bus.subscribe(events.FILL_BOOKED, layer.keeper.on_fill, subscriber="platform.keeper")
    bus.subscribe(events.FILL_BOOKED, layer.parents.on_fill, subscriber="platform.parents")
    bus.subscribe(events.ORDER_UPDATED, report.on_order, subscriber="platform.report")
    bus.subscribe(events.ORDER_UPDATED, layer.keeper.on_order, subscriber="platform.keeper")
    layer.time_stop.attach(bus)
    layer.resolver.attach()
    bus.subscribe(events.ORDER_UPDATED, reach.signals.on_order, subscriber="platform.signals")
    bus.subscribe(events.ORDER_UPDATED, layer.completion.on_order, subscriber="platform.completion")
    bus.subscribe(events.DESK_STATE_CHANGED, layer.stopper.on_state, subscriber="platform.entry_stopper")
    dust = DustAlarm(ports.ledger, ports.view, ports.alarms)
    for name in (events.FLOW_STOP_SUCCESS, events.FLOW_STOP_ERROR):
        bus.subscribe(name, dust.on_flow_stop, subscriber="platform.dust")
    layer.alarm_ends.attach(bus)
    layer.lost_stops.attach(bus)
    prefix = desk_prefix(ports.settings.desk_id)
    OtherHands(ports.ledger, ports.clock, ports.spawner, ports.alarms, prefix).attach(bus)
    chaser = StopChaser(reach, ports.spawner, layer.keeper.is_suspended, directives.on_unfilled_stop)
    chaser.attach(bus)
    ports.connector.subscribe(layer.intake.take)
