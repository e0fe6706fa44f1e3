"""The running desk: from tick to flow termination, one synchronous chain between asynchronous edges."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

from desk.bus import EventBus
from desk.bus.adapter import EventAdapter
from desk.contracts import events
from desk.contracts.ids import RunId
from desk.contracts.market import Tick
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.feed import Feed
from desk.contracts.ports.store import Recorder
from desk.contracts.ports.time import Clock, IdSource, Spawner
from desk.contracts.problems import DeskError
from desk.contracts.records import EntryKind, JournalEntry, RunStarted
from desk.contracts.states import TradingMode, WorkerStatus
from desk.execution.alarms import Alarms
from desk.execution.layer import ExecutionLayer
from desk.execution.recovery import Recovery
from desk.feeds.bars import BarBook
from desk.ledger.ledger import Ledger
from desk.runtime.account_identity import known_account
from desk.runtime.desk_watch import DeskWatch
from desk.runtime.equity_watch import EquityWatch
from desk.runtime.live_view import LiveView
from desk.runtime.market_board import MarketBoard
from desk.runtime.scheduler import ScheduleDriver
from desk.runtime.time_beat import TimeBeat
from desk.runtime.warm_up import WarmUp

_RECONCILE_ATTEMPTS = 5
_RECONCILE_PAUSE_MS = 1000


class NotReconciled(DeskError):
    """The venue could not be compared with the ledger, so the desk does not start."""


@dataclass(frozen=True, slots=True)
class CoreParts:
    """Hold everything the core connects."""

    desk_id: str
    mode: TradingMode
    config_hash: str
    seed: int | None
    clock: Clock
    ids: IdSource
    spawner: Spawner
    bus: EventBus
    recorder: Recorder
    ledger: Ledger
    connector: IAPIConnector
    feed: Feed
    board: MarketBoard
    bars: BarBook
    view: LiveView
    equity: EquityWatch
    alarms: Alarms
    execution: ExecutionLayer
    adapters: Sequence[EventAdapter]
    scheduler: ScheduleDriver | None
    run_schedules: Callable[[], Coroutine[object, object, None]] | None
    reconcile_every_ms: int | None
    beat: TimeBeat | None
    watch: DeskWatch | None = None


class DeskCore:
    """Start, feed and stop a desk."""

    def __init__(self, parts: CoreParts) -> None:
        self.parts = parts
        self.ticks = 0
        self._observes = parts.connector.capabilities.observes_market
        self._beat = parts.beat
        self._shown = None if parts.watch is None else parts.watch.on_tick

    async def start(self) -> None:
        """Reconcile, recover what an earlier run left, warm up, and begin to hear schedules.

        Raises NotReconciled where the venue cannot be read: nothing trades before the first comparison; and
        InputRefused where the journal belongs to another account.
        """
        parts = self.parts
        if parts.watch is not None:
            await parts.watch.restore()
        latch = parts.ledger.latch()
        parts.execution.state.restore(latch.state, latch.reason, latch.by)
        self._restore_workers()
        await parts.connector.open()
        await known_account(parts.connector, parts.ledger, parts.recorder, parts.clock, parts.desk_id)
        parts.view.take_instruments(await parts.connector.fetch_instruments())
        await parts.recorder.record(self._run_started())
        parts.view.state()  # what latched the account from outside is obeyed before anything is taken up
        recovery = Recovery(parts.execution, parts.ledger)
        recovery.adopt(parts.ledger.open_flows())
        await self._reconcile_first()
        await WarmUp(parts.feed.history, parts.bars, parts.alarms, parts.bus).run()
        recovery.resume()
        parts.execution.alarm_ends.look()
        if parts.run_schedules is not None:
            parts.spawner.spawn("scheduler", parts.run_schedules())
        if parts.reconcile_every_ms is not None:
            parts.spawner.spawn("reconcile", self._reconcile_for_ever(parts.reconcile_every_ms))
        if parts.beat is not None:
            parts.spawner.spawn("time", parts.beat.run())
        if parts.watch is not None:
            parts.watch.begin()

    async def run(self) -> None:
        """Take ticks until the feed ends."""
        async for tick in self.parts.feed.ticks():
            self.on_tick(tick)

    def on_tick(self, tick: Tick) -> None:
        """Let the venue match, the bars close and the workers decide, in one chain."""
        parts = self.parts
        self.ticks += 1
        parts.board.take(tick)
        if self._observes:
            parts.connector.observe(tick)
        for bar in parts.bars.add(tick):
            parts.bus.publish(events.BAR_CLOSED, bar, cause=tick)
        parts.bus.publish(events.TICK_RECEIVED, tick, cause=tick)
        if self._beat is not None:
            self._beat.on_tick()
        parts.equity.on_time(tick.time_ms)
        if self._shown is not None:
            self._shown(tick)

    async def stop(self) -> None:
        """Stop taking ticks; orders, positions and stops stay at the venue."""
        await self.parts.feed.close()

    async def close(self) -> None:
        """Leave the venue."""
        await self.parts.connector.close()

    def _run_started(self) -> JournalEntry:
        parts = self.parts
        record = RunStarted(
            parts.ids.new(RunId),
            parts.desk_id,
            parts.config_hash,
            parts.connector.name,
            parts.mode,
            parts.seed,
        )
        return JournalEntry(EntryKind.RUN_STARTED, record.run_id, parts.clock.now_ms(), record)

    def _restore_workers(self) -> None:
        paused = {
            (one.strategy_id, one.worker): one
            for one in self.parts.ledger.worker_states()
            if one.status is not WorkerStatus.RUNNING
        }
        for adapter in self.parts.adapters:
            state = paused.get((adapter.strategy_id, adapter.name))
            if state is not None and state.status is WorkerStatus.PAUSED:
                adapter.pause(state.reason)
            elif state is not None:
                adapter.stop(state.reason)

    async def _reconcile_first(self) -> None:
        for _ in range(_RECONCILE_ATTEMPTS):
            if await self.parts.execution.reconciliation.run():
                self.parts.view.reconciled = True
                return
            await self.parts.clock.sleep_ms(_RECONCILE_PAUSE_MS)
        message = (
            f"{self.parts.connector.name} could not be read {_RECONCILE_ATTEMPTS} times, so ledger and venue "
            "were not compared; check the connection and start again"
        )
        raise NotReconciled(message)

    async def _reconcile_for_ever(self, every_ms: int) -> None:
        while True:
            await self.parts.clock.sleep_ms(every_ms)
            await self.parts.execution.reconciliation.run()
