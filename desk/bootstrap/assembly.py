"""A desk put together from its ports: the same for live, rehearsal and test."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from desk.bootstrap.inside import Inside, build_inside
from desk.bootstrap.outside import Outside
from desk.bootstrap.settings import execution_settings, schedule_uses, schedules
from desk.bootstrap.strategies import (
    WorkerParts,
    build_workers,
    direct_modes,
    planner_sets,
    traded_symbols,
    wake_every_ms,
)
from desk.bootstrap.watching import lenses
from desk.bus import EventBus
from desk.bus.adapter import EventAdapter
from desk.bus.limits import AdapterLimits
from desk.config.configuration import Configuration
from desk.execution.alarms import Alarms
from desk.execution.layer import ExecutionLayer, build_execution
from desk.execution.ports import ExecutionPorts
from desk.journal.asking import JournalQuestions
from desk.ledger.ledger import Ledger
from desk.planning.layer import PlanningLayer
from desk.runtime.account_figures import AccountFigures
from desk.runtime.commanding import CommandDesk, CommandParts
from desk.runtime.core import CoreParts, DeskCore
from desk.runtime.desk_watch import DeskWatch
from desk.runtime.health import HealthCheck, HealthLimits
from desk.runtime.missed_periods import MissedPeriods
from desk.runtime.past import Past
from desk.runtime.recording import ObservedRecorder
from desk.runtime.schedule_fires import ScheduleFires
from desk.runtime.scheduler import ScheduleDriver
from desk.runtime.snapshots import SnapshotCamera
from desk.runtime.tally import RunTally
from desk.runtime.time_beat import TimeBeat
from desk.runtime.watched_prices import WatchedPrices


@dataclass(frozen=True, slots=True)
class Desk:
    """Hold a desk that is ready to start."""

    core: DeskCore
    planning: PlanningLayer
    commands: CommandDesk
    camera: SnapshotCamera
    past: Past
    questions: JournalQuestions
    tally: RunTally
    account: AccountFigures
    recorder: ObservedRecorder
    alarms: Alarms
    prices: WatchedPrices


def assemble(configuration: Configuration, outside: Outside) -> Desk:
    """Build a desk; nothing runs and nothing is sent before its core is started."""
    inside = build_inside(configuration, outside)
    execution = build_execution(_execution_ports(configuration, outside, inside))
    outside.faults.connect(inside.bus, inside.recorder, inside.flows, inside.alarms, execution.termination)
    outside.trouble.connect(inside.state, inside.alarms)
    planning = PlanningLayer(
        bus=inside.bus,
        ids=outside.ids,
        view=inside.view,
        planner_sets=planner_sets(configuration.blueprints),
        direct_modes=direct_modes(configuration.blueprints),
        symbols=traded_symbols(configuration.blueprints),
    )
    planning.attach()
    adapters = _workers(configuration, outside, inside)
    scheduler = _scheduler(configuration, outside, inside)
    core = DeskCore(_core_parts(configuration, outside, inside, (execution, adapters, scheduler)))
    return _desk(configuration, outside, inside, (core, planning))


def _execution_ports(configuration: Configuration, outside: Outside, inside: Inside) -> ExecutionPorts:
    return ExecutionPorts(
        settings=execution_settings(configuration.platform, configuration.blueprints),
        bus=inside.bus,
        connector=outside.connector,
        recorder=inside.recorder,
        ledger=outside.ledger,
        view=inside.view,
        clock=outside.clock,
        ids=outside.ids,
        spawner=outside.spawner,
        flows=inside.flows,
        births=inside.births.entries,
        alarms=inside.alarms,
        state=inside.state,
        latch=outside.latch,
    )


def _workers(configuration: Configuration, outside: Outside, inside: Inside) -> Sequence[EventAdapter]:
    parts = WorkerParts(
        bus=inside.bus,
        recorder=inside.recorder,
        ledger=outside.ledger,
        view=inside.view,
        ids=outside.ids,
        clock=outside.clock,
        clock_ns=outside.clock_ns,
        on_stop=outside.faults.on_flow_stop_requested,
        limits=AdapterLimits(),
    )
    adapters = build_workers(configuration.blueprints, parts)
    for adapter in adapters:
        adapter.attach()
    return adapters


def _scheduler(configuration: Configuration, outside: Outside, inside: Inside) -> ScheduleDriver | None:
    if not configuration.platform.schedule:
        return None
    fires = ScheduleFires(inside.recorder, inside.births, inside.bus)
    missed = MissedPeriods(inside.bus, schedule_uses(configuration.blueprints))
    before = outside.ledger.last_run()  # asked for now: once this run has begun, it is the last one
    begun_ms = None if before is None else before.started_at_ms
    return ScheduleDriver(
        outside.clock,
        outside.ids,
        schedules(configuration.platform),
        lambda name: _last_period_ms(outside.ledger, name, begun_ms),
        fires.on_schedule,
        missed.on_skipped,
    )


def _last_period_ms(ledger: Ledger, name: str, begun_ms: int | None) -> int | None:
    """Return up to when a schedule is done: before its first period, since the run before this one began."""
    last = ledger.last_period(name)
    return begun_ms if last is None else last.period_start_ms


def _core_parts(
    configuration: Configuration,
    outside: Outside,
    inside: Inside,
    built: tuple[ExecutionLayer, Sequence[EventAdapter], ScheduleDriver | None],
) -> CoreParts:
    execution, adapters, scheduler = built
    run_schedules = None if scheduler is None else partial(outside.run_schedules, scheduler)
    return CoreParts(
        desk_id=configuration.platform.desk.id,
        mode=outside.mode,
        config_hash=configuration.hash,
        seed=outside.seed,
        clock=outside.clock,
        ids=outside.ids,
        spawner=outside.spawner,
        bus=inside.bus,
        recorder=inside.recorder,
        ledger=outside.ledger,
        connector=outside.connector,
        feed=outside.feed,
        board=inside.board,
        bars=inside.bars,
        view=inside.view,
        equity=inside.kept.equity,
        alarms=inside.alarms,
        execution=execution,
        adapters=adapters,
        scheduler=scheduler,
        run_schedules=run_schedules,
        reconcile_every_ms=outside.reconcile_every_ms,
        beat=_beat(configuration, outside, inside.bus),
        watch=_watch(outside, inside) if outside.is_watched else None,
    )


def _beat(configuration: Configuration, outside: Outside, bus: EventBus) -> TimeBeat | None:
    every_ms = wake_every_ms(configuration.blueprints)
    return None if every_ms is None else TimeBeat(outside.clock, bus, every_ms, outside.silence_ms)


def _watch(outside: Outside, inside: Inside) -> DeskWatch:
    return DeskWatch(inside.kept, inside.questions, outside.feed, outside.clock, outside.spawner)


def _desk(
    configuration: Configuration, outside: Outside, inside: Inside, built: tuple[DeskCore, PlanningLayer]
) -> Desk:
    core, planning = built
    tally = RunTally()
    inside.recorder.listen(inside.kept.on_entry)
    inside.recorder.listen(tally.on_entry)
    inside.recorder.listen(core.parts.execution.executors.emergency_exit.watch.on_entry)
    commands = CommandDesk(_command_parts(outside, inside, core))
    return Desk(
        core=core,
        planning=planning,
        commands=commands,
        camera=_camera(configuration, outside, inside, (core, commands)),
        past=Past(inside.kept),
        questions=inside.questions,
        tally=tally,
        account=AccountFigures(outside.ledger, inside.view, inside.board),
        recorder=inside.recorder,
        alarms=inside.alarms,
        prices=inside.prices,
    )


def _camera(
    configuration: Configuration, outside: Outside, inside: Inside, built: tuple[DeskCore, CommandDesk]
) -> SnapshotCamera:
    core, commands = built
    watch, risk = core.parts.watch, configuration.platform.risk
    heartbeat = None if watch is None else watch.heartbeat
    limits = HealthLimits(risk.max_orders_per_minute, risk.max_clock_skew_ms)
    health = HealthCheck(core, heartbeat, outside.journal_lag, limits)
    strategies = tuple(one.strategy_id for one in configuration.blueprints)
    with_lenses = lenses(inside.sources, inside.kept, core, commands, health)
    return SnapshotCamera(core, inside.kept, commands, with_lenses, strategies)


def _command_parts(outside: Outside, inside: Inside, core: DeskCore) -> CommandParts:
    return CommandParts(
        bus=inside.bus,
        recorder=inside.recorder,
        ledger=outside.ledger,
        view=inside.view,
        clock=outside.clock,
        ids=outside.ids,
        state=inside.state,
        alarms=inside.alarms,
        blocks=core.parts.execution.blocks,
        births=inside.births,
        prices=inside.prices,
        sender=core.parts.execution.sender,
        adapters=core.parts.adapters,
        scheduler=core.parts.scheduler,
        is_exiting=lambda: core.parts.execution.executors.emergency_exit.is_running,
        known_alarms=lambda: [one.alarm_id for one in inside.kept.recent.alarms()],
    )
