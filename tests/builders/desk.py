"""A whole desk to test with: everything real but time, the market and the machine's death.

The journal is a real SQLite file, the paper account another; planners, workers, execution and start-up are
the product's own. Time is a number, prices come from the test, and a desk can die and be born again on the
same files:

    async def opens(desk: LivingDesk) -> None:
        desk.tick("50000")
        flow = desk.issue(desk.new_trade())
        await desk.play(["50010", "50020"])
        assert desk.end_of(flow) is not None

    house = DeskHouse(tmp_path)
    house.live(opens)                        # start, run the script, stop cleanly
    house.live(opens, abandon_after=120)     # dead after 120 steps of the loop, as by SIGKILL
    house.live(looks, down_ms=60_000)        # a minute later, on the same files
"""

import random
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass
from pathlib import Path

from connectors.paper.connector import PaperConnector
from connectors.registry import ConnectorParts, create
from desk.bootstrap.assembly import assemble
from desk.bootstrap.outside import Outside
from desk.bootstrap.plugins import offered_plugins
from desk.bootstrap.settings import instruments
from desk.bootstrap.venue import paper_settings
from desk.config.configuration import Configuration, load_configuration
from desk.config.storage import StorageLayout
from desk.contracts.market import Bar, Tick
from desk.contracts.ports.connector import IAPIConnector
from desk.contracts.ports.feed import Feed
from desk.contracts.ports.time import Clock, Spawner
from desk.contracts.records import JournalEntry
from desk.contracts.states import TradingMode
from desk.control.latch_file import LatchFile
from desk.journal.inline import InlineStore
from desk.journal.opening import Durability
from desk.journal.recorder import JournalRecorder
from desk.journal.spool import Spool
from desk.runtime.clock import VirtualClock
from desk.runtime.faults import FaultDesk
from desk.runtime.ids import SeededIds
from desk.runtime.scheduler import ScheduleDriver
from desk.runtime.store_trouble import StoreTrouble
from desk.runtime.tasks import TaskSupervisor
from desk.runtime.virtual_loop import Abandoned, VirtualLoop, run_virtual
from tests.builders.host_loop import host_loop
from tests.builders.living_desk import PERP, SPOT, LivingDesk

START_MS = 1_700_000_040_000
"""A whole minute: 2023-11-14 22:14 UTC."""

PLATFORM = """\
desk: {id: test-desk, account_currency: USDT}
instruments:
  - {symbol: BTC/USDT, kind: spot, price_step: 0.01, size_step: 0.00001, min_size_base: 0.00001,
     min_notional_quote: 5, maker_fee: 0.001, taker_fee: 0.001}
  - {symbol: BTC/USDT:USDT, kind: perpetual, price_step: 0.1, size_step: 0.001, min_size_base: 0.001,
     min_notional_quote: 5, maker_fee: 0.0002, taker_fee: 0.0005, max_leverage: 20}
connector:
  name: paper
  paper: {opening_balances: {USDT: 100000}, latency_ms: 20}
feed:
  name: synthetic
  synthetic: {seed: 7, interval_ms: 100, symbols: {BTC/USDT: {start_price: 50000}}}
orchestration:
  plan_execution: {timeout_seconds: 2}
risk: {max_order_notional: 50000, max_position_notional: 100000, max_open_trades: 50,
       max_orders_per_minute: 100000, duplicate_window_ms: 0, max_price_age_ms: 60000}
"""

TINY = """\
name: tiny
symbols: [BTC/USDT, BTC/USDT:USDT]
workers:
  - use: trailing_stop_manager
    parameters: {trigger_threshold: 0.01, trail_distance: 0.005, mode: continuous, cooldown_s: 0}
planners:
  entry:
    - {use: market, when: {confidence: [0.5, 1]}}
    - {use: limit, when: {confidence: [0, 0.5]}, parameters: {valid_for_ms: 20000}}
  size:
    - {use: fixed_notional, parameters: {notional_quote: 5000}}
  exit:
    - use: stop_and_target
  routing:
    - {use: immediate, when: {confidence: [0.5, 1]}}
    - {use: patient, when: {confidence: [0, 0.5]}}
"""
"""Trails its stops by itself; everything else a test asks of it by directives.

A confidence under one half makes a limit order that waits 20 s, above it a market order.
"""

Wrap = Callable[[IAPIConnector, Clock, Spawner], IAPIConnector]
"""Put something between the desk and its paper exchange."""


MakeFeed = Callable[[IAPIConnector, Clock, FaultDesk], Feed]
"""Make a feed that the test lets the core run; without one, the test hands ticks to the core itself."""


class HandFeed:
    """A feed whose ticks the test hands to the core itself."""

    symbols: Sequence[str] = (PERP, SPOT)

    def watch(self, symbol: str) -> bool:
        return symbol in self.symbols

    async def ticks(self) -> AsyncIterator[Tick]:
        for tick in tuple[Tick, ...]():
            yield tick

    async def history(self, symbol: str, interval_ms: int, count: int) -> Sequence[Bar]:
        return ()

    async def close(self) -> None:
        return


Script = Callable[[LivingDesk], Awaitable[None]]


@dataclass(frozen=True)
class Life:
    """Tell how a life went: `steps` of the loop, and whether it was cut short."""

    steps: int
    was_killed: bool
    ended_at_ms: int
    entries: Sequence[JournalEntry]
    complaints: Sequence[str]
    journal_hash: str


class DeskHouse:
    """The files of one desk, which outlive it; `state` is where they are now."""

    def __init__(
        self,
        folder: Path,
        *,
        blueprints: Sequence[str | Path] = (TINY,),
        platform: str | Path = PLATFORM,
        settings: Sequence[str] = (),
        seed: int = 1,
        shuffle: int | None = None,
        wrap: Wrap | None = None,
        feed: MakeFeed | None = None,
        reconcile_every_ms: int | None = 60_000,
        spools: bool = False,
        is_watched: bool = False,
        clock_ns: Callable[[], int] = lambda: 0,
    ) -> None:
        """Build it; `blueprints` and `platform` are texts or paths, `clock_ns` times the workers' calls.

        `shuffle` seeds the order of what is ready; with `spools` a journal that fails has its spool. With
        `is_watched` it keeps what a screen draws, and its pulse: candles, trends, the past of other lives.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.configuration = _configuration(folder, platform, blueprints, settings)
        self.seed = seed
        self.shuffle = shuffle
        self.wrap = wrap
        self.feed = feed
        self.reconcile_every_ms = reconcile_every_ms
        self.spools = spools
        self.is_watched = is_watched
        self.clock_ns = clock_ns
        self.lives = 0
        self.now_ms = START_MS
        self.living: LivingDesk | None = None
        self.state = StorageLayout(folder / "state-1")
        self.state.create()

    def live(self, script: Script, *, abandon_after: int | None = None, down_ms: int = 1_000) -> Life:
        """Start a desk, run `script` beside it, stop it; killed where `abandon_after` steps come first."""
        self.lives += 1
        born = _Birth(self, self.lives, self.now_ms)
        try:
            run_virtual(lambda loop: born.live(loop, script), seed=self.shuffle, abandon_after=abandon_after)
        except Abandoned:
            self._bury(born)
        self.now_ms = born.now_ms() + down_ms
        return born.report(was_killed=not born.ended)

    @asynccontextmanager
    async def lived(self) -> AsyncIterator[LivingDesk]:
        """Start a desk on the loop that runs, in the machine's time, and stop it at the end."""
        self.lives += 1
        born = _Birth(self, self.lives, self.now_ms)
        living = await born.started(host_loop())
        try:
            yield living
        finally:
            await born.stop(living)

    def moved(self, state: StorageLayout, now_ms: int) -> "DeskHouse":
        """Return the same house with other files and another time; it goes on counting its lives."""
        other = copy(self)
        other.folder, other.state, other.now_ms, other.living = state.folder, state, now_ms, None
        return other

    def _bury(self, born: "_Birth") -> None:
        """Keep the files as the kill left them, then let go of what a dead process lets go of."""
        left = self.state
        self.state = StorageLayout(self.folder / f"state-{self.lives + 1}")
        self.state.create()
        for name in surviving(left):
            shutil.copy(left.folder / name, self.state.folder / name)
        born.let_go()


def surviving(state: StorageLayout) -> list[str]:
    """Name the files of a state folder that a dead process leaves to the next one."""
    return sorted(one.name for one in state.folder.iterdir() if not one.name.endswith(("-shm", ".lock")))


class _Birth:
    """One life: built, lived, and let go of."""

    def __init__(self, house: DeskHouse, number: int, start_ms: int) -> None:
        self._house = house
        self._number = number
        self._start_ms = start_ms
        self._living: LivingDesk | None = None
        self._store: InlineStore | None = None
        self._spool: Spool | None = None
        self.ended = False

    async def live(self, loop: VirtualLoop, script: Script) -> None:
        living = await self._made(loop)
        try:
            await living.desk.core.start()
            await script(living)
        except Exception:
            await self.stop(living)
            raise
        await self.stop(living)  # no `finally`: it would run when a killed life is let go of

    async def started(self, loop: VirtualLoop) -> LivingDesk:
        living = await self._made(loop)
        await living.desk.core.start()
        return living

    async def _made(self, loop: VirtualLoop) -> LivingDesk:
        living = self._living = self._house.living = await self._born(loop)
        return living

    async def stop(self, living: LivingDesk) -> None:
        self.ended = True
        await living.supervisor.stop(1000)
        await living.desk.core.close()
        self._close_journal()

    def _close_journal(self) -> None:
        if self._store is not None:
            self._store.shut()
        if self._spool is not None:
            self._spool.close()

    async def _born(self, loop: VirtualLoop) -> LivingDesk:
        house, complaints = self._house, list[str]()
        clock = VirtualClock(loop, self._start_ms)
        store = self._store = InlineStore(house.state.journal, clock, Durability.FULL)
        ledger = await store.open()
        store.connection.execute("PRAGMA synchronous = OFF")  # a kill is no power loss
        trouble = StoreTrouble()
        spool = self._spool = Spool(house.state.spool) if house.spools else None
        journal = JournalRecorder(ledger, store, spool, trouble.on_failure)
        faults = FaultDesk(clock, lambda event, text: complaints.append(f"{event}: {text}"))
        supervisor = TaskSupervisor(faults.on_task_failure)
        ids = SeededIds(clock, f"{house.seed}|{self._number}")
        paper = self._paper(clock, supervisor)
        connector = paper if house.wrap is None else house.wrap(paper, clock, supervisor)
        desk = assemble(
            house.configuration,
            Outside(
                mode=TradingMode.PAPER,
                clock=clock,
                ids=ids,
                seed=house.seed,
                feed=HandFeed() if house.feed is None else house.feed(connector, clock, faults),
                connector=connector,
                ledger=ledger,
                journal=journal,
                journal_lag=lambda: store.lag.entries,
                trouble=trouble,
                clock_ns=house.clock_ns,
                run_schedules=lambda driver: _schedules(driver, clock),
                reconcile_every_ms=house.reconcile_every_ms,
                faults=faults,
                spawner=supervisor,
                latch=LatchFile(house.state.latch, clock.monotonic_ms),
                is_watched=house.is_watched,
            ),
        )
        living = LivingDesk(
            desk, loop, clock, ids, ledger, journal, connector, paper, supervisor, complaints, faults,
            sequence=self._number * 1_000_000,
        )  # fmt: skip
        desk.recorder.listen(living.entries.append)
        return living

    def _paper(self, clock: VirtualClock, supervisor: TaskSupervisor) -> PaperConnector:
        house, platform = self._house, self._house.configuration.platform
        parts = ConnectorParts(
            instruments=instruments(platform),
            clock=clock,
            spawner=supervisor,
            rng=random.Random(f"{house.seed}|{self._number}"),
            account_file=house.state.account,
        )
        paper = create(paper_settings(platform), parts)
        assert isinstance(paper, PaperConnector)
        return paper

    def let_go(self) -> None:
        """Close the files of a killed life; what that writes, nobody reads."""
        self._close_journal()
        if self._living is not None:
            paper = self._living.paper
            run_virtual(lambda _: paper.close())

    def now_ms(self) -> int:
        return self._start_ms if self._living is None else self._living.clock.now_ms()

    def report(self, *, was_killed: bool) -> Life:
        living = self._living
        assert living is not None, "the desk was killed before it was built"
        return Life(
            steps=living.loop.steps,
            was_killed=was_killed,
            ended_at_ms=living.clock.now_ms(),
            entries=living.entries,
            complaints=living.complaints,
            journal_hash=living.journal.head_hash(),
        )


async def _schedules(driver: ScheduleDriver, clock: VirtualClock) -> None:
    await driver.run(clock.sleep_until_ms)


def _configuration(
    folder: Path, platform: str | Path, blueprints: Sequence[str | Path], settings: Sequence[str]
) -> Configuration:
    files = [_file(folder / f"blueprint-{number}.yaml", one) for number, one in enumerate(blueprints)]
    return load_configuration(
        _file(folder / "platform.yaml", platform), files, settings, {}, offered_plugins()
    )


def _file(path: Path, content: str | Path) -> Path:
    if isinstance(content, Path):
        return content
    path.write_text(content, encoding="utf-8")
    return path
